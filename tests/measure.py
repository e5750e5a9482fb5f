"""`python -m tests.measure` measures what the documents say of speed, prints it, and keeps it in docs/MEASURED.md.

A real console in a real pseudo-terminal, a real server in a process of its own.
"""

from __future__ import annotations

import asyncio
import os
import platform
import re
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Final

from gymtui.client import Replica
from gymtui.protocol import Member, MembersPage
from gymtui.sample.people import FIRST_NUMBER, members
from gymtui.ui.screens.front_desk import HITS
from server.store.opening import open_store
from tests import measured_import, measured_search
from tests.firehose import Firehose
from tests.gym_kit import token
from tests.keystrokes import Keystrokes
from tests.measured_programs import PEOPLE, Tap, cpu, desk, gym, ms, running

PAGE: Final = Path(__file__).parent.parent / "docs" / "MEASURED.md"
PAUSE: Final = 0.1  # seconds between two scans
Row = tuple[str, str]


async def key_to_verdict(folder: Path) -> list[Row]:
    """A scan to its first verdict, while a thousand events a second go by."""
    with gym(folder, PEOPLE) as (database, url):
        first: list[float] = []
        with closing(open_store(database)) as store:
            names = {m.membership_number: m.full_name for m in store.all_members()}
            async with desk(url, database, folder, 120, 40) as tap:
                await tap.until_known(FIRST_NUMBER + PEOPLE - 1)
                simulate = ("simulate", "--url", url, "--rate", "1000", "--desks", "4")
                with running(*simulate, nice=19, GYMTUI_TOKEN=token(database, "ben")):
                    await asyncio.sleep(3)
                    before, began, busy = store.head().seq, time.monotonic(), cpu(tap.process.pid)
                    for number in Random(3).sample(range(PEOPLE), 200):
                        code = str(FIRST_NUMBER + number)
                        await asyncio.sleep(PAUSE)
                        verdict = f"{re.escape(names[code])} (queued|checked in|refused|already in)"
                        first.append(await tap.seconds_until(verdict, f"{code}\r"))
                    rate = (store.head().seq - before) / (time.monotonic() - began)
                    busy = (cpu(tap.process.pid) - busy) / (time.monotonic() - began)
    load = f"{PEOPLE:,} members, {rate:,.0f} events/s, 120x40"
    return [
        (f"a scan to its verdict on the terminal ({load})", ms(first)),
        ("the desk's processor time meanwhile", f"{busy:.0%}"),
    ]


async def scans_in_a_row(folder: Path) -> list[Row]:
    """200 codes as fast as nobody scans, until the last is on disk; and what an idle terminal is sent."""
    with gym(folder, 400) as (database, url):
        codes = [str(FIRST_NUMBER + n) for n in range(200)]
        async with desk(url, database, folder, 80, 24) as tap:
            await tap.until_known(FIRST_NUMBER + 399)
            with closing(open_store(database)) as store:
                before = store.head().seq
                for code in codes:
                    await asyncio.sleep(PAUSE)
                    tap.type(f"{code}\r")
                began = time.perf_counter()
                while store.head().seq < before + len(codes):
                    await asyncio.sleep(0.01)
                took = time.perf_counter() - began
            await asyncio.sleep(3)  # what came with it is painted
            quiet = tap.bytes
            await asyncio.sleep(12)  # one ping at least
            idle = (tap.bytes - quiet) / 12
    return [
        ("200 scans, ten a second, from the last one to all of them on disk at the server", f"{took * 1000:.0f} ms"),
        ("bytes to an idle terminal, 80x24", f"{idle:.0f} a second"),
    ]


async def screens(folder: Path) -> list[Row]:
    """Each screen from its key to its last row, and back, while somebody is at every door."""
    front, last = "AVERAGE STAY", "F1 help"
    switches: dict[str, list[float]] = {}
    with gym(folder, 400) as (database, url):
        async with desk(url, database, folder, 120, 40) as tap:
            await tap.until_known(FIRST_NUMBER + 399)
            with running("simulate", "--url", url, "--rate", "20", GYMTUI_TOKEN=token(database, "ben")):
                for _ in range(10):
                    for name, key, title in (("F3", "\x1bOR", "WHO IS IN"), ("F9", "\x1b[20~", "CONNECTION AND QUEUE")):
                        for pattern in (f"(?s){title}.*{last}", f"(?s){front}.*{last}"):
                            await asyncio.sleep(0.3)
                            switches.setdefault(name, []).append(await tap.seconds_until(pattern, key))
                    await asyncio.sleep(0.3)
                    switches.setdefault("F1", []).append(await tap.seconds_until("Front desk", "\x1bOP"))
                    await asyncio.sleep(0.3)
                    await tap.seconds_until(f"(?s){front}.*{last}", "\x1b")
    return [(f"a screen by {name}, on the terminal (120x40)", ms(taken)) for name, taken in switches.items()]


async def firehose(folder: Path) -> list[Row]:
    """What a desk takes of the processor under 100 and 1,000 events ten times a second."""
    return [await poured(folder / str(events), events) for events in (100, 1000)]


async def poured(folder: Path, events: int) -> Row:
    """Ten batches a second of so many events."""
    async with Firehose(events=events, every=0.1) as server:
        environment = {"GYMTUI_TOKEN": "a.b.c", "XDG_DATA_HOME": str(folder)}
        async with Tap.run("--url", server.url, columns=120, rows=40, environment=environment) as tap:
            await tap.seconds_until("● live")
            await asyncio.sleep(3)
            busy, sent, began, shown = cpu(tap.process.pid), server.sent, time.monotonic(), tap.bytes
            await asyncio.sleep(10)
            took = time.monotonic() - began
            share, rate = (cpu(tap.process.pid) - busy) / took, (server.sent - sent) / took
            written = (tap.bytes - shown) / took / 1000
    return (
        f"the desk's processor time at {rate:,.0f} events/s, 120x40",
        f"{share:.0%} of a core, {written:.0f} kB/s shown",
    )


