"""A day offline: two desks work alone for eight hours, and come back at once over a slow line.

`python -m tests.faults.day_offline --commands 2000` plays it with a server in a process of its own, and says what came
of it: every command is in the journal once, each desk's in its order, and every clash is flagged and reported.
"""

from __future__ import annotations

import asyncio
import sys
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Final

from gymtui import clock
from gymtui.client.connection.service import WebSocketService
from gymtui.client.desk.desk import Desk
from gymtui.client.desk.desk_clock import DeskClock
from gymtui.client.login.login import Login
from gymtui.client.replica.replica import Replica
from gymtui.client.tasks import until_first
from gymtui.protocol import Member
from server.store.opening import open_store
from tests.faults.audit import read_row
from tests.faults.proxy import Proxy
from tests.gym_kit import token
from tests.kit import port_of
from tests.measured_programs import gym

HOURS: Final = 8
LATENCY: Final = 0.01  # seconds each way
BANDWIDTH: Final = 1_000_000  # bytes a second each way: the two desks share an uplink of 8 Mbit/s
UNDONE: Final = 0.03  # of the commands
WITHIN: Final = 120.0  # seconds until all must be told


@dataclass(frozen=True)
class Result:
    """What came of a day; `seconds` are those from coming back to the last answer."""

    commands: int
    clashes: int
    seconds: float
    problems: Sequence[str]

    def __str__(self) -> str:
        rate = f"{self.commands / self.seconds:,.0f} commands/s"
        verdict = "; ".join(self.problems) or "0 lost, 0 double, each desk's in its order"
        return f"{self.commands:,} commands, {self.clashes} clashes, {self.seconds:.1f} s ({rate}): {verdict}"


class Alone:
    """A desk that has been connected once, and then works without a server; its clock is this machine's and a `shift`
    (ms)."""

    def __init__(self, folder: Path, name: str, ticket: str) -> None:
        self.name = name
        self.shift = 0
        self.replica = Replica(folder / f"{name}.db")
        self._ticket = ticket

    def desk(self, port: int) -> Desk:
        """The desk, which finds the server at that port once somebody listens there."""
        url = f"ws://127.0.0.1:{port}/ws/checkins/"
        service = WebSocketService(
            url, Login(url, token=self._ticket), self.replica, desk=self.name, clock=self._now, random=lambda: 0.1
        )
        if self.replica.known_time.read():
            self.replica.known_time.keep(clock.now() - HOURS * 3_600_000)  # it was connected when the day began
        desk_clock = DeskClock(self.replica, self._now, lambda: self._now() / 1000)
        return Desk(service, self.replica, name=self.name, clock=desk_clock, new_id=lambda: clock.new_id(self._now()))

    def work(self, desk: Desk, people: Sequence[Member], random: Random, count: int) -> list[str]:
        """Eight hours in which so many commands are queued; their ids, in order."""
        while desk.queued < count:
            self.shift = round((desk.queued / count - 1) * HOURS * 3_600_000)
            who = random.choice(people)
            if random.random() < UNDONE:
                desk.undo()
            elif desk.in_since(who.id) is None:
                desk.check_in(who)
            else:
                desk.check_out(who)
        self.shift = 0
        return [row.id for row in desk.queue]

    def _now(self) -> int:
        return clock.now() + self.shift


async def play(folder: Path, url: str, database: Path, *, commands: int, seed: int) -> Result:
    """The day, against the server at `url`; `commands` are those of each desk."""
    with closing(open_store(database)) as store:
        people = list(store.all_members())
    desks = [Alone(folder, name, token(database, user)) for name, user in (("desk 1", "ana"), ("desk 2", "ben"))]
    try:
        for one in desks:
            known = one.replica
            await _run_until(one.desk(port_of(url)), lambda known=known: known.directory[1])  # type: ignore[misc]
        async with Proxy(port_of(url), latency=LATENCY, bandwidth=BANDWIDTH) as line:
            working = [one.desk(line.port) for one in desks]
            orders = [
                one.work(desk, people, Random(f"{seed} {one.name}"), commands)
                for one, desk in zip(desks, working, strict=True)
            ]
            began = time.perf_counter()
            await asyncio.gather(*(_run_until(desk, lambda desk=desk: not desk.queued) for desk in working))  # type: ignore[misc]
            seconds = time.perf_counter() - began
        aside = [f"{row.id} was set aside: {row.reason}" for desk in working for row in desk.set_aside]
    finally:
        for one in desks:
            one.replica.close()
    clashes, problems = _look(database, orders)
    return Result(sum(map(len, orders)), clashes, seconds, [*aside, *problems])


async def _run_until(desk: Desk, is_over: Callable[[], bool]) -> None:
    """Runs the desk until it is so, then ends it politely."""
    over = asyncio.Event()

    def look(_: object) -> None:
        if is_over():
            over.set()

    for kind in ("queue", "directory"):
        desk.subscribe(kind, look)
    running = asyncio.ensure_future(desk.run())
    async with asyncio.timeout(WITHIN):
        await until_first(asyncio.shield(running), over.wait())
        await desk.service.close()
        await running


def _look(database: Path, orders: Sequence[Sequence[str]]) -> tuple[int, list[str]]:
    """How many clashed, and what is not as it was promised."""
    with closing(open_store(database)) as store:
        events = [read_row(row.payload) for row in store.read(0, 1_000_000)]
    seqs: dict[str, list[int]] = {}
    for event in events:
        seqs.setdefault(event.command_id, []).append(event.seq)
    problems = []
    for ids in orders:
        counts = Counter(len(seqs.get(id, ())) for id in ids)
        in_order = all(a < b for a, b in pairwise(seqs[id][0] for id in ids if id in seqs))
        problems += [f"{counts[0]} lost"] if counts[0] else []
        problems += [f"{len(ids) - counts[0] - counts[1]} double"] if len(ids) > counts[0] + counts[1] else []
        problems += [] if in_order else ["not in the desk's order"]
    return sum("clash" in event.flags for event in events), problems


def main() -> None:
    """Plays the day; 1 where anything is lost, doubled or out of order."""
    parser = ArgumentParser(prog="python -m tests.faults.day_offline", description=__doc__)
    parser.add_argument("--commands", type=int, default=2000, help="of each desk (2000)")
    parser.add_argument("--members", type=int, default=1000, help="of the gym (1000)")
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    with TemporaryDirectory(prefix="gymtui-day-offline-") as folder, gym(Path(folder), wanted.members) as served:
        database, url = served
        result = asyncio.run(play(Path(folder), url, database, commands=wanted.commands, seed=wanted.seed))
    print(result)
    sys.exit(bool(result.problems))


if __name__ == "__main__":
    main()
