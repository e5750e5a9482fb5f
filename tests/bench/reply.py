"""Reply: how long a check-in waits for its answer, which says that it is on disk, in quiet and beside many others.

Nobody waits for the processor's time: these are of the wall, and mean what they say on a machine that is idle.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

from tests.bench.effort import Effort
from tests.bench.figures import Figure, Round, figures, waited
from tests.bench.lines import ANSWERS, Line, Messages, answered, hang_up, pour, press
from tests.bench.machine import cpu
from tests.bench.subjects import Subject, gymtui, plain_gym

ALONE: Final = 200  # check-ins, one after the other
PAUSE: Final = 0.01  # seconds between an answer and the next
RATE: Final = 1000  # a second, of somebody else


async def measure(folder: Path, effort: Effort) -> list[Figure]:
    """One client that is alone, and one beside another that gives it a lot to do."""
    return figures([await _round(folder, effort) for _ in range(effort.repeats)])


async def _round(folder: Path, effort: Effort) -> Round:
    alone, beside, rate = effort.of(ALONE), round(effort.of(RATE) * effort.seconds(3.0)), effort.of(RATE)
    with gymtui(plain_gym(folder, 2 * alone + beside)) as subject:
        before = cpu(subject.pid)
        quiet = await one_by_one(subject, subject.messages(range(alone)))
        used = (cpu(subject.pid) - before) / alone
        other = await Line.at(subject.publish, ANSWERS)
        pouring = asyncio.create_task(pour(subject.messages(range(2 * alone, 2 * alone + beside)), rate, other))
        busy = await one_by_one(subject, subject.messages(range(alone, 2 * alone)), pouring)
        await pouring
        await answered(other)
        hang_up(other)
    return {
        ("a check-in that is alone", "CPU µs"): used * 1e6,
        **waited("to its answer, in quiet", quiet),
        **waited(f"to its answer, beside {rate:,} others a second", busy),
    }


async def one_by_one(subject: Subject, messages: Messages, until: asyncio.Task[None] | None = None) -> list[float]:
    """Seconds to the answer of each, one after the other; of those before that is over."""
    line = await Line.at(subject.publish, ANSWERS)
    for message in messages:
        if until is not None and until.done() and line.waits:
            break
        await press([message], line, at_once=1)
        await asyncio.sleep(PAUSE)
    hang_up(line)
    return line.waits
