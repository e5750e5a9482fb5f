"""Start-up: what a person waits for after Enter at the shell. It is the `gymtui` beside this interpreter that is
measured, compiled as an installed one is; and the interpreter alone, before which no program in Python comes.
"""

from __future__ import annotations

import compileall
import os
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from tests.bench.effort import Effort
from tests.bench.figures import Figure, Round, figures
from tests.bench.machine import children, cpu
from tests.gym_kit import token
from tests.measured_programs import desk, gym

GYMTUI: Final = str(Path(sys.executable).with_name("gymtui"))
PEOPLE: Final = 400
MORE: Final = 3  # times as many repeats as elsewhere: they are short


async def measure(folder: Path, effort: Effort) -> list[Figure]:
    """The interpreter, the help, a tail to its first line, and a desk with nothing of its own yet."""
    _compile()
    with gym(folder, effort.of(PEOPLE)) as (database, url):
        return figures([await _round(url, database, folder / str(n)) for n in range(MORE * effort.repeats)])


async def _round(url: str, database: Path, folder: Path) -> Round:
    return {
        **_ended("`python -S -c pass`", sys.executable, "-S", "-c", "pass"),
        **_ended("`python -c pass`", sys.executable, "-c", "pass"),
        **_ended("`gymtui --help`", GYMTUI, "--help"),
        **_first_line(url, token(database, "ana")),
        **await _desk(url, database, folder),
    }


def _compile() -> None:
    """Where nothing may be written at an import, what was changed is compiled at each."""
    for package in ("gymtui", "server"):
        spec = find_spec(package)
        assert spec is not None
        for place in spec.submodule_search_locations or ():
            compileall.compile_dir(place, quiet=1)


def _ended(what: str, *command: str) -> Round:
    began, before = time.perf_counter(), children()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return {
        (what, "ms"): (time.perf_counter() - began) * 1e3,
        (what, "CPU ms"): (children() - before) * 1e3,
    }


def _first_line(url: str, ticket: str) -> Round:
    what, began = "`gymtui tail` to its first line", time.perf_counter()
    with subprocess.Popen(
        (GYMTUI, "tail", "--url", url), env={**os.environ, "GYMTUI_TOKEN": ticket}, stderr=subprocess.PIPE
    ) as tail:
        assert tail.stderr is not None
        line = tail.stderr.readline()
        there, used = time.perf_counter() - began, cpu(tail.pid)
        tail.terminate()
    assert line == b"gymtui: connected as ana\n", line
    return {(what, "ms"): there * 1e3, (what, "CPU ms"): used * 1e3}


async def _desk(url: str, database: Path, folder: Path) -> Round:
    began = time.perf_counter()
    async with desk(url, database, folder, 120, 40, program=(GYMTUI,)) as tap:
        await tap.seconds_until("CHECK IN")
        shown = time.perf_counter() - began
        await tap.seconds_until("● live")
        live, used = time.perf_counter() - began, cpu(tap.process.pid)
    return {
        ("`gymtui` on the screen", "ms"): shown * 1e3,
        ("`gymtui` live", "ms"): live * 1e3,
        ("`gymtui` live", "CPU ms"): used * 1e3,
    }
