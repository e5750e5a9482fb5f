"""Import: what it costs beside a server, how long it takes, what check-ins wait meanwhile, how long the log grows."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from random import Random
from typing import Final

import msgspec
from websockets.asyncio.client import ClientConnection, connect

from gymtui import clock
from gymtui.protocol import Member
from gymtui.sample.people import FIRST_NUMBER, members
from server.admin.exports import write_members
from tests.bench.effort import Effort
from tests.bench.figures import Figure, Round, figures, waited
from tests.bench.machine import children
from tests.gym_kit import token
from tests.measured_programs import gym

MANY: Final = 100_000
HERE: Final = 5000  # members who are there before, and check in meanwhile
EVERY: Final = 0.05  # seconds between two check-ins


async def measure(folder: Path, effort: Effort) -> list[Figure]:
    """Once: it is long, and each of its steps is done thousands of times."""
    return figures([await imported(folder, effort.of(MANY), effort.of(100))], more=["rows a second"])


async def imported(folder: Path, count: int, quiet_ones: int) -> Round:
    """So many new people beside a server at which somebody checks in 20 times a second."""
    file = folder / "members.csv"
    write_members(file, _others(count))
    with gym(folder, HERE) as (database, url):
        address = f"{url}?token={token(database, 'ana')}"
        async with connect(address, compression=None, proxy=None, max_size=None) as socket:
            quiet = await _check_ins(socket, range(quiet_ones), lambda: True)
            command = [sys.executable, "-m", "gymtui.cli", "admin", "members", "import", str(file)]
            began, used = time.perf_counter(), children()
            process = await asyncio.create_subprocess_exec(
                *command, "--database", str(database), stdout=subprocess.DEVNULL
            )
            sizes = asyncio.create_task(_largest(database.with_name(f"{database.name}-wal")))
            waits = await _check_ins(socket, range(quiet_ones, HERE), lambda: process.returncode is None)
            await process.wait()
            took, used = time.perf_counter() - began, children() - used  # the server is one too, and has not ended yet
            sizes.cancel()
            largest = await sizes
    return {
        (f"an import of {count:,} beside a server", "rows a second"): count / took,
        (f"a row of {count:,}", "CPU µs"): used / count * 1e6,
        **waited(f"a check-in to its answer, 20 a second, beside {count:,} rows", waits),
        **waited("the same with no import", quiet),
        ("the write-ahead log meanwhile, at the most", "MiB"): largest / 2**20,
    }


def _others(count: int) -> Iterator[Member]:
    people = islice(members(HERE + count, Random(7), date(2026, 11, 18)), HERE, None)
    return (msgspec.convert(fields | {"id": clock.new_id(), "guest": False}, Member) for fields in people)


async def _check_ins(socket: ClientConnection, numbers: range, go_on: Callable[[], bool]) -> list[float]:
    """Seconds to the answer, of one after the other."""
    waits: list[float] = []
    for number in numbers:
        if not go_on():
            break
        began = time.perf_counter()
        order = {"type": "check_in", "id": clock.new_id(), "payload": {"code": str(FIRST_NUMBER + number)}}
        await socket.send(msgspec.json.encode(order), text=True)
        while b'"type":"reply"' not in (await socket.recv(decode=False))[:40]:
            pass
        waits.append(time.perf_counter() - began)
        await asyncio.sleep(max(0.0, EVERY - waits[-1]))
    return waits


async def _largest(file: Path) -> int:
    """Bytes that the file has had at the most, until it is cancelled."""
    largest = 0
    try:
        while True:
            largest = max(largest, file.stat().st_size if file.exists() else 0)
            await asyncio.sleep(0.02)
    except asyncio.CancelledError:
        return largest
