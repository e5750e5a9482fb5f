"""History: what a page costs a server that has the visits of a year; and when it is busy, by all of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

from gymtui import clock
from gymtui.protocol import ListCheckIns
from server.store import Store
from server.store.opening import open_store
from tests.bench.effort import Effort
from tests.bench.figures import Figure
from tests.big_gym import fill
from tests.till import DAY, NINE

PEOPLE, VISITS = 10_000, 500_000
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


async def measure(folder: Path, effort: Effort) -> list[Figure]:
    """A gym is filled once, and each is asked many times."""
    count = effort.of(VISITS)
    with closing(open_store(folder / "gym.db", now=lambda: NINE)) as store:
        fill(store, effort.of(PEOPLE), count, until=datetime.fromtimestamp(NINE // 1000, UTC).replace(hour=0))
        return [
            Figure(what=f"{what}, {count:,} visits", unit="CPU ms", values=tuple(asked(ask, effort.of(TIMES))))
            for what, ask in questions(store).items()
        ]


def asked(ask: Callable[[], object], times: int) -> Iterator[float]:
    """Milliseconds of the processor each time."""
    for _ in range(times):
        began = time.process_time()
        ask()
        yield (time.process_time() - began) * 1e3
