"""What the runs share: the server's own figures, its memory, a page of results."""

from __future__ import annotations

import asyncio
import math
import re
import urllib.request
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.faults.program import Gym, Program

MIB: Final = 1024 * 1024


@dataclass(frozen=True)
class Row:
    """One line of a verdict: what was measured, what it was, and whether that is as promised (None: no promise)."""

    what: str
    figure: str
    holds: bool | None = None

    def __str__(self) -> str:
        mark = {True: "holds", False: "DOES NOT HOLD", None: ""}[self.holds]
        return f"{self.what}: {self.figure}{f'  [{mark}]' if mark else ''}"


class Served:
    """A gym's server that runs in a process of its own, as an operator sees it from outside."""

    def __init__(self, gym: Gym, program: Program) -> None:
        self.gym = gym
        self.program = program

    @property
    def pid(self) -> int:
        """The process of the server."""
        process = self.program._process
        assert process is not None
        return process.pid

    @property
    def memory(self) -> int:
        """Bytes of the process that are in memory."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert found is not None
        return int(found[1]) * 1024

    async def figure(self, name: str, labels: str = "") -> float:
        """One of /metrics, the sum over its labels where those are not given."""
        text = await asyncio.to_thread(self._metrics)
        pattern = rf"^gymtui_{name}{re.escape(labels)}(?:{{[^}}]*}})? (\S+)$"
        return sum(float(value) for value in re.findall(pattern, text, re.MULTILINE))

    def _metrics(self) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.gym.port}/metrics", timeout=30) as answer:
            text: str = answer.read().decode()
        return text


@asynccontextmanager
async def served(gym: Gym) -> AsyncIterator[Served]:
    """The gym's server, from when it listens; killed at the end of the block."""
    server, listens = gym.server(), asyncio.Event()
    life = asyncio.create_task(server.live(lambda _: listens.set()))
    await listens.wait()
    try:
        yield Served(gym, server)
    finally:
        server.kill()
        await life


def percentile(values: Sequence[float], percent: float) -> float:
    """By nearest rank; nan where there is none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)] if ordered else math.nan


def busiest(times: Sequence[float], window: float) -> int:
    """The most of these times in any window (seconds)."""
    ordered, most, first = sorted(times), 0, 0
    for last, at in enumerate(ordered):
        while at - ordered[first] >= window:
            first += 1
        most = max(most, last - first + 1)
    return most
