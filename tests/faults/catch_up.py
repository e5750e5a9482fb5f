"""How soon a desk that was away is what the server is again, once it has its connection back.

`python -m tests.faults.catch_up --times 100` lets it miss up to 5,000 rows of the journal, which are told one by one,
and then more than that, which a snapshot makes up for.
"""

from __future__ import annotations

import asyncio
import sys
import time
from argparse import ArgumentParser
from contextlib import closing
from functools import partial
from itertools import cycle
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Final

from gymtui import clock, codec
from gymtui.client import Login, Replica, WebSocketService
from gymtui.client.tasks import until_first
from gymtui.protocol import MAX_REPLAY, CheckIn, CheckInEvent, CheckOut
from server.gym.commands import perform
from server.gym.orders import Order
from server.store import Store
from server.store.opening import open_store
from tests.gym_kit import token
from tests.measured_programs import gym, ms

MEMBERS: Final = 2000
PRESENT: Final = 400  # people who are in, about
CHUNK: Final = 500  # rows in one commit


class Traffic:
    """People who come and go, straight into the database, as another server of it would write them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        codes = [member.membership_number or "" for member in store.all_members()]
        self._come, self._go = cycle(codes), cycle(codes)
        self.write(PRESENT, only_in=True)

    def write(self, rows: int, *, only_in: bool = False) -> None:
        """So many rows of the journal, as other desks would make them; `only_in` where nobody leaves."""
        for start in range(0, rows, CHUNK):
            payloads = [
                CheckIn(code=next(self._come), offline=True)
                if only_in or row % 2
                else CheckOut(code=next(self._go), offline=True)
                for row in range(min(CHUNK, rows - start))
            ]
            orders = [
                Order(id=clock.new_id(), payload=payload, user="ben", role="staff", desk="door") for payload in payloads
            ]
            self._store.write([partial(perform, order=order) for order in orders])


async def catch_up(url: str, ticket: str, replica: Replica, head: int) -> float:
    """Seconds from the first byte to the last row."""
    service = WebSocketService(url, Login(url, token=ticket), replica, desk="desk")
    there = asyncio.Event()

    def look(_: object) -> None:
        if service.in_step and replica.position[1] >= head:
            there.set()

    for kind in ("connection", "events", "snapshot"):
        service.subscribe(kind, look)
    began = time.perf_counter()
    running = asyncio.ensure_future(service.run())
    await until_first(asyncio.shield(running), there.wait())
    took = time.perf_counter() - began
    await service.close()
    await running
    return took


async def play(
    folder: Path, url: str, database: Path, *, times: int, seed: int
) -> tuple[list[float], list[float], int]:
    """Seconds by replay, seconds by snapshot, and how often the desk was not what the server was."""
    random, ticket = Random(seed), token(database, "ana")
    replayed: list[float] = []
    restored: list[float] = []
    different = 0
    with closing(open_store(database)) as store, closing(Replica(folder / "desk.db")) as replica:
        traffic = Traffic(store)
        await catch_up(url, ticket, replica, store.head().seq)
        for number in range(times):
            by_replay = number % 2 == 0
            traffic.write(random.randint(1, MAX_REPLAY - CHUNK) if by_replay else MAX_REPLAY + CHUNK)
            seconds = await catch_up(url, ticket, replica, store.head().seq)
            (replayed if by_replay else restored).append(seconds)
            different += _of_desk(replica) != _of_server(store)
    return replayed, restored, different


def _of_desk(replica: Replica) -> object:
    return replica.position, sorted((visit.id, visit.seq) for visit in replica.visits.present())


def _of_server(store: Store) -> object:
    data = store.snapshot()
    present = [codec.convert(visit, CheckInEvent) for visit in data.present]
    return (data.epoch, data.seq), sorted((visit.id, visit.seq) for visit in present)


def main() -> None:
    """Plays it as often as wanted; 1 where a desk ended up with anything else than the server has."""
    parser = ArgumentParser(prog="python -m tests.faults.catch_up", description=__doc__)
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    with TemporaryDirectory(prefix="gymtui-catch-up-") as folder, gym(Path(folder), MEMBERS) as (database, url):
        replayed, restored, different = asyncio.run(
            play(Path(folder), url, database, times=wanted.times, seed=wanted.seed)
        )
    print(f"by replay:   {ms(replayed)}")
    print(f"by snapshot: {ms(restored)}")
    print(f"not what the server is: {different}")
    sys.exit(bool(different))


if __name__ == "__main__":
    main()
