"""A server is killed under a thousand desks: nobody storms the next one, and all are back soon (P9)."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any, Final

from websockets.asyncio.client import connect

from gymtui.client import WebSocketService
from gymtui.client.connection.follower import Bookmark
from tests.faults.network.figures import Row, busiest, served
from tests.faults.program import Gym

WINDOW: Final = 0.1  # seconds
MOST: Final = 0.2  # of them, in any window
BACK_WITHIN: Final = 45.0  # seconds from the end of the server


async def run(folder: Path, *, desks: int, away: float) -> list[Row]:
    """So many desks lose their server, and find the next one `away` seconds later."""
    gym = Gym(folder, 10)
    tried, arrived = list[float](), list[float]()

    async def dial(url: str, **options: Any) -> Any:
        tried.append(at := time.monotonic())
        made = await connect(url, **options)
        arrived.append(at)
        return made

    services = [gym.service(Bookmark(), desk=f"desk {n}", connect=dial) for n in range(desks)]
    running: list[asyncio.Task[None]] = []
    async with served(gym):
        for service in services:
            running.append(asyncio.create_task(service.run()))
            await asyncio.sleep(0.01)
        await _all_live(services)
        tried.clear()
        arrived.clear()
    killed = time.monotonic()
    await asyncio.sleep(away)
    async with served(gym) as server:
        there = time.monotonic()
        back_after = await _all_back(services, killed)
        connections = await server.figure("connections")
        for service in services:
            await service.close()
        await asyncio.gather(*running)

    most, vain = busiest(arrived, WINDOW), len(tried) - len(arrived)
    last = max(back_after.values(), default=float("inf"))
    return [
        Row(f"came in the busiest 100 ms, of {desks:,}", f"{most} ({most / desks:.1%})", most <= MOST * desks),
        Row(f"all back, of {desks:,}, from the kill", f"{len(back_after):,} after {last:.1f} s", last <= BACK_WITHIN),
        Row("the server was away", f"{there - killed:.1f} s, and tried in vain {vain:,} times"),
        Row("there at the end, in how many connections", f"{connections:.0f}, {len(arrived):,}"),
    ]


async def _all_live(services: list[WebSocketService]) -> None:
    async with asyncio.timeout(120):
        while not all(service.state.phase == "live" for service in services):
            await asyncio.sleep(0.1)


async def _all_back(services: list[WebSocketService], killed: float) -> dict[int, float]:
    """How many seconds after the kill each was live again; without those that took too long."""
    back_after: dict[int, float] = {}
    while len(back_after) < len(services) and time.monotonic() - killed < 4 * BACK_WITHIN:
        for n, service in enumerate(services):
            if n not in back_after and service.state.phase == "live":
                back_after[n] = time.monotonic() - killed
        await asyncio.sleep(0.01)
    return back_after
