"""Stores: how many check-ins a second one server does on each, how many two do on one PostgreSQL, and how late what was
done at one of them is told at the other.

Everything is on this machine: the database, the servers and the load share its cores.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from tests.bench.commands import AT_ONCE
from tests.bench.effort import Effort
from tests.bench.figures import Figure, Round, figures, percentile
from tests.bench.lines import ANSWERS, EVENTS, Line, all_done, answered, pour, press
from tests.bench.subjects import Subject, gymtui, people, plain_gym
from tests.gym_kit import make_gym
from tests.postgres_kit import new_database
from tests.postgres_kit import served as database_server

MANY: Final = 8_000  # check-ins, of all servers together
WARM: Final = 500
RATES: Final = (100, 1000)  # a second at one server, of which the other tells
SECONDS: Final = 4


async def measure(folder: Path, effort: Effort) -> list[Figure]:
    """SQLite and PostgreSQL beside each other; then two servers on the latter."""
    with database_server(durable=True) as url:
        rounds = [await _round(folder, url, effort) for _ in range(effort.repeats)]
    return figures(rounds, more=["a second"])


async def _round(folder: Path, url: str, effort: Effort) -> Round:
    found: dict[tuple[str, str], float] = {}
    many, warm = effort.of(MANY), effort.of(WARM)
    file = plain_gym(folder, many + warm)
    for name, database, servers in (
        ("SQLite, one server", file, 1),
        ("PostgreSQL, one server", _in_postgresql(url, many + warm), 1),
        ("PostgreSQL, two servers", _in_postgresql(url, many + warm), 2),
    ):
        with ExitStack() as stack:
            subjects = [stack.enter_context(gymtui(database, core=None)) for _ in range(servers)]
            rate, slow = await _through(subjects, warm, many, effort.of(AT_ONCE))
        found[f"check-ins, {name}", "a second"] = rate
        found[f"to its answer, {name}, p99", "ms"] = slow
    for rate in map(effort.of, RATES):
        count = round(rate * effort.seconds(SECONDS))
        database = _in_postgresql(url, count)
        with gymtui(database, core=None) as here, gymtui(database, core=None) as there:
            waits = await _told_by_the_other(here, there, count, rate)
        for percent in (50, 99):
            what = f"an event at the other server, {rate:,} a second, p{percent}"
            found[what, "ms"] = percentile(waits, percent) * 1e3
    return found


def _in_postgresql(url: str, count: int) -> str:
    database = new_database(url)
    make_gym(database, *people(count))
    return database


async def _through(subjects: list[Subject], warm: int, count: int, at_once: int) -> tuple[float, float]:
    """How many a second all of them do, each pressed with its share; and the p99 of an answer, ms."""
    shares = [range(first, warm + count, len(subjects)) for first in range(len(subjects))]
    lines = [await Line.at(subject.publish, ANSWERS) for subject in subjects]
    loads = [(line, it.messages(share)) for line, it, share in zip(lines, subjects, shares, strict=True)]
    each = warm // len(subjects)
    for line, messages in loads:
        await press(messages[:each], line, at_once=at_once)
        line.waits.clear()
    began = time.perf_counter()
    await asyncio.gather(*(press(messages[each:], line, at_once=at_once // len(subjects)) for line, messages in loads))
    took = time.perf_counter() - began
    all_done(*lines)
    waits = [wait for line in lines for wait in line.waits]
    return len(waits) / took, percentile(waits, 99) * 1e3


async def _told_by_the_other(here: Subject, there: Subject, count: int, rate: int) -> list[float]:
    """Seconds from when a check-in was due at the one to its event at the other."""
    watcher, line = await Line.at(there.subscribe, EVENTS), await Line.at(here.publish, ANSWERS)
    await pour(here.messages(range(count)), rate, line, watcher)
    await answered(line)
    await answered(watcher)
    all_done(line, watcher)
    return watcher.waits
