"""`python -m tests.faults.network NAME`: runs it, prints what it found; 0 where every promise holds, else 1."""

from __future__ import annotations

import os
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Coroutine
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import uvloop

from tests.faults.network import dead_peer, pause, slow_line, slow_readers, storm
from tests.faults.network.figures import Row

Run = Callable[[Path, Namespace], Coroutine[Any, Any, list[Row]]]

RUNS: Final[dict[str, tuple[str, Run]]] = {
    "slow-readers": (
        "many who do not read",
        lambda folder, how: slow_readers.run(folder, readers=how.clients, rate=how.rate, seconds=how.seconds),
    ),
    "storm": (
        "a server is killed under many desks",
        lambda folder, how: storm.run(folder, desks=how.clients, away=how.away),
    ),
    "dead-peer": (
        "black holes, half-open connections, a far one",
        lambda folder, how: dead_peer.run(folder, seconds=how.seconds),
    ),
    "slow-line": (
        "10,000 present over 100 kB/s",
        lambda folder, how: slow_line.run(folder, people=10_000, within=300, tries=1, bandwidth=100_000),
    ),
    "breaking-line": (
        "10,000 present over a line that breaks every 400 kB",
        lambda folder, how: slow_line.run(folder, people=10_000, within=900, tries=12, bandwidth=40_000, close=400_000),
    ),
    "960": (
        "40 present over 960 bytes a second",
        lambda folder, how: slow_line.run(folder, people=40, within=300, tries=1, bandwidth=960),
    ),
    "pause": (
        "a server that stands still for --seconds",
        lambda folder, how: pause.run(folder, seconds=how.seconds),
    ),
}


def parser() -> ArgumentParser:
    """The command line."""
    known = "; ".join(f"{name}: {what}" for name, (what, _) in RUNS.items())
    made = ArgumentParser(prog="python -m tests.faults.network", description=known)
    made.add_argument("name", choices=RUNS, metavar="NAME", help=f"one of {', '.join(RUNS)}")
    made.add_argument("--clients", type=int, default=1000, help="readers or desks (1000)")
    made.add_argument("--rate", type=float, default=100.0, help="events a second (100)")
    made.add_argument("--seconds", type=float, default=60.0, help="how long it goes on (60)")
    made.add_argument("--away", type=float, default=2.0, help="seconds until the next server is started (2)")
    return made


def main() -> int:
    """Plays one run, prints its rows; 1 where a promise does not hold."""
    how = parser().parse_args()
    what, run = RUNS[how.name]
    began, load = time.strftime("%F %T"), os.getloadavg()[0]
    with TemporaryDirectory(prefix="gymtui-network-") as folder:
        rows = uvloop.run(run(Path(folder), how))
    print(
        f"{how.name} ({what}), {began}, {os.cpu_count()} cores, load {load:.1f} before, {os.getloadavg()[0]:.1f} after"
    )
    for row in rows:
        print(f"  {row}")
    return 1 if any(row.holds is False for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
