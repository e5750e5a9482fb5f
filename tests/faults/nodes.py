"""Breaks a part of a gym of several servers again and again, and counts what was lost, done twice or told out of order.

python -m tests.faults.nodes --kills 200 --servers 3 --seed 1

Real processes on this machine: a PostgreSQL, `gymtui serve`, clients at work. `--same` has every command go to all
servers at once, whatever breaks. Exit code 1 where a promise was broken.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any, Final

from tests.faults import blows
from tests.faults.fleet import Nodes
from tests.postgres_kit import database, new_database

BLOWS: Final = {
    "--kills": (blows.kill, blows.WORK, "a server is killed"),
    "--outages": (blows.outage, blows.WORK, "the database is killed, and started again"),
    "--cuts": (blows.cut, blows.WORK, "the database ends all connections by which servers hear of each other"),
    "--silences": (blows.silence, blows.WORK, "one of these connections dies, and nobody says so"),
    "--races": (blows.race, blows.SOON, "the same member checks in at all servers at once"),
}


def main() -> None:
    """Plays it; 1 where a promise was broken."""
    options = _parser().parse_args()
    began = time.monotonic()
    with nullcontext() if options.at else database(durable=True) as postgres:
        url = new_database(postgres.url if postgres is not None else options.at)
        nodes = Nodes(url, options.servers, seed=options.seed, is_same=options.same, postgres=postgres)
        asyncio.run(nodes.run(options.breakage))
    print(f"nodes: {' '.join(sys.argv[1:])}, in {time.monotonic() - began:.0f} s")
    print(nodes.page())
    sys.exit(bool(nodes.failures))


def _parser() -> argparse.ArgumentParser:
    assert __doc__ is not None
    parser = argparse.ArgumentParser(prog="python -m tests.faults.nodes", description=__doc__.splitlines()[0])
    what = parser.add_mutually_exclusive_group(required=True)
    breakage: dict[str, Any] = {"dest": "breakage"}
    for flag, (blow, work, help) in BLOWS.items():
        what.add_argument(flag, type=_times(blow, work), metavar="TIMES", help=help, **breakage)
    what.add_argument("--paused", type=_paused, metavar="SECONDS", help="a server stands still, once", **breakage)
    parser.add_argument("--servers", type=int, default=2)
    parser.add_argument("--same", action="store_true", help="each command goes to all servers at once")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--at", metavar="URL", help="a PostgreSQL that runs already, and is not killed")
    return parser


def _times(blow: blows.Blow, work: tuple[float, float]) -> Callable[[str], blows.Blow]:
    return lambda times: blows.repeated(blow, int(times), work=work, say=print)


def _paused(seconds: str) -> blows.Blow:
    return blows.repeated(blows.pause(float(seconds)), 1, say=print)


if __name__ == "__main__":
    main()