async def shown(folder: Path) -> list[Row]:
    """What a terminal of 80x24 is sent: a screen, nothing that happens, and somebody each second."""
    rows: list[Row] = []
    with gym(folder, 400) as (database, url):
        environment = {"GYMTUI_TOKEN": token(database, "ana"), "XDG_DATA_HOME": str(folder)}
        for what in ("desk", "monitor"):
            arguments = ("monitor",) if what == "monitor" else ()
            async with Tap.run(*arguments, "--url", url, columns=80, rows=24, environment=environment) as tap:
                await tap.seconds_until("● live")
                await asyncio.sleep(5)
                first = tap.bytes
                await asyncio.sleep(10)
                idle = (tap.bytes - first) / 10
                with running("simulate", "--url", url, "--rate", "1", GYMTUI_TOKEN=token(database, "ben")):
                    await asyncio.sleep(4)
                    before = tap.bytes
                    await asyncio.sleep(15)
                    busy = (tap.bytes - before) / 15
            figures = f"{first:,}; {idle:.0f} a second; {busy:.0f} a second"
            rows.append((f"bytes of a {what}'s first screen, 80x24; with nothing to show; at 1 event/s", figures))
    return rows


def keys_per_name() -> list[Row]:
    """What a name costs before the Enter: letters of both names run together, and the choice of the row."""
    today = date(2026, 11, 18)
    people = [Member(id=str(n), seq=n, **m) for n, m in enumerate(members(7000, Random(7), today), 1)]  # type: ignore[arg-type]  # its own fields
    with closing(Replica(":memory:")) as replica:
        replica.fold_members(MembersPage(members=tuple(people), next_after_seq=7000, more=False, as_of_seq=7000))
        keystrokes = Keystrokes(lambda text: replica.members.search(text, HITS))
        keys = [keystrokes.cost(person) for person in people]
    few = sum(cost <= 4 for cost in keys) / len(keys)
    figure = f"at most 4 for {few:.1%}; mean {statistics.mean(keys):.1f}, most {max(keys)}"
    return [(f"keys before the Enter that takes one of 7,000 made-up members, {HITS} rows of hits", figure)]


def timed(run: Callable[[], object], times: int = 5) -> str:
    """Wall and processor time of what `run` starts, the median."""
    walls, cpus = [], []
    for _ in range(times):
        began, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        run()
        walls.append(time.perf_counter() - began)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpus.append(after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime)
    return f"{statistics.median(walls) * 1000:.0f} ms, of processor time {statistics.median(cpus) * 1000:.0f} ms"


async def starts(folder: Path) -> list[Row]:
    """What a person waits for after Enter at the shell."""
    with gym(folder, 400) as (database, url):
        ticket = token(database, "ana")

        def first_line_of_tail() -> None:
            with running("tail", "--url", url, stderr=subprocess.STDOUT, GYMTUI_TOKEN=ticket) as tail:
                assert tail.stdout is not None
                tail.stdout.readline()

        helped = timed(
            lambda: subprocess.run(
                [sys.executable, "-m", "gymtui.cli", "--help"], check=True, stdout=subprocess.DEVNULL
            )
        )
        tailed = timed(first_line_of_tail)
        shown, live = [], []
        for number in range(5):
            began = time.perf_counter()
            async with desk(url, database, folder / str(number), 120, 40) as tap:
                await tap.seconds_until("CHECK IN")
                shown.append(time.perf_counter() - began)
                await tap.seconds_until("● live")
                live.append(time.perf_counter() - began)
    return [
        ("`gymtui --help`", helped),
        ("`gymtui tail` to its first line (“connected as ana”), and its end", tailed),
        (
            "`gymtui` to the desk on the screen; live",
            f"{statistics.median(shown) * 1000:.0f} ms; {statistics.median(live) * 1000:.0f} ms",
        ),
    ]


async def searches(folder: Path) -> list[Row]:
    """What a key of a search costs."""
    return measured_search.measured(folder, 100_000)


async def imports(folder: Path) -> list[Row]:
    """A large import beside a server."""
    return await measured_import.measured(folder, 100_000)


async def measure() -> list[Row]:
    """All figures, one after the other, each in a folder of its own."""
    rows = keys_per_name()
    for figure in (searches, starts, scans_in_a_row, shown, screens, key_to_verdict, firehose, imports):
        with TemporaryDirectory(prefix="gymtui-measure-") as folder:
            rows += await figure(Path(folder))
            print(*rows[-1], file=sys.stderr)
    return rows


def main() -> None:
    """Measures, and writes the page."""
    before = os.getloadavg()[0]
    rows = asyncio.run(measure())
    machine = f"CPython {platform.python_version()}, {os.cpu_count()} cores"
    load = f"load {before:.1f} before and {os.getloadavg()[0]:.1f} after"
    table = "\n".join(f"| {what} | {figure} |" for what, figure in rows)
    page = f"""# Measured

By `python -m tests.measure` on {date.today()}: {machine}, {load}.
Server, traffic and the reader of the terminal run on the same cores as what is measured.
A million members are searched by `python -m tests.measured_search 1000000`, which takes some minutes: on 2026-11-27,
beside other work on both cores, a key took p50 0.54 ms, p99 5.70 ms, of the processor 0.52 and 2.53 ms; the copy has
726 MB. One of the version before is brought up to date once, in 27 s (100,000 members: 2.5 s), in 64 MB of memory.

| what | figure |
|---|---|
{table}
"""
    PAGE.write_text(page)
    print(page)


if __name__ == "__main__":
    main()
