"""What is measured: the real programs in pseudo-terminals, and a server in a process of its own."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import date
from pathlib import Path
from random import Random
from typing import Final

from gymtui.sample.people import members
from tests.gym_kit import make_gym, token
from tests.terminal import GYMTUI, Terminal

PEOPLE: Final = 10_000
NO_HITS: Final = r"(?s)\A(?!.*▌ 1 )"


def found(code: int | str) -> str:
    """What a terminal shows once a member is found by a number, and not as soon as that is typed."""
    return rf"▌ 1 .+ {code}\b"


class Tap(Terminal):
    """A terminal that says how long it took until it showed some words."""

    async def until_known(self, code: int) -> None:
        """Waits until the desk is live and finds this member: then it has the whole directory."""
        await self.seconds_until("● live")
        while True:
            try:
                async with asyncio.timeout(5):
                    await self.seconds_until(found(code), str(code))
            except TimeoutError:
                continue
            finally:
                self.type("\x7f" * len(str(code)))
            await self.seconds_until(NO_HITS)  # or these would be a part of what is typed next
            return

    async def seconds_until(self, pattern: str, keys: str = "") -> float:
        """From these keys to the words, which must not stand there already."""
        began = time.perf_counter()
        if keys:
            self.type(keys)
        async with asyncio.timeout(60):
            while not re.search(pattern, self.text):
                self._changed.clear()
                await self._changed.wait()
        return time.perf_counter() - began


@contextmanager
def running(
    *arguments: str, stderr: int = subprocess.DEVNULL, nice: int = 0, **environment: str
) -> Iterator[subprocess.Popen[str]]:
    """A `gymtui` command, which ends with this program however that ends."""
    process = subprocess.Popen(
        ["nice", "-n", str(nice), sys.executable, "-m", "gymtui.child_process", *arguments],
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
    )
    with process:
        yield process


@contextmanager
def gym(folder: Path, count: int) -> Iterator[tuple[Path, str]]:
    """A server over a gym of so many: its database, and where it listens."""
    database = folder / "gym.db"
    make_gym(database, *members(count, Random(7), date(2026, 11, 18)))
    with served(database) as url:
        yield database, url


@contextmanager
def served(database: Path) -> Iterator[str]:
    """A server over a gym that is there: where it listens."""
    with running("serve", "--port", "0", "--database", str(database), "--max-rate", "100000") as server:
        assert server.stdout is not None
        yield server.stdout.readline().split()[-1]


@asynccontextmanager
async def desk(
    url: str, database: Path, folder: Path, columns: int, rows: int, *, program: Sequence[str] = GYMTUI
) -> AsyncIterator[Tap]:
    """A console at a server, in a pseudo-terminal."""
    environment = {"GYMTUI_TOKEN": token(database, "ana"), "XDG_DATA_HOME": str(folder)}
    place = ("--url", url, "--desk", "desk")
    async with Tap.run(*place, columns=columns, rows=rows, environment=environment, program=program) as tap:
        yield tap


def ms(seconds: list[float]) -> str:
    """Percentiles of seconds, in words."""
    ordered = sorted(seconds)
    p50, p99 = (ordered[-(-len(ordered) * percent // 100) - 1] * 1000 for percent in (50, 99))
    return f"p50 {p50:.0f} ms, p99 {p99:.0f} ms, of {len(ordered)}"
