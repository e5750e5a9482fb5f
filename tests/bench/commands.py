"""Commands: what a durable check-in costs the server, and how many a second it does with subscribers."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

from tests.bench.effort import Effort
from tests.bench.figures import Figure, Round, figures, percentile
from tests.bench.lines import ANSWERS, Line, Subscriber, all_done, answered, hang_up, pour, press
from tests.bench.machine import cpu
from tests.bench.subjects import Subject, gymtui, plain_gym

RATE: Final = 1000  # a second, of one client: neither idle nor at the limit
SUBSCRIBERS: Final = 100
AT_ONCE: Final = 1000  # on the way: each has its answer within a second where there are more a second than these
MANY: Final = 24_000
WARM: Final = 500


async def measure(folder: Path, effort: Effort) -> list[Figure]:
    """At a pace, with nobody else there; and as many as go through."""
    return figures([await _round(folder, effort) for _ in range(effort.repeats)], more=["a second"])


async def _round(folder: Path, effort: Effort) -> Round:
    warm, paced, many = effort.of(WARM), effort.of(3 * RATE), effort.of(MANY)
    with gymtui(plain_gym(folder, warm + max(paced, many))) as subject:
        cost = await _at_a_pace(subject, warm, paced, effort.of(RATE))
    with gymtui(plain_gym(folder, warm + max(paced, many))) as subject:
        through = await _as_many_as_go(subject, warm, many, effort)
    return {**cost, **through}


async def _at_a_pace(subject: Subject, warm: int, count: int, rate: int) -> Round:
    line = await Line.at(subject.publish, ANSWERS)
    messages = subject.messages(range(warm + count))
    await pour(messages[:warm], rate, line)
    await answered(line)
    before = cpu(subject.pid)
    await pour(messages[warm:], rate, line)
    await answered(line)
    used = cpu(subject.pid) - before
    all_done(line)
    return {(f"a check-in, {rate:,} a second, nobody else there", "CPU µs"): used / count * 1e6}


async def _as_many_as_go(subject: Subject, warm: int, count: int, effort: Effort) -> Round:
    subscribers, at_once = effort.of(SUBSCRIBERS), effort.of(AT_ONCE)
    crowd = [await Subscriber.at(subject.subscribe) for _ in range(subscribers)]
    line = await Line.at(subject.publish, ANSWERS)
    messages = subject.messages(range(warm + count))
    await press(messages[:warm], line, at_once=at_once)
    line.waits.clear()
    before, began = cpu(subject.pid), time.perf_counter()
    await press(messages[warm:], line, at_once=at_once)
    took, used = time.perf_counter() - began, cpu(subject.pid) - before
    all_done(line)
    hang_up(*crowd)
    load = f"{subscribers} subscribers, {at_once:,} on the way"
    return {
        (f"check-ins, {load}", "a second"): count / took,
        (f"a check-in, {load}", "CPU µs"): used / count * 1e6,
        (f"the server meanwhile, {load}", "% of a core"): used / took * 100,
        (f"to its answer, {load}, p99", "ms"): percentile(line.waits, 99) * 1e3,
    }
