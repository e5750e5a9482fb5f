"""Which records of members were made one, and whose their visits are."""

from __future__ import annotations

import sqlite3

import msgspec

from gymtui.codec import encode
from gymtui.protocol import Member

_member = msgspec.json.Decoder(Member).decode


class SqliteMerges:
    """The `Merges` of a transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def put(self, gone: Member, keep: Member) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO merges VALUES (?, ?, ?, ?)", (gone.id, keep.id, encode(gone), encode(keep))
        )

    def take(self, gone: str) -> tuple[Member, Member] | None:
        row = self._db.execute("SELECT gone_was, keep_was FROM merges WHERE gone = ?", (gone,)).fetchone()
        self._db.execute("DELETE FROM merges WHERE gone = ?", (gone,))
        return None if row is None else (_member(row[0]), _member(row[1]))

    def move_visits(self, gone: str, keep: str) -> None:
        self._db.execute("UPDATE visits SET member_id = ? WHERE member_id = ?", (keep, gone))

    def move_visits_back(self, gone: str, keep: str) -> None:
        self._db.execute(
            "UPDATE visits SET member_id = ?1 WHERE member_id = ?2 AND (CAST(event AS TEXT) ->> '$.member.id' = ?1 OR "
            "CAST(event AS TEXT) ->> '$.member.id' IN (SELECT gone FROM merges WHERE keep = ?1))",
            (gone, keep),
        )
