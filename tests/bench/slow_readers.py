"""Slow readers: what a client costs that takes nothing any more, in the server's memory and in what the others wait."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

from tests.bench.effort import Effort
from tests.bench.fan_out import Poured, poured
from tests.bench.figures import Figure, Round, figures, percentile
from tests.bench.lines import Subscriber, hang_up
from tests.bench.machine import memory
from tests.bench.subjects import Subject, gymtui, plain_gym

READERS, SLOW, RATE = 200, 20, 1000  # subscribers who read, some who do not, events a second
SECONDS: Final = 3.0


async def measure(folder: Path, effort: Effort) -> list[Figure]:
    """The same load with all who read, and with one in ten beside them who does not."""
    return figures([await _round(folder, effort) for _ in range(effort.repeats)])


async def _round(folder: Path, effort: Effort) -> Round:
    readers, slow, rate = effort.of(READERS), effort.of(SLOW), effort.of(RATE)
    events = round(rate * effort.seconds(SECONDS)) + 1

    async def load(subject: Subject, first: int) -> tuple[Poured, float]:
        before = memory(subject.pid)
        it = await poured(subject, readers, rate, range(first, first + events))
        return it, memory(subject.pid) - before

    with gymtui(plain_gym(folder, 3 * events)) as subject:
        await load(subject, 0)  # what a load needs at all is there
        quiet, grew = await load(subject, events)
        stuck = await asyncio.gather(*(Subscriber.at(subject.subscribe) for _ in range(slow)))
        for each in stuck:
            each.transport.pause_reading()
        beside, grew_more = await load(subject, 2 * events)
        hang_up(*stuck)
    return {
        (f"one of {slow} that read nothing", "KiB"): (grew_more - grew) / slow / 1024,
        (f"an event to {readers} others meanwhile, p99", "ms"): percentile(beside.waits, 99) * 1e3,
        ("the same where all read, p99", "ms"): percentile(quiet.waits, 99) * 1e3,
        (f"an event to {readers} others meanwhile", "CPU µs"): beside.per_event * 1e6,
        ("the same where all read", "CPU µs"): quiet.per_event * 1e6,
        ("deliveries lost", "of all"): beside.lost + quiet.lost,
    }
