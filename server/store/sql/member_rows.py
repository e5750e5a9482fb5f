"""What is asked of the members and of what the journal says of them, beside who has an id or a card."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import msgspec

from gymtui import clock
from gymtui.codec import encode
from gymtui.protocol import Member
from server.store import MemberChange
from server.store.sql.users import Users

DELETED: Final = (
    "SELECT id FROM members WHERE id IN (SELECT value FROM json_each(?)) "
    "AND CAST(member AS TEXT) -> '$.deleted' = 'true'"
)

GUEST: Final = """instr(member, CAST('"guest":true' AS BLOB))"""

# Whose last day it is, and who has a place then. An index has the guests alone, in the order in which they were changed
# last: of one who was not in these days it is not the first day.
GUESTS_ON: Final = f"""
SELECT id FROM members WHERE {GUEST} AND seq > coalesce((
    SELECT members.seq FROM members LEFT JOIN journal ON journal.seq = members.seq
    WHERE {GUEST} AND coalesce(journal.at, 0) < ?1 ORDER BY members.seq DESC LIMIT 1
), 0) AND CAST(member AS TEXT) ->> '$.valid_until' = ?2 AND CAST(member AS TEXT) -> '$.deleted' = 'false'
"""

# Of one member, since a row; the newest first.
CHANGES: Final = """
SELECT payload, "user", at FROM journal
WHERE type = 'member_update' AND seq > ? AND instr(payload, ?) ORDER BY seq DESC
"""

_member = msgspec.json.Decoder(Member)


class MemberRows(Users):
    """The part of a transaction that looks for members otherwise."""

    def called(self, external_id: str) -> Member | None:
        row = self._one("SELECT member FROM members WHERE external_id = ?", external_id)
        return None if row is None else _member.decode(row[0])

    def changes_of(self, member_id: str, after: int) -> Iterator[MemberChange]:
        for payload, user, at in self._db.execute(CHANGES, (after, member_id.encode())):
            if (member := _member.decode(payload)).id == member_id:
                yield MemberChange(member, user, at)

    def recorded_at(self, seq: int) -> int | None:
        row = self._one("SELECT at FROM journal WHERE seq = ?", seq)
        return None if row is None else row[0]

    def guests_on(self, day: str, since: int) -> set[str]:
        stands = "check_out_at IS NULL OR NOT instr(CAST(event AS TEXT) ->> '$.flags', '\"undone\"')"
        came = "SELECT 1 FROM visits WHERE member_id = members.id AND check_in_at >= ?3"
        found = self._db.execute(
            f"{GUESTS_ON} AND (NOT EXISTS ({came}) OR EXISTS ({came} AND ({stands})))",
            (self.at - 2 * clock.DAY, day, since),
        )
        return {id for (id,) in found}


class MemberLists:
    """What a store answers of them, beside what is looked for."""

    _all: Callable[..., list[Any]]

    def deleted_of(self, ids: Sequence[str]) -> set[str]:
        return {id for (id,) in self._all(DELETED, encode(list(ids)).decode())} if ids else set()
