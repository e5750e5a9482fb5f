"""Connections: what one that only listens costs the server, in memory and to open."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

from server.net.watchdog import ROUND
from tests.bench.effort import Effort
from tests.bench.figures import Figure, Round, figures
from tests.bench.lines import Subscriber, hang_up
from tests.bench.machine import cpu, memory
from tests.bench.subjects import gymtui, plain_gym

MANY: Final = (1000, 5000)  # a server hangs up on whoever answers no ping for 25 s: they come and go in fewer
AT_ONCE: Final = 50
REST: Final = ROUND  # seconds in which nothing happens


async def measure(folder: Path, effort: Effort) -> list[Figure]:
    """So many at a server that nobody else uses."""
    return figures([await _round(folder, effort) for _ in range(effort.repeats)])


async def _round(folder: Path, effort: Effort) -> Round:
    rest = effort.seconds(REST)
    found: dict[tuple[str, str], float] = {}
    for count in map(effort.of, MANY):
        with gymtui(plain_gym(folder, 1)) as subject:
            hang_up(await Subscriber.at(subject.subscribe))  # what the first one needs is there
            before, used = memory(subject.pid), cpu(subject.pid)
            crowd: list[Subscriber] = []
            for some in range(0, count, AT_ONCE):
                several = min(AT_ONCE, count - some)
                crowd += await asyncio.gather(*(Subscriber.at(subject.subscribe) for _ in range(several)))
            opened = cpu(subject.pid) - used
            await asyncio.sleep(rest)
            idle = cpu(subject.pid)
            await asyncio.sleep(rest)
            found |= {
                (f"an idle connection, of {count:,}", "KiB"): (memory(subject.pid) - before) / count / 1024,
                (f"to open one, of {count:,}", "CPU µs"): opened / count * 1e6,
                (f"{count:,} that are idle", "% of a core"): (cpu(subject.pid) - idle) / rest * 100,
            }
            hang_up(*crowd)
    return found
