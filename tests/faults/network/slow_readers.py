"""A reader that stops costs a bound and hurts nobody (P5)."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.faults.network.figures import MIB, Row, Served, percentile, served
from tests.faults.program import ROOT, Gym

MOST: Final = 160 * 1024  # bytes for each
CUT_WITHIN: Final = 20.0  # seconds
SLOWER: Final = 1.2  # times the p99 of the others
QUICK: Final = 20  # readers who read
MEMBERS: Final = 10


async def run(folder: Path, *, readers: int, rate: float, seconds: float) -> list[Row]:
    """What a quick reader waits alone, beside others that read, and beside others that have stopped."""
    gym = Gym(folder, MEMBERS)
    async with served(gym) as server, AsyncExitStack() as stack:
        ways: list[float] = []
        writer, *quick = [await stack.enter_async_context(connect(_url(gym), proxy=None)) for _ in range(QUICK + 1)]
        reading = [asyncio.create_task(_read(reader, ways)) for reader in quick]
        reading.append(asyncio.create_task(_read(writer, [])))
        await _write(writer, rate, 5)

        ways.clear()
        await _write(writer, rate, seconds)
        alone, before = percentile(ways, 99), server.memory
        async with _others(gym, readers, "read"):
            await _until_there(server, readers)
            ways.clear()
            await _write(writer, rate, seconds)
            beside_readers = percentile(ways, 99)
        await _until_there(server, 0)

        async with _others(gym, readers, "stop"):
            await _until_there(server, readers)
            ways.clear()
            watching = asyncio.create_task(_watch(server, readers, time.monotonic(), seconds))
            await _write(writer, rate, seconds)
            memory, cut_after, cut = await watching
            beside_stopped = percentile(ways, 99)
        for task in reading:
            task.cancel()

    more, times = memory - before, beside_stopped / beside_readers
    p99s = f"{beside_stopped * 1000:.0f} ms, {beside_readers * 1000:.0f} ms beside as many who read ({times:.2f} times)"
    return [
        Row(f"memory of the server with {readers:,} who do not read", f"+{more / MIB:.0f} MiB", more <= readers * MOST),
        Row(f"cut, of {readers:,}", f"{cut:,} after {cut_after:.1f} s", cut == readers and cut_after <= CUT_WITHIN),
        Row(f"p99 of {QUICK} others beside them, at {rate:.0f} events/s", p99s, times <= SLOWER),
        Row("their p99 alone", f"{alone * 1000:.0f} ms"),
    ]


def _url(gym: Gym) -> str:
    return f"{gym.url}?token={gym.token}"


@asynccontextmanager
async def _others(gym: Gym, count: int, what: str) -> AsyncIterator[None]:
    """So many who are in, and who `read` or `stop`."""
    command = (sys.executable, "-m", "tests.faults.network.readers", str(gym.port), gym.token, str(count), what)
    others = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, cwd=ROOT)
    assert others.stdin is not None
    assert others.stdout is not None
    await others.stdout.readline()
    try:
        yield
    finally:
        others.stdin.close()
        await others.wait()


async def _until_there(server: Served, others: int) -> None:
    while await server.figure("connections") != others + QUICK + 1:
        await asyncio.sleep(0.1)


async def _write(writer: ClientConnection, rate: float, seconds: float) -> None:
    """So many check-ins and check-outs a second, each check-in with the time at which it left."""
    began = time.monotonic()
    for n in range(2 * round(rate * seconds / 2)):  # in the end everybody is out
        await asyncio.sleep(began + n / rate - time.monotonic())
        payload = {"code": str(n // 2 % MEMBERS)}
        left = {"location": f"{time.monotonic()} {'.' * 200}"}
        command = ("check_out", payload) if n % 2 else ("check_in", payload | left)
        await writer.send(json.dumps(dict(zip(("type", "payload"), command, strict=True))))


async def _read(reader: ClientConnection, ways: list[float]) -> None:
    with suppress(ConnectionClosed):
        async for message in reader:
            found = json.loads(message)
            if found["type"] == "batch":
                now = time.monotonic()
                events = found["payload"]["batches"].get("check_in_update", ())
                came = (event for event in events if event["status"] == "checked_in")
                ways += (now - float(event["location"].split()[0]) for event in came)


async def _watch(server: Served, readers: int, began: float, seconds: float) -> tuple[int, float, int]:
    """The most memory, after how many seconds all were cut, and how many were."""
    memory = cut = 0
    cut_after = float("inf")
    while time.monotonic() - began < seconds:
        await asyncio.sleep(0.25)
        memory = max(memory, server.memory)
        cut = round(await server.figure("stalled_readers_cut_total"))
        if cut >= readers:
            cut_after = min(cut_after, time.monotonic() - began)
    return memory, cut_after, cut
