"""Growth of the directory: what a server and a desk do with a thousand members and with a million."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

from gymtui.client import Replica
from server.store.opening import open_store
from tests.bench.effort import Effort
from tests.bench.figures import Figure, Round, figures
from tests.bench.growth_journal import spent
from tests.bench.machine import cpu
from tests.bench.search import searched
from tests.bench.subjects import gymtui, plain_gym

AT_A_SERVER: Final = (1000, 10_000, 100_000)  # an import of a million takes minutes
AT_A_DESK: Final = (1000, 10_000, 100_000, 1_000_000)
TYPED: Final = 50


async def measure(folder: Path, effort: Effort) -> list[Figure]:
    """The server's start and one of its questions; the desk's copy, its start, and a key of a search."""
    found = []
    for count in map(effort.of, AT_A_SERVER):
        database = plain_gym(folder, count)
        found += figures([_at_a_server(database, count) for _ in range(effort.repeats)])
    for count in map(effort.of, AT_A_DESK):
        copy = folder / f"copy-{count}.db"
        found += figures([searched(copy, count, effort.of(TYPED))])
        found += figures([_opened(copy, count) for _ in range(effort.repeats)])
        copy.unlink()
    return found


def _at_a_server(database: Path, count: int) -> Round:
    began = time.perf_counter()
    with gymtui(database) as subject:
        started, used = time.perf_counter() - began, cpu(subject.pid)
    with closing(open_store(database)) as store:
        newest = store.head().seq - 10
        asked: dict[str, Callable[[], object]] = {
            f"a search at a server, {count:,} members": lambda: store.search_members("1000000", 20),
            f"a page of {count:,} members": lambda: store.sync_members(0, 500),
            f"the newest of {count:,} members": lambda: store.sync_members(newest, 500),
            f"a snapshot behind {count:,} imported members": store.snapshot,
        }
        return {
            (f"a server's start, {count:,} members", "ms"): started * 1e3,
            (f"a server's start, {count:,} members", "CPU ms"): used * 1e3,
            **{(what, "CPU ms"): spent(ask) * 1e3 for what, ask in asked.items()},
        }


def _opened(copy: Path, count: int) -> Round:
    """A desk's copy, from the disk to the first answer."""

    def opened() -> None:
        with closing(Replica(copy)) as replica:
            replica.members.search("a", 5)

    return {(f"a desk's copy of {count:,} opened, and its first search", "CPU ms"): spent(opened) * 1e3}
