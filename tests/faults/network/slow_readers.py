"""A reader that stops costs a bound and hurts nobody (P5)."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from gymtui.protocol import PATH
from tests.faults.network.figures import MIB, Row, Served, percentile, served
from tests.faults.program import Gym

MOST: Final = 160 * 1024  # bytes for each
CUT_WITHIN: Final = 20.0  # seconds
SLOWER: Final = 1.2  # times the p99 of the others
QUICK: Final = 20  # readers who read


async def run(folder: Path, *, readers: int, rate: float, seconds: float) -> list[Row]:
    gym = Gym(folder, 10)
    async with served(gym) as server, AsyncExitStack() as stack:
        quick = [await stack.enter_async_context(connect(_url(gym), proxy=None)) for _ in range(QUICK)]
        ways: list[float] = []
        reading = [asyncio.create_task(_read(reader, ways)) for reader in quick]
        writer = await stack.enter_async_context(connect(_url(gym), proxy=None))
        reading.append(asyncio.create_task(_read(writer, [])))
        await _write(writer, rate, 5)

        before = server.memory
        await _write(writer, rate, seconds)
        alone, ways[:] = percentile(ways, 99), []

        for _ in range(readers):
            stack.enter_context(await asyncio.to_thread(_stopped_reader, gym))
        while await server.figure("connections") < readers + QUICK + 1:
            await asyncio.sleep(0.1)
        watching = asyncio.create_task(_watch(server, readers, time.monotonic(), seconds))
        await _write(writer, rate, seconds)
        memory, cut_after, cut = await watching
        for task in reading:
            task.cancel()
        with_them = percentile(ways, 99)

    more = memory - before
    p99s = f"{alone * 1000:.0f} ms alone, {with_them * 1000:.0f} ms with them ({with_them / alone:.2f} times)"
    return [
        Row(f"memory of the server with {readers:,} who do not read", f"+{more / MIB:.0f} MiB", more <= readers * MOST),
        Row(f"cut, of {readers:,}", f"{cut:,} after {cut_after:.1f} s", cut == readers and cut_after <= CUT_WITHIN),
        Row(f"p99 of {QUICK} others, at {rate:.0f} events/s", p99s, with_them <= SLOWER * alone),
    ]


def _url(gym: Gym) -> str:
    return f"{gym.url}?token={gym.token}"


def _stopped_reader(gym: Gym) -> socket.socket:
    """One that comes in, and reads nothing, the kernel's own sizes and all."""
    made = socket.create_connection(("127.0.0.1", gym.port))
    key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13"
    upgrade = f"Host: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n{key}\r\n\r\n"
    made.sendall(f"GET {PATH}?token={gym.token} HTTP/1.1\r\n{upgrade}".encode())
    return made


async def _write(writer: ClientConnection, rate: float, seconds: float) -> None:
    """So many notifications a second, each with the time at which it left."""
    began = time.monotonic()
    for n in range(round(rate * seconds)):
        await asyncio.sleep(began + n / rate - time.monotonic())
        payload = {"level": "info", "title": "t", "message": f"{time.monotonic()} {'.' * 200}"}
        await writer.send(json.dumps({"type": "notify", "payload": payload}))


async def _read(reader: ClientConnection, ways: list[float]) -> None:
    with suppress(ConnectionClosed):
        async for message in reader:
            found = json.loads(message)
            if found["type"] == "batch":
                now = time.monotonic()
                events = found["payload"]["batches"].get("notification", ())
                ways += (now - float(event["message"].split()[0]) for event in events)


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
