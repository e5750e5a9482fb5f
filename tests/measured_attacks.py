"""What strangers who try passwords cost the others: `python -m tests.measured_attacks`, with `--rate` of them a second.

A server with real hashes; a desk that is known logs in, another lets somebody in by F8, a third checks in 20 times a
second: first in quiet, then beside the flood, which comes from the same address.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import date
from itertools import count
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Final

import msgspec
from argon2 import PasswordHasher
from websockets.asyncio.client import ClientConnection, connect

from gymtui import clock
from gymtui.sample.people import FIRST_NUMBER, members
from server.auth.hashing import COST
from tests.gym_kit import PASSWORD, make_gym, token
from tests.http_token_kit import ask, basic
from tests.measured_programs import cpu, ms, running
from tests.websocket_server_kit import change_user

HERE: Final = 5000  # members
PIN: Final = "904517"
Answered = Callable[[], Awaitable[str]]


async def measured(folder: Path, rate: int, seconds: int) -> None:
    """Prints a line a figure."""
    database = folder / "gym.db"
    make_gym(database, *members(HERE, Random(7), date(2026, 11, 18)))
    hasher = PasswordHasher(*COST)
    for name in ("ana", "ben", "mia", "otto"):
        change_user(database, name, password_hash=hasher.hash(PASSWORD), pin_hash=hasher.hash(PIN))
    print(f"a hash: {_of_a_hash(hasher):.0f} ms of the processor")
    with running("serve", "--port", "0", "--database", str(database), "--log-level", "error") as server:
        assert server.stdout is not None
        url = server.stdout.readline().split()[-1]
        desk = (await ask(url, "/auth/token", basic("ana"), "Device-Token: none")).json["device_token"]
        async with _at(url, token(database, "ben")) as front, _at(url, token(database, "ana")) as side:
            work = _work(url, desk, front, side)
            memory = _high_water(server.pid)
            quiet = await _worked(work, seconds)
            before, used = time.monotonic(), cpu(server.pid)
            statuses: Counter[str] = Counter()
            flood = asyncio.create_task(_flood(url, rate, statuses))
            beside = await _worked(work, seconds)
            flood.cancel()
            with suppress(asyncio.CancelledError):
                await flood
            took = time.monotonic() - before
            print(f"made-up names, {rate} a second for {seconds} s: {dict(sorted(statuses.items()))}")
            for what in work:
                for when, waits in (("quiet", quiet[what]), ("beside it", beside[what])):
                    print(f"{what}, {when}: {ms([wait for wait, _ in waits])}; {dict(Counter(a for _, a in waits))}")
            print(f"the server's memory at the most: + {(_high_water(server.pid) - memory) / 1024:.0f} MiB")
            print(f"the server's processor meanwhile: {(cpu(server.pid) - used) / took:.0%} of a core")


def _work(url: str, desk: str, front: ClientConnection, side: ClientConnection) -> dict[str, tuple[float, Answered]]:
    """What honest people do: how often (s), and one time of it, which gives what was answered."""
    codes = (str(FIRST_NUMBER + number % HERE) for number in count())

    async def log_in(*headers: str) -> str:
        return str((await ask(url, "/auth/token", basic("ana"), *headers)).status)

    async def let_in() -> str:
        override = {"reason": "renews tomorrow", "manager": "mia", "pin": PIN}
        return await _given(side, {"code": next(codes), "override": override})

    return {
        "a login at a desk that is known": (0.25, lambda: log_in(f"Device-Token: {desk}")),
        "a login at a new desk of the flood's address": (0.5, log_in),
        "F8, with its PIN": (0.25, let_in),
        "a check-in": (0.05, lambda: _given(front, {"code": next(codes)})),
    }


async def _worked(work: dict[str, tuple[float, Answered]], seconds: float) -> dict[str, list[tuple[float, str]]]:
    """Seconds to each answer, and what it was; each kind one after the other, all kinds at once."""

    async def again(every: float, once: Answered) -> list[tuple[float, str]]:
        end, waits = time.monotonic() + seconds, []
        while (began := time.monotonic()) < end:
            answer = await once()
            waits.append((time.monotonic() - began, answer))
            await asyncio.sleep(max(0.0, every - waits[-1][0]))
        return waits

    return dict(zip(work, await asyncio.gather(*(again(*each) for each in work.values())), strict=True))


async def _flood(url: str, rate: int, statuses: Counter[str]) -> None:
    """Tries passwords of made-up names, so many a second, whatever is answered; until it is cancelled."""

    async def once(number: int) -> None:
        try:
            statuses[str((await ask(url, "/auth/token", basic(f"made up {number}", "a guess"))).status)] += 1
        except (OSError, ValueError, IndexError, TimeoutError):
            statuses["no answer"] += 1

    async with asyncio.TaskGroup() as tries:
        began = time.monotonic()
        for number in count():
            tries.create_task(once(number))
            await asyncio.sleep(max(0.0, began + (number + 1) / rate - time.monotonic()))


@asynccontextmanager
async def _at(url: str, access: str) -> AsyncIterator[ClientConnection]:
    headers = {"Authorization": f"Bearer {access}"}
    async with connect(url, additional_headers=headers, compression=None, proxy=None, max_size=None) as socket:
        yield socket


async def _given(socket: ClientConnection, payload: dict[str, object]) -> str:
    """Has a check-in done; what became of it."""
    await socket.send(msgspec.json.encode({"type": "check_in", "id": clock.new_id(), "payload": payload}), text=True)
    while b'"type":"reply"' not in (answer := await socket.recv(decode=False))[:40]:
        pass
    return "done" if b'"ok":true' in answer else str(msgspec.json.decode(answer)["payload"]["error"]["code"])


def _of_a_hash(hasher: PasswordHasher) -> float:
    hashed, began = hasher.hash(PASSWORD), time.process_time()
    for _ in range(10):
        hasher.verify(hashed, PASSWORD)
    return (time.process_time() - began) * 100


def _high_water(pid: int) -> int:
    """KiB that a process has had in memory at the most."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def main() -> None:
    """Measures, and prints."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rate", type=int, default=20, help="made-up names a second (20)")
    options.add_argument("--seconds", type=int, default=20, help="for so long (20), and as long in quiet before")
    given = options.parse_args()
    with TemporaryDirectory(prefix="gymtui-attacks-") as folder:
        asyncio.run(measured(Path(folder), given.rate, given.seconds))


if __name__ == "__main__":
    main()
