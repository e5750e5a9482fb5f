"""Replay: what it costs the server to tell one client all that it has missed."""

from __future__ import annotations

import asyncio
import time
from contextlib import closing
from pathlib import Path
from typing import Final

import msgspec

from server.store.opening import open_store
from tests.bench.effort import Effort
from tests.bench.figures import Figure, Round, figures
from tests.bench.lines import ANSWERS, Line, Subscriber, framed, hang_up, press
from tests.bench.machine import cpu
from tests.bench.subjects import gymtui, plain_gym

MISSED: Final = 20_000  # check-ins
TOLD_WITHIN: Final = 60.0  # seconds


async def measure(folder: Path, effort: Effort) -> list[Figure]:
    """A day of a large chain is done first; then somebody asks for each event of it."""
    missed = effort.of(MISSED)
    database = plain_gym(folder, missed)
    with closing(open_store(database)) as store:
        from_ = store.head().seq
    with gymtui(database) as subject:
        line = await Line.at(subject.publish, ANSWERS)
        await press(subject.messages(range(missed)), line, at_once=1000)
        hang_up(line)
        with closing(open_store(database)) as store:
            ask = _resume(store.epoch(), from_)
        return figures([await _round(subject.subscribe, subject.pid, ask, missed) for _ in range(effort.repeats)])


async def _round(url: str, pid: int, ask: bytes, missed: int) -> Round:
    subscriber = await Subscriber.at(url)
    used, began = cpu(pid), time.perf_counter()
    subscriber.transport.write(ask)
    async with asyncio.timeout(TOLD_WITHIN):
        while subscriber.events < missed:
            await asyncio.sleep(0.001)
    took, used = time.perf_counter() - began, cpu(pid) - used
    hang_up(subscriber)
    return {
        (f"an event of {missed:,} that somebody missed", "CPU µs"): used / missed * 1e6,
        ("until all of them are there", "ms"): took * 1e3,
    }


def _resume(epoch: str, seq: int) -> bytes:
    payload = {"epoch": epoch, "seq": seq, "full": True}
    return framed(msgspec.json.encode({"type": "resume", "id": "1", "payload": payload}))
