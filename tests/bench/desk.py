"""Desk: what a feed takes of the processor, and how long a key waits for its echo meanwhile, at 120x40."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random
from typing import Final

from gymtui.sample.people import FIRST_NUMBER
from server.store.opening import open_store
from tests.bench.effort import Effort
from tests.bench.figures import Figure, Round, figures, waited
from tests.bench.machine import cpu
from tests.gym_kit import token
from tests.measured_programs import Tap, desk, gym, running

RATES: Final = (1000, 10_000)  # events a second
EVERY: Final = 0.1  # seconds between two batches of them
SETTLES: Final = 2.0  # seconds until a desk has come up
WATCHED: Final = 3.0
KEY: Final = "@"  # nowhere else on the screen
KEYS: Final = 50
BETWEEN: Final = 0.04  # seconds between two keys, on the average: they meet the frames at any moment
PEOPLE, SCANS, PAUSE = 5000, 40, 0.1  # members, codes, and seconds between two of those
ANSWERS: Final = "queued|checked in|refused|already in"


async def measure(folder: Path, effort: Effort) -> list[Figure]:
    """Under few and many events a second; and scans, at a server that hears of a thousand others a second."""
    rounds = []
    for number in range(effort.repeats):
        found: dict[tuple[str, str], float] = {}
        for rate in map(effort.of, RATES):
            found |= await fed(folder / f"{number}-{rate}", rate, effort)
        (folder / str(number)).mkdir()
        rounds.append(found | dict(await scans(folder / str(number), effort)))
    return figures(rounds)


@contextmanager
def firehose(events: int) -> Iterator[str]:
    """So many in a batch, from a process of their own: where."""
    command = (sys.executable, "-m", "tests.firehose", str(events), str(EVERY))
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.kill()


async def fed(folder: Path, rate: int, effort: Effort) -> Round:
    """First nobody touches the desk, then somebody types at it."""
    random, settles = Random(3), effort.seconds(SETTLES)
    environment = {"GYMTUI_TOKEN": "a.b.c", "XDG_DATA_HOME": str(folder)}
    with firehose(max(1, round(rate * EVERY))) as url:
        async with Tap.run("--url", url, columns=120, rows=40, environment=environment) as tap:
            await tap.seconds_until("● live")
            await asyncio.sleep(settles)
            used, began, shown = cpu(tap.process.pid), time.perf_counter(), tap.bytes
            await asyncio.sleep(effort.seconds(WATCHED))
            took = time.perf_counter() - began
            busy, written = (cpu(tap.process.pid) - used) / took, (tap.bytes - shown) / took
            echoes = []
            for _ in range(effort.of(KEYS)):
                await asyncio.sleep(random.uniform(0, 2 * BETWEEN))
                echoes.append(await tap.seconds_until(KEY, KEY))
                tap.type("\x7f")
                await tap.seconds_until(f"(?s)^[^{KEY}]*$")
    return {
        (f"the desk at {rate:,} events/s", "% of a core"): busy * 100,
        (f"shown at {rate:,} events/s", "bytes a second"): written,
        **waited(f"a key to its echo at {rate:,} events/s", echoes),
    }


async def scans(folder: Path, effort: Effort) -> Round:
    """A code to its first verdict, while others are let in all the time."""
    rate, people = effort.of(1000), effort.of(PEOPLE)
    with gym(folder, people) as (database, url), closing(open_store(database)) as store:
        names = {m.membership_number: m.full_name for m in store.all_members()}
        async with desk(url, database, folder, 120, 40) as tap:
            await tap.until_known(FIRST_NUMBER + people - 1)
            simulate = ("simulate", "--url", url, "--rate", str(rate), "--desks", "4")
            with running(*simulate, nice=19, GYMTUI_TOKEN=token(database, "ben")):
                await asyncio.sleep(effort.seconds(SETTLES))
                used, spent = cpu(tap.process.pid), []
                for number in Random(3).sample(range(people), effort.of(SCANS)):
                    code = str(FIRST_NUMBER + number)
                    await asyncio.sleep(PAUSE)
                    spent.append(await tap.seconds_until(f"{re.escape(names[code])} ({ANSWERS})", f"{code}\r"))
                used = (cpu(tap.process.pid) - used) / len(spent)
    return {
        (f"a scan, {people:,} members, {rate:,} events/s", "CPU ms"): used * 1e3,
        **waited(f"a scan to its verdict, {people:,} members, {rate:,} events/s", spent),
    }
