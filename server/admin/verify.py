"""`gymtui admin verify`: is a database what it has to be? The engine's own check, and the projection made once more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice
from typing import Final

import msgspec
from msgspec import Struct, field

from gymtui import clock
from gymtui.codec import encode
from gymtui.database_url import shown
from gymtui.errors import GymError
from gymtui.printable import printable
from gymtui.protocol import CheckInEvent, Member
from gymtui.unreadable import UNREADABLE
from server.admin.progress import Progress
from server.admin.projection import Projection
from server.store import Audit, DatabaseDamaged, VisitColumns, opening

SHOWN: Final = 20  # sentences on what is wrong: more of them say no more
OUTSIDE: Final = frozenset({"undone", "clash", "assumed_out"})  # visits whose length nobody counts

WRONG: Final = (*UNREADABLE, KeyError, ValueError, OverflowError, OSError)  # what comes of what one row may say

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
    with opening.audit(database) as tables, Progress("rows") as progress:
        report = check(tables, progress.go_on)
    for sentence in report.wrong[:SHOWN]:
        print(printable(sentence))
    if len(report.wrong) > SHOWN:
        print(f"And {len(report.wrong) - SHOWN:,} more.")
    if report.wrong:
        step = "please keep it, and restore a backup with `gymtui admin restore FILE`"
        raise VerifyError(f"{shown(database)} is not sound: {step}.")
    print(printable(f"{shown(database)} is sound. {report}"))


def check(tables: Audit, go_on: Callable[[int, int], bool] = lambda _, __: True) -> Report:
    """All that the tables say at one moment. `go_on` hears of every row and of how many there should be; where it says
    no, KeyboardInterrupt."""
    report = Report()
    try:
        report.wrong += tables.problems(SHOWN)
        if not tables.has_gym():
            report.wrong.append("The row of the gym is missing.")
            return report
        report.wrong += islice(tables.breaks(), SHOWN)
        projection = _journal(tables, report, go_on)
        projection.merged = _merged(tables)
        report.wrong += _visits(tables, projection, report)
        report.wrong += _members(tables, projection, report)
        report.wrong += _gym(tables, projection, report)
        report.wrong += _hours(tables, projection)
    except DatabaseDamaged as damaged:
        report.wrong.append(f"The file is damaged: {damaged}.")
    return report


def _journal(tables: Audit, report: Report, go_on: Callable[[int, int], bool]) -> Projection:
    """Folds all rows; each follows the one before it, and the last is the one that the gym says."""
    projection, newest, last = Projection(), 0, tables.last_seq()
    for seq, type, kind, payload in tables.journal():
        if not go_on(report.rows, last):
            raise KeyboardInterrupt
        if report.rows == 0:
            report.first = seq
        elif seq != newest + 1:
            report.wrong.append(f"The rows {newest + 1:,} to {seq - 1:,} of the journal are missing.")
        newest = seq
        report.rows += 1
        try:
            projection.take(seq, type, kind, payload)
        except WRONG as error:
            report.wrong.append(f"Row {seq:,} of the journal cannot be right: {error}.")
    if newest != last:
        report.wrong.append(f"The journal ends with its row {newest:,}, and should with {last:,}.")
    return projection


def _merged(tables: Audit) -> dict[str, str]:
    """Whose record went into whose: a visit still says whose it was. What cannot be read is told with the members."""
    merged: dict[str, str] = {}
    for id, _, _, body in tables.members():
        if b'"merged_into"' in body:
            with suppress(*UNREADABLE):
                merged[id] = str(_member(body).merged_into)
    return merged


def _whose(visit: CheckInEvent, member_id: str, merged: dict[str, str]) -> str:
    """This member, where the visit is of any record of theirs; else the one whom the visit names."""
    named = visit.member.id
    while named != member_id and named in merged:
        named = merged[named]
    return member_id if named == member_id else visit.member.id


def _columns_of(visit: CheckInEvent, member_id: str) -> VisitColumns:
    """What the columns have to be by what the visit says, of this member."""
    is_out = visit.status == "checked_out" and "clash" not in visit.flags
    return VisitColumns(
        id=visit.id,
        member_id=member_id,
        check_in_at=clock.to_ms(visit.check_in_time),
        check_out_at=None if visit.check_out_time is None else clock.to_ms(visit.check_out_time),
        check_out_command=visit.command_id if is_out else None,
    )


def _visits(tables: Audit, projection: Projection, report: Report) -> Iterator[str]:
    seen: set[str] = set()
    for columns, punched, event in tables.visits():
        report.visits += 1
        report.present += columns.check_out_at is None
        seen.add(columns.id)
        try:
            visit = _event(event)
            should = _columns_of(visit, _whose(visit, columns.member_id, projection.merged))
        except WRONG as error:
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
        elif known.punched not in (None, punched):
            yield f"{name} is wrong about the punch card."
    for id in projection.visits.keys() - seen:
        yield f"The visit of row {projection.visits[id].seq:,} of the journal is missing."


def _members(tables: Audit, projection: Projection, report: Report) -> Iterator[str]:
    seen: set[str] = set()
    for id, number, seq, body in tables.members():
        report.members += 1
        seen.add(id)
        try:
            member = _member(body)
        except UNREADABLE as error:
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


def _gym(tables: Audit, projection: Projection, report: Report) -> Iterator[str]:
    currently_in, gym = tables.gym()
    if projection.gym not in (None, gym):
        yield "The gym's name, time zone, capacity or rules are not as the journal has them."
    if currently_in != report.present:
        yield f"The counter says that {currently_in:,} are in, and {report.present:,} are."


def _hours(tables: Audit, projection: Projection) -> Iterator[str]:
    """Hour by hour as the journal has moved them; in sum where it does not begin with its first row."""
    hours = tables.hours()
    if projection.hours is not None:
        for hour in sorted(hours.keys() | projection.hours.keys()):
            has, should = hours.get(hour, [0, 0, 0]), projection.hours.get(hour, [0, 0, 0])
            if has != should:
                yield f"The counters of {hour}h are {_counts(has)}, and should be {_counts(should)}."
        return
    has = [sum(counts) for counts in zip(*hours.values(), strict=True)] or [0, 0, 0]
    try:
        should = _recount(tables)
    except WRONG:
        yield "The counters of all hours cannot be compared: a visit cannot be read."
        return
    if has != should:
        yield f"The counters of all hours are {_counts(has)} in sum, and should be {_counts(should)}."


def _recount(tables: Audit) -> list[int]:
    """The counters of all hours in sum, as the visits themselves have them, and those that are gone had them."""
    counts = tables.gone()
    for _, _, event in tables.visits():
        visit = _event(event)
        ended = visit.check_out_time
        counts[0] += "clash" not in visit.flags and (ended is None or "undone" not in visit.flags)
        if ended is not None and OUTSIDE.isdisjoint(visit.flags):
            counts[1] += 1
            counts[2] += clock.to_ms(ended) - clock.to_ms(visit.check_in_time)
    return counts


def _counts(counts: list[int]) -> str:
    check_ins, stays, stay = counts
    return f"{check_ins:,} check-ins and {stays:,} stays of {stay / 60_000:,.1f} minutes"
