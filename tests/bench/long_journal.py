"""A journal of any length, as commands would have written it, in seconds: visits that began and ended, evenly through a
year, with the tables and the counters that follow from them. `gymtui admin verify` finds it sound."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

from msgspec.structs import replace

from gymtui import clock
from gymtui.codec import encode
from gymtui.protocol import CheckInEvent, MemberRef
from server.store.opening import open_store
from server.store.sql.chain import Told, new_link
from tests.factories import member_row
from tests.gym_kit import add_members, add_user

DAYS: Final = 364  # until yesterday
PEOPLE: Final = 100
CHUNK: Final = 20_000  # visits that are written at once
JOURNAL: Final = (
    'INSERT INTO journal (seq, type, at, kind, "user", command_id, payload, digest, error, salt, link) '
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
VISITS: Final = "INSERT INTO visits VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
HOURS: Final = "INSERT INTO hours VALUES (?, ?, ?, ?)"

Row = tuple[Any, ...]


class Visit(NamedTuple):
    """When it began and ended (ms), and what its two rows say."""

    came: int
    left: int
    events: tuple[CheckInEvent, CheckInEvent]


def long_gym(path: Path, rows: int) -> None:
    """A gym of a year ago, in which `ana` is staff and a hundred people have come and gone, in so many rows."""
    began = clock.now() - (DAYS + 1) * clock.DAY
    with closing(open_store(path, now=lambda: began)) as store:
        add_user(store, "ana", "staff")
        add_members(store, (member_row(str(1_000_000 + n), f"Alex Morgan {n}") for n in range(PEOPLE)))
        people = [MemberRef(member.id, member.full_name, member.membership_number) for member in store.all_members()]
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = OFF")  # nobody wants back what was there before
        db.execute("PRAGMA synchronous = OFF")
        _fill(db, people, began, rows)
        db.execute("PRAGMA journal_mode = WAL")


def _fill(db: sqlite3.Connection, people: list[MemberRef], began: int, rows: int) -> None:
    seq, link = db.execute("SELECT last_seq, link FROM gym").fetchone()
    hours = Hours()
    visits = _visits(people, began, seq, rows // 2)
    db.execute("BEGIN")
    while some := list(islice(visits, CHUNK)):
        journal = []
        for visit in some:
            for row in _told(visit):
                salt, link = new_link(link, row)
                journal.append((*row, salt, link))
            hours.count(visit)
        db.executemany(JOURNAL, journal)
        db.executemany(VISITS, map(_columns, some))
    db.executemany(HOURS, hours.rows())
    db.execute("UPDATE gym SET last_seq = ?, link = ?", (seq + rows // 2 * 2, link))
    db.execute("COMMIT")


class Hours:
    """The counters of each hour, of a gym whose clock is UTC."""

    def __init__(self) -> None:
        self._check_ins: Counter[str] = Counter()
        self._stays: Counter[str] = Counter()
        self._stay: Counter[str] = Counter()

    def count(self, visit: Visit) -> None:
        came, left = (clock.to_text(at)[:13] for at in (visit.came, visit.left))
        self._check_ins[came] += 1
        self._stays[left] += 1
        self._stay[left] += visit.left - visit.came

    def rows(self) -> Iterator[Row]:
        for hour in self._check_ins.keys() | self._stays.keys():
            yield hour, self._check_ins[hour], self._stays[hour], self._stay[hour]


def _visits(people: list[MemberRef], began: int, seq: int, count: int) -> Iterator[Visit]:
    each = DAYS * clock.DAY / max(1, count)
    for n in range(count):
        came, left = int(began + n * each), int(began + (n + 0.5) * each)
        entry = CheckInEvent(
            id=clock.new_id(came),
            member=people[n % len(people)],
            check_in_time=clock.to_text(came),
            check_out_time=None,
            status="checked_in",
            by="ana",
            command_id=f"in{n:08}",
            seq=seq + 2 * n + 1,
        )
        left_by = {"check_out_time": clock.to_text(left), "status": "checked_out", "command_id": f"out{n:08}"}
        yield Visit(came, left, (entry, replace(entry, **left_by, seq=entry.seq + 1)))


def _told(visit: Visit) -> Iterator[Told]:
    for at, kind, event in zip((visit.came, visit.left), ("check_in", "check_out"), visit.events, strict=True):
        yield Told(event.seq, event.type, at, kind, "ana", event.command_id, encode(event), b"", None)


def _columns(visit: Visit) -> Row:
    event = visit.events[1]
    return event.id, event.member.id, visit.came, visit.left, event.command_id, 0, None, encode(event)
