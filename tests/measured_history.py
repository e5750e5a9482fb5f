"""`python -m tests.measured_history 10000 500000`: what a page of the history costs a server with so many members, and
so many visits in a year; and when it is busy, by all of them."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from functools import partial
from pathlib import Path
from random import Random
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any, Final

from gymtui import clock
from gymtui.codec import encode
from gymtui.protocol import CheckInEvent, ListCheckIns, MemberRef
from gymtui.sample.people import members
from server.store import Store
from server.store.opening import open_store
from tests.gym_kit import add_members
from tests.sqlite_kit import connection_of
from tests.till import DAY, MINUTE, NINE

OPEN: Final = 15 * 60  # minutes of a day in which somebody may come
TIMES: Final = 50


def visits(people: list[tuple[str, str]], count: int) -> Iterator[tuple[Any, ...]]:
    """Rows of the table, spread over a year; half of the exits nobody saw."""
    random = Random(1)
    for n in range(count):
        id, name = random.choice(people)
        came = NINE - 364 * DAY + n * 364 // count * DAY + random.randrange(OPEN) * MINUTE - 3 * 60 * MINUTE
        left = came + random.randrange(20, 150) * MINUTE
        event = CheckInEvent(
            id=clock.new_id(came),
            member=MemberRef(id, name, id[-6:]),
            check_in_time=clock.to_text(came),
            check_out_time=clock.to_text(left),
            status="checked_out",
            location="Main door",
            by=random.choice(["ana", "ben"]),
            desk=random.choice(["desk 1", "desk 2"]),
            flags=("assumed_out",) * (n % 2),
            command_id=f"c{n}",
        )
        yield event.id, id, came, left, event.command_id, 0, None, encode(event)


def fill(store: Store, people: int, count: int) -> None:
    add_members(store, [{**member, "membership_number": str(n)} for n, member in enumerate(_people(people), 100_000)])
    known = [(member.id, member.full_name) for member in store.all_members()]
    db = connection_of(store)
    db.execute("BEGIN")
    db.executemany("INSERT INTO visits VALUES (?, ?, ?, ?, ?, ?, ?, ?)", visits(known, count))
    db.execute(
        "INSERT INTO hours SELECT strftime('%Y-%m-%dT%H', check_in_at / 1000, 'unixepoch'), count(*), 0, 0 "
        "FROM visits GROUP BY 1"
    )
    db.execute("COMMIT")


def _people(count: int) -> Iterator[dict[str, object]]:
    yield from members(count, Random(7), date(2026, 11, 18))


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
        fill(store, people, count)
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
