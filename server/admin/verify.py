"""Is a gym's database what it has to be? SQLite's own check of the file, and the journal folded once more."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct, field

from gymtui import clock
from gymtui.codec import encode
from gymtui.errors import GymError
from gymtui.printable import printable
from gymtui.protocol import CheckInEvent, Member
from server.admin.progress import Progress
from server.admin.projection import Projection
from server.store.sqlite.errors import as_store_errors
from server.store.sqlite.file import existing, open_to_read

SHOWN: Final = 20  # sentences on what is wrong: more of them say no more
OUTSIDE: Final = frozenset({"undone", "clash", "assumed_out"})  # visits whose length nobody counts

UNREADABLE: Final = (KeyError, ValueError, OverflowError, msgspec.DecodeError)  # what one row may say

_event = msgspec.json.Decoder(CheckInEvent).decode
_member = msgspec.json.Decoder(Member).decode


class VerifyError(GymError):
    """The database is not what it has to be."""


class Report(Struct, kw_only=True):
    """What was compared, and a sentence each on what is `wrong`. `older` things have no row in the journal any more."""

    first: int = 0
    rows: int = 0
    members: int = 0
    visits: int = 0
    present: int = 0
    older: int = 0
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        text = (
            f"Rows of the journal: {self.rows:,}; members: {self.members:,}; visits: {self.visits:,}; "
            f"people in: {self.present:,}. File, journal, tables and counters agree."
        )
        if self.first <= 1:
            return text
        return (
            f"{text} The journal begins with its row {self.first:,}: {self.older:,} members and visits that have not "
            "changed since could not be compared with it, and the counters only in sum."
        )


def verify(*, database: str) -> None:
    """`gymtui admin verify`: one line on what was checked, or a sentence each on what is wrong and exit code 1."""
    path = existing(Path(database))
    with as_store_errors(path), closing(open_to_read(path)) as db:
        total = db.execute("SELECT last_seq FROM gym").fetchone()[0]
        with Progress(total, "rows") as progress:
            report = check(db, progress.go_on)
    for sentence in report.wrong[:SHOWN]:
        print(printable(sentence))
    if len(report.wrong) > SHOWN:
        print(f"And {len(report.wrong) - SHOWN:,} more.")
    if report.wrong:
        step = "please keep it, and restore a backup with `gymtui admin restore FILE`"
        raise VerifyError(f"{path} is not sound: {step}.")
    print(f"{path} is sound. {report}")


def check(db: sqlite3.Connection, go_on: Callable[[int], bool] = lambda _: True) -> Report:
    """Everything at one moment, in a transaction that ends with the connection. `go_on` hears of every row; where it
    says no, KeyboardInterrupt."""
    report = Report()
    db.execute("BEGIN")
    try:
        report.wrong += _file(db)
        if db.execute("SELECT 1 FROM gym").fetchone() is None:
            report.wrong.append("The row of the gym is missing.")
            return report
        projection = _journal(db, report, go_on)
        report.wrong += _visits(db, projection, report)
        report.wrong += _members(db, projection, report)
        report.wrong += _gym(db, projection, report)
        report.wrong += _hours(db, projection)
    except sqlite3.DatabaseError as error:
        report.wrong.append(f"The file is damaged: {error}.")
    return report


def _file(db: sqlite3.Connection) -> Iterator[str]:
    for (line,) in db.execute(f"PRAGMA integrity_check({SHOWN})"):
        if line != "ok":
            yield f"The file is damaged: {line}."
    for table, row, parent, _ in db.execute("PRAGMA foreign_key_check"):
        yield f"Row {row} of the table {table} belongs to a row of {parent} that is not there."
    for member_id, count in db.execute(
        "SELECT member_id, count(*) FROM visits WHERE check_out_at IS NULL GROUP BY member_id HAVING count(*) > 1"
    ):
        yield f"The member {member_id} is in {count} times at once."


def _journal(db: sqlite3.Connection, report: Report, go_on: Callable[[int], bool]) -> Projection:
    """Folds all rows; each follows the one before it, and the last is the one that the gym says."""
    projection, newest = Projection(), 0
    for seq, type, kind, payload in db.execute("SELECT seq, type, kind, payload FROM journal ORDER BY seq"):
        if not go_on(report.rows):
            raise KeyboardInterrupt
        if report.rows == 0:
            report.first = seq
        elif seq != newest + 1:
            report.wrong.append(f"The rows {newest + 1:,} to {seq - 1:,} of the journal are missing.")
        newest = seq
        report.rows += 1
        try:
            projection.take(seq, type, kind, payload)
        except UNREADABLE as error:
            report.wrong.append(f"Row {seq:,} of the journal cannot be right: {error}.")
    (last,) = db.execute("SELECT last_seq FROM gym").fetchone()
    if newest != last:
        report.wrong.append(f"The journal ends with its row {newest:,}, and should with {last:,}.")
    return projection


class _Columns(Struct, frozen=True):
    """What of a visit has columns of its own in the table."""

    id: str
    member_id: str
    check_in_at: int
    check_out_at: int | None
    check_out_command: str | None


def _columns_of(visit: CheckInEvent) -> _Columns:
    """What the columns have to be by what the visit says."""
    is_out = visit.status == "checked_out" and "clash" not in visit.flags
    return _Columns(
        id=visit.id,
        member_id=visit.member.id,
        check_in_at=clock.to_ms(visit.check_in_time),
        check_out_at=None if visit.check_out_time is None else clock.to_ms(visit.check_out_time),
        check_out_command=visit.command_id if is_out else None,
    )


def _visits(db: sqlite3.Connection, projection: Projection, report: Report) -> Iterator[str]:
    names = ", ".join(_Columns.__struct_fields__)
    seen: set[str] = set()
    for *values, punched, event in db.execute(f"SELECT {names}, punched, event FROM visits"):
        columns = _Columns(*values)
        report.visits += 1
        report.present += columns.check_out_at is None
        seen.add(columns.id)
        try:
            visit = _event(event)
            should = _columns_of(visit)
        except UNREADABLE as error:
            yield f"The visit {columns.id} cannot be right: {error}."
            continue
        known = projection.visits.get(columns.id)
        name = f"The visit of {visit.member.full_name} that began {visit.check_in_time}"
        if columns != should:
            yield f"{name} says something else than its columns do."
        if known is None:
            report.older += 1
            if visit.seq >= report.first:
                yield f"{name} has no row in the journal."
        elif (known.seq, known.payload) != (visit.seq, hash(event)):
            yield f"{name} is not as row {known.seq:,} of the journal has it."
        elif known.punched not in (None, bool(punched)):
            yield f"{name} is wrong about the punch card."
    for id in projection.visits.keys() - seen:
        yield f"The visit of row {projection.visits[id].seq:,} of the journal is missing."


def _members(db: sqlite3.Connection, projection: Projection, report: Report) -> Iterator[str]:
    seen: set[str] = set()
    for id, number, seq, body in db.execute("SELECT id, membership_number, seq, member FROM members"):
        report.members += 1
        seen.add(id)
        try:
            member = _member(body)
        except msgspec.DecodeError as error:
            yield f"The member {id} cannot be right: {error}."
            continue
        known = projection.member(member)
        if (member.id, member.membership_number, member.seq) != (id, number, seq):
            yield f"{member.full_name} has other columns than entries."
        if known is None:
            report.older += 1
            if seq >= report.first:
                yield f"{member.full_name} has no row in the journal."
        elif encode(known) != body:
            yield f"{member.full_name} is not as row {known.seq:,} of the journal has it."
    for id in projection.members - seen:
        yield f"The member {id} is in the journal, and missing from the directory."


def _gym(db: sqlite3.Connection, projection: Projection, report: Report) -> Iterator[str]:
    currently_in, gym = db.execute("SELECT currently_in, gym FROM gym").fetchone()
    if projection.gym not in (None, gym):
        yield "The gym's name, time zone, capacity or rules are not as the journal has them."
    if currently_in != report.present:
        yield f"The counter says that {currently_in:,} are in, and {report.present:,} are."


def _hours(db: sqlite3.Connection, projection: Projection) -> Iterator[str]:
    """Hour by hour as the journal has moved them; in sum where it does not begin with its first row."""
    hours = {hour: counts for hour, *counts in db.execute("SELECT hour, check_ins, stays, stay FROM hours")}
    if projection.hours is not None:
        for hour in sorted(hours.keys() | projection.hours.keys()):
            has, should = hours.get(hour, [0, 0, 0]), projection.hours.get(hour, [0, 0, 0])
            if has != should:
                yield f"The counters of {hour}h are {_counts(has)}, and should be {_counts(should)}."
        return
    has = [sum(counts) for counts in zip(*hours.values(), strict=True)] or [0, 0, 0]
    try:
        should = _recount(db)
    except UNREADABLE:
        yield "The counters of all hours cannot be compared: a visit cannot be read."
        return
    if has != should:
        yield f"The counters of all hours are {_counts(has)} in sum, and should be {_counts(should)}."


def _recount(db: sqlite3.Connection) -> list[int]:
    """The counters of all hours in sum, as the visits themselves have them."""
    counts = [0, 0, 0]
    for (data,) in db.execute("SELECT event FROM visits"):
        visit = _event(data)
        ended = visit.check_out_time
        counts[0] += "clash" not in visit.flags and (ended is None or "undone" not in visit.flags)
        if ended is not None and OUTSIDE.isdisjoint(visit.flags):
            counts[1] += 1
            counts[2] += clock.to_ms(ended) - clock.to_ms(visit.check_in_time)
    return counts


def _counts(counts: list[int]) -> str:
    check_ins, stays, stay = counts
    return f"{check_ins:,} check-ins and {stays:,} stays of {stay / 60_000:,.1f} minutes"
