"""Start-up: what a person waits for after Enter at the shell."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.bench.effort import Effort
from tests.bench.figures import Figure, Round, figures
from tests.bench.machine import children, cpu
from tests.gym_kit import token
from tests.measured_programs import desk, gym, running

PEOPLE: Final = 400
MORE: Final = 3  # times as many repeats as elsewhere: they are short


async def measure(folder: Path, effort: Effort) -> list[Figure]:
    """The help, a tail to its first line and its end, and a desk with nothing of its own yet."""
    with gym(folder, effort.of(PEOPLE)) as (database, url):
        ticket, rounds = token(database, "ana"), []

        def first_line_of_tail() -> None:
            with running("tail", "--url", url, stderr=subprocess.STDOUT, GYMTUI_TOKEN=ticket) as tail:
                assert tail.stdout is not None
                tail.stdout.readline()

        for number in range(MORE * effort.repeats):
            found = {**timed("`gymtui --help`", _help), **timed("`gymtui tail` to its first line", first_line_of_tail)}
            rounds.append(found | dict(await _desk(url, database, folder / str(number))))
    return figures(rounds)


async def _desk(url: str, database: Path, folder: Path) -> Round:
    began = time.perf_counter()
    async with desk(url, database, folder, 120, 40) as tap:
        await tap.seconds_until("CHECK IN")
        shown = time.perf_counter() - began
        await tap.seconds_until("● live")
        live, used = time.perf_counter() - began, cpu(tap.process.pid)
    return {
        ("`gymtui` on the screen", "ms"): shown * 1e3,
        ("`gymtui` live", "ms"): live * 1e3,
        ("`gymtui` live", "CPU ms"): used * 1e3,
    }


def _help() -> None:
    subprocess.run([sys.executable, "-m", "gymtui.cli", "--help"], check=True, stdout=subprocess.DEVNULL)


def timed(what: str, run: Callable[[], object]) -> Round:
    """Milliseconds of the wall and of the processor that what `run` starts takes."""
    began, before = time.perf_counter(), children()
    run()
    return {
        (what, "ms"): (time.perf_counter() - began) * 1e3,
        (what, "CPU ms"): (children() - before) * 1e3,
    }
