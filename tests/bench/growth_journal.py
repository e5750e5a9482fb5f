"""Growth of the journal: what a server, and whoever keeps one, does with ten thousand rows of it and with ten million.

What is asked all day must cost the same with all of them: a start, a resume, a page, a snapshot. What goes through all
of it, or its oldest part, must grow with the rows and no faster.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

from gymtui import clock
from gymtui.protocol import ListCheckIns, ListRefusals
from server.admin.trim import forget
from server.admin.verify import check
from server.store import Store, opening
from server.store.opening import open_store
from tests.bench.effort import Effort
from tests.bench.figures import Figure, Round, figures
from tests.bench.long_journal import DAYS, long_gym
from tests.bench.machine import cpu
from tests.bench.subjects import gymtui

ROWS: Final = (10_000, 100_000, 1_000_000, 10_000_000)
BEHIND: Final = 1000  # rows that somebody missed


async def measure(folder: Path, effort: Effort) -> list[Figure]:
    """Each gym is made once, and what only looks at it is done several times."""
    found = []
    for count in map(effort.of, ROWS):
        database = folder / "gym.db"
        long_gym(database, count)
        found += figures([_looked_at(database, count) for _ in range(effort.repeats)])
        found += figures([_gone_through(database, folder / "backup.db", count)])
        for each in folder.glob("*.db*"):
            each.unlink()
    return found


def _looked_at(database: Path, count: int) -> Round:
    began = time.perf_counter()
    with gymtui(database) as subject:
        started, used = time.perf_counter() - began, cpu(subject.pid)
    found = {
        (f"a server's start, {count:,} rows", "ms"): started * 1e3,
        (f"a server's start, {count:,} rows", "CPU ms"): used * 1e3,
    }
    with closing(open_store(database)) as store:
        for what, ask in questions(store).items():
            found[f"{what}, {count:,} rows", "CPU ms"] = spent(ask) * 1e3
    return found


def questions(store: Store) -> dict[str, Callable[[], object]]:
    """What is asked of a journal all day, and now and then."""
    head, now = store.head().seq, clock.now()
    half_a_year_ago = clock.to_text(now - 180 * clock.DAY)
    return {
        f"{BEHIND:,} rows that somebody missed": lambda: store.read(head - BEHIND, BEHIND),
        "a snapshot": store.snapshot,
        "the first page of the history": lambda: store.list_check_ins(ListCheckIns()),
        "who was in half a year ago": lambda: store.list_check_ins(ListCheckIns(at=half_a_year_ago)),
        "the first page of refusals": lambda: store.list_refusals(ListRefusals()),
        "a week's conflicts": lambda: store.conflicts(now - 7 * clock.DAY, 100),
        "the first row of last week": lambda: store.first_since(now - 7 * clock.DAY),
        "when it is busy": lambda: store.peak(8),
    }


def _gone_through(database: Path, backup: Path, count: int) -> Round:
    def copied() -> None:
        opening.back_up(str(database), backup)

    def verified() -> None:
        with opening.audit(str(database)) as tables:
            wrong = check(tables).wrong
        assert not wrong, wrong[:3]

    def trimmed() -> None:
        with closing(open_store(database)) as store:
            forget(store, clock.now() - DAYS * clock.DAY * 9 // 10)

    return {
        (f"a row of {count:,} to a backup", "CPU µs"): spent(copied) / count * 1e6,
        (f"a row of {count:,} verified", "CPU µs"): spent(verified) / count * 1e6,
        (f"a tenth of {count:,} rows trimmed, a row", "CPU µs"): spent(trimmed) / (count / 10) * 1e6,
    }


def spent(do: Callable[[], object]) -> float:
    """Seconds of this process's processor time."""
    began = time.process_time()
    do()
    return time.process_time() - began
