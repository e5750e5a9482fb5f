"""The machine that measures: what it is, its processor's time and memory a process, and which core a process has."""

from __future__ import annotations

import os
import platform
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from importlib.metadata import version
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from typing import Final

from tests.bench.figures import Machine

LIBRARIES: Final = ("websockets", "uvloop", "msgspec", "textual")


def this_machine(load_before: float) -> Machine:
    """As it is after the measuring."""
    models = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return Machine(
        date=str(date.today()),
        processor=models[0].partition(": ")[2] if models else platform.machine(),
        cores=os.cpu_count() or 1,
        python=platform.python_version(),
        versions={name: version(name) for name in LIBRARIES} | {"sqlite": sqlite3.sqlite_version},
        load_before=load_before,
        load_after=load(),
    )


def load() -> float:
    """How many processes have wanted a core in the last minute."""
    return os.getloadavg()[0]


def cpu(pid: int) -> float:
    """Seconds of processor time that a process has taken so far, all its threads together, to the microsecond."""
    return time.clock_gettime(~pid << 3 | 2)  # as clock_getcpuclockid(3) makes it


def children() -> float:
    """Seconds of processor time of the programs that this one has started and that have ended."""
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def memory(pid: int) -> int:
    """Bytes of a process that are in memory now."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def on_core(number: int) -> Iterator[None]:
    """What is started in the block stays on this core, where the machine has others too."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        yield
        return
    own = cores[number % len(cores)]
    os.sched_setaffinity(0, {own})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)
