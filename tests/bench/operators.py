"""Operators: what a monitor takes of processor and memory under many events, and how many lines a tail writes."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import time
from pathlib import Path
from typing import Final

from tests.bench.desk import firehose
from tests.bench.effort import Effort
from tests.bench.figures import Figure, Round, figures
from tests.bench.machine import cpu, memory
from tests.measured_programs import Tap, running

RATE: Final = 10_000  # events a second at a monitor
SETTLES: Final = 240  # seconds until it has all rows, rates and percentiles, and the allocator what it keeps
WATCHED: Final = 180
LINES: Final = 20_000  # events a second at a tail
TAILED: Final = 10  # seconds
SAYS: Final = r"1 min ([\d.]*[1-9][\d.]*)"


async def measure(folder: Path, effort: Effort) -> list[Figure]:
    """Once: the monitor at 120x40, for so long that a growth shows; the tail through a pipe."""
    return figures([{**await watched(folder, effort), **await tailed(folder, effort)}])


async def watched(folder: Path, effort: Effort) -> Round:
    """Nobody touches it."""
    environment = {"GYMTUI_TOKEN": "a.b.c", "XDG_DATA_HOME": str(folder)}
    with firehose(max(1, effort.of(RATE) // 10)) as url:
        async with Tap.run("monitor", "--url", url, columns=120, rows=40, environment=environment) as tap:
            await tap.seconds_until(SAYS)
            await asyncio.sleep(effort.of(SETTLES))
            used, began, had = cpu(tap.process.pid), time.perf_counter(), memory(tap.process.pid)
            await asyncio.sleep(effort.of(WATCHED))
            took = time.perf_counter() - began
            used, grown = cpu(tap.process.pid) - used, memory(tap.process.pid) - had
            said = re.search(SAYS, tap.text)
    assert said is not None
    what = f"the monitor at {effort.of(RATE):,} events/s"
    return {
        (what, "events a second, as it says"): float(said.group(1)),
        (what, "% of a core"): used / took * 100,
        (what, "MiB"): (had + grown) / 2**20,
        (what, "MiB more than before"): grown / 2**20,
    }


async def tailed(folder: Path, effort: Effort) -> Round:
    """Its lines are read as fast as they come."""
    home, events = str(folder), max(1, effort.of(LINES) // 10)
    with (
        firehose(events) as url,
        running("tail", "--url", url, GYMTUI_TOKEN="a.b.c", XDG_DATA_HOME=home) as tail,
    ):
        assert tail.stdout is not None
        await asyncio.to_thread(tail.stdout.readline)
        lines, used, took = await asyncio.to_thread(_read, tail, effort.of(TAILED))
        tail.kill()
    what = f"a tail at {effort.of(LINES):,} events/s"
    return {(what, "lines a second"): lines / took, (what, "% of a core"): used / took * 100}


def _read(tail: subprocess.Popen[str], seconds: float) -> tuple[int, float, float]:
    assert tail.stdout is not None
    lines, used, began = 0, cpu(tail.pid), time.perf_counter()
    while (took := time.perf_counter() - began) < seconds:
        lines += os.read(tail.stdout.fileno(), 1 << 16).count(b"\n")
    return lines, cpu(tail.pid) - used, took
