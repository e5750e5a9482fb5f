"""What of a gym goes out of it: read at one moment, and row by row, so that a list of any length fits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from gymtui.protocol import CheckInEvent, Gym, Member, MemberRef
from server.store import Access, Conflict, JournalRow, KeptVisit
from server.store.sql.conflicts import find_conflicts
from server.store.sql.database import Database

VISITS: Final = "SELECT v.event, m.member FROM visits v JOIN members m ON m.id = v.member_id "
JOURNAL: Final = 'SELECT seq, at, type, kind, "user", command_id, payload, error FROM journal '
QUIET: Final = """
SELECT m.member, max(v.check_in_at) FROM members m LEFT JOIN visits v ON v.member_id = m.id
WHERE coalesce((SELECT at FROM journal WHERE seq = m.seq), 0) < ?1
GROUP BY m.id
HAVING coalesce(max(v.check_in_at), 0) < ?1 AND count(v.id) = count(v.check_out_at)
ORDER BY m.membership_number, m.id
"""

_member = msgspec.json.Decoder(Member).decode
ACCESSES = "SELECT what, who, origin, about, outcome, count, at FROM accesses WHERE at < ? ORDER BY id"

_ref = msgspec.json.Decoder(MemberRef).decode
_visit = msgspec.json.Decoder(CheckInEvent).decode


class SqlLists:
    """The `Lists` of one connection's transaction."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def gym(self) -> Gym:
        return msgspec.json.decode(self._db.execute("SELECT gym FROM gym").fetchone()[0], type=Gym)

    def members(self) -> Iterator[Member]:
        for (member,) in self._db.execute("SELECT member FROM members ORDER BY membership_number"):
            yield _member(member)

    def visits(self, since: int, until: int) -> Iterator[tuple[CheckInEvent, MemberRef]]:
        return self._visits("WHERE v.check_in_at >= ? AND v.check_in_at < ?", since, until)

    def present(self) -> Iterator[tuple[CheckInEvent, MemberRef]]:
        return self._visits("WHERE v.check_out_at IS NULL")

    def conflicts(self, since: int, until: int) -> Iterator[Conflict]:
        return find_conflicts(self._db, since, until)

    def merged_into(self, member_id: str) -> list[str]:
        others = "SELECT id FROM members WHERE CAST(member AS TEXT) ->> '$.merged_into' = ? ORDER BY id"
        return [id for (id,) in self._db.execute(others, (member_id,))]

    def journal(self, until: int) -> Iterator[JournalRow]:
        for row in self._db.execute(JOURNAL + "WHERE at < ? ORDER BY seq", (until,)):
            yield JournalRow(*row)

    def accesses(self, until: int) -> Iterator[Access]:
        for what, who, origin, about, outcome, count, at in self._db.execute(ACCESSES, (until,)):
            yield Access(what=what, who=who, origin=origin, about=about, outcome=outcome, count=count, at=at)

    def named(self, text: str) -> Member | None:
        found = self._db.execute("SELECT member FROM members WHERE id = ?1 OR membership_number = ?1", (text,))
        return next((_member(member) for (member,) in found), None)

    def quiet_since(self, before: int) -> Iterator[tuple[Member, int | None]]:
        for member, last in self._db.execute(QUIET, (before,)):
            yield _member(member), last

    def visits_of(self, member_id: str) -> Iterator[KeptVisit]:
        sql = "SELECT event, notes, punched FROM visits WHERE member_id = ? ORDER BY check_in_at, id"
        for event, notes, punched in self._db.execute(sql, (member_id,)):
            yield KeptVisit(event=msgspec.Raw(event), notes=notes, is_on_punch_card=bool(punched))

    def rows_about(self, member_id: str) -> Iterator[JournalRow]:
        about = "WHERE instr(payload, ?1) OR instr(coalesce(error, ?2), ?1) ORDER BY seq"
        for row in self._db.execute(JOURNAL + about, (member_id.encode(), b"")):
            yield JournalRow(*row)

    def _visits(self, condition: str, *values: int) -> Iterator[tuple[CheckInEvent, MemberRef]]:
        rows: Any = self._db.execute(f"{VISITS}{condition} ORDER BY v.check_in_at, v.id", values)
        for event, member in rows:
            yield _visit(event), _ref(member)
