"""`python -m tests.measured_history 10000 500000`: what a page of the history costs a server with so many members, and
so many visits in a year; and when it is busy, by all of them."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Final

from gymtui import clock
from gymtui.protocol import ListCheckIns
from server.store import Store
from server.store.opening import open_store
from tests.big_gym import fill
from tests.till import DAY, NINE

TIMES: Final = 50


def questions(store: Store) -> dict[str, Callable[[], object]]:
    """What is asked, and how."""
    somebody = next(store.all_members())
    yesterday, june = clock.to_text(NINE - DAY), clock.to_text(NINE - 170 * DAY)
    asked = {
        "the first page of all": ListCheckIns(),
        "of yesterday": ListCheckIns(from_=clock.to_text(NINE - 2 * DAY), to=yesterday),
        "who was in yesterday at a time": ListCheckIns(at=yesterday),
        "who was in at a time in June": ListCheckIns(at=june),
        "one member": ListCheckIns(member_id=somebody.id),
        "a name": ListCheckIns(text=somebody.full_name),
        "a letter": ListCheckIns(text="a"),
        "a desk that there is not, in 10,000 visits": ListCheckIns(desk="9"),
    }
    pages: dict[str, Callable[[], object]] = {what: partial(store.list_check_ins, it) for what, it in asked.items()}
    return pages | {
        "a member in figures": lambda: store.get_member(somebody.id),
        "when it is busy": lambda: store.peak(8),
    }


def main(people: int, count: int) -> None:
    with TemporaryDirectory() as folder, closing(open_store(Path(folder) / "gym.db", now=lambda: NINE)) as store:
        fill(store, people, count, until=datetime.fromtimestamp(NINE // 1000, UTC).replace(hour=0))
        for what, ask in questions(store).items():
            spent = []
            for _ in range(TIMES):
                began = time.process_time()
                ask()
                spent.append((time.process_time() - began) * 1000)
            middle, last = sorted(spent)[TIMES // 2], quantiles(spent, n=100)[98]
            print(f"{what}: of the processor p50 {middle:.1f} ms, p99 {last:.1f} ms")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
