"""A snapshot that is larger than every buffer comes over a slow line, and over one that breaks, without a loop."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

from gymtui.client import Login, Replica, WebSocketService
from tests.client_kit import running
from tests.faults.network.figures import Row
from tests.faults.proxy import Proxy
from tests.gym_kit import token
from tests.kit import port_of, serving
from tests.network_kit import behind, equal, figure, full_house


async def run(folder: Path, *, people: int, within: float, tries: int | None, **faults: Any) -> list[Row]:
    """From the first connection until the desk has everyone who is in; `tries`: the most connections it may take."""
    path = full_house(folder / "gym.db", people)
    replica = Replica(folder / "replica.db")
    async with serving(path) as server, Proxy(port_of(server.url), **faults) as proxy:
        url = behind(proxy)
        service = WebSocketService(url, Login(url, token=token(path, "ana")), replica)
        began, greeted = time.monotonic(), asyncio.Event()
        service.subscribe("connection", lambda state: greeted.set() if state.phase == "live" else None)
        async with running(service.run, service.close):
            async with asyncio.timeout(within):
                await greeted.wait()
                connected = time.monotonic() - began
                while not (service.in_step and equal(server, replica)):
                    await asyncio.sleep(0.05)
            took, carried = time.monotonic() - began, proxy.carried["back"]
        asked = figure(server, "reconnects_total", role="staff", resumed="snapshot")
        data = server.hub._store.snapshot()
        size = sum(map(len, (*data.present, *data.recent)))
    replica.close()
    line = ", ".join(f"{name} {value:,}" for name, value in faults.items())
    there = f"{took:.1f} s, connected after {connected:.1f} s"
    over = f"{carried:,} bytes for {size:,} of snapshot, {proxy.accepted} connections, {asked:.0f} times asked"
    holds = None if tries is None else proxy.accepted <= tries and carried < 1.5 * size
    return [Row(f"{people:,} present ({line}): everyone there", there), Row("that took", over, holds)]
