"""A server that stands still, as on a machine that sleeps, and goes on: nothing is lost, doubled or out of order."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Final

from gymtui.client import WebSocketService
from gymtui.client.connection.follower import Bookmark
from gymtui.client.errors import Disconnected
from gymtui.protocol import Notify
from server.store.opening import open_store
from tests.faults.network.figures import Row, served
from tests.faults.program import Gym

DESKS: Final = 5
EVERY: Final = 0.1  # seconds between two commands of one desk


async def run(folder: Path, *, seconds: float) -> list[Row]:
    """Desks work while their server stands still for so many seconds."""
    gym = Gym(folder, 1)
    services = [gym.service(Bookmark(), desk=f"desk {n}") for n in range(DESKS)]
    given: list[list[str]] = [[] for _ in services]
    stop = asyncio.Event()
    async with served(gym) as server:
        running = [asyncio.create_task(service.run()) for service in services]
        giving = [asyncio.create_task(_give(s, n, given[n], stop)) for n, s in enumerate(services)]
        await asyncio.sleep(5)
        os.kill(server.pid, signal.SIGSTOP)
        await asyncio.sleep(seconds)
        os.kill(server.pid, signal.SIGCONT)
        went_on = time.monotonic()
        while not all(service.state.phase == "live" for service in services):
            await asyncio.sleep(0.01)
        back = time.monotonic() - went_on
        await asyncio.sleep(5)
        stop.set()
        await asyncio.gather(*giving)
        for service in services:
            await service.close()
        await asyncio.gather(*running)
    with closing(open_store(gym.database)) as store:
        rows = store.read(0, 1_000_000)
    told = [row.payload.decode() for row in rows if row.type == "notification"]
    titles = [text.partition('"title":"')[2].partition('"')[0] for text in told]
    all_given = [title for ids in given for title in ids]
    in_order = all([t for t in titles if t in set(ids)] == ids for ids in given)
    lost, doubled = len(set(all_given) - set(titles)), len(titles) - len(set(titles))
    return [
        Row(
            f"of {len(all_given):,} answered commands around {seconds:.0f} s of standing still",
            f"{lost} lost",
            lost == 0,
        ),
        Row("done twice", str(doubled), doubled == 0),
        Row("in each desk's order", str(in_order).lower(), in_order),
        Row("all desks live again", f"after {back:.1f} s"),
    ]


async def _give(service: WebSocketService, desk: int, given: list[str], stop: asyncio.Event) -> None:
    """One command after the other, each until it is answered."""
    for n in count():
        title = f"{desk} {n}"
        while True:
            try:
                await service.request(Notify(level="info", title=title, message=""), id=title)
            except Disconnected:
                await asyncio.sleep(EVERY)
            else:
                break
        given.append(title)
        if stop.is_set():
            return
        await asyncio.sleep(EVERY)
