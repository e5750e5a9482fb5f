"""Which records of members were made one, and whose their visits are."""

from __future__ import annotations

from typing import Final

import msgspec

from gymtui.codec import encode
from gymtui.protocol import Member
from server.store.sql.database import Database

WHOSE: Final = "CAST(event AS TEXT) ->> '$.member.id'"

_member = msgspec.json.Decoder(Member).decode


class Merges:
    """The `Merges` of a transaction."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def put(self, gone: Member, keep: Member) -> None:
        self._db.execute(
            "INSERT INTO merges VALUES (?, ?, ?, ?) ON CONFLICT (gone) DO UPDATE SET keep = excluded.keep, "
            "gone_was = excluded.gone_was, keep_was = excluded.keep_was",
            (gone.id, keep.id, encode(gone), encode(keep)),
        )

    def take(self, gone: str) -> tuple[Member, Member] | None:
        row = self._db.execute("SELECT gone_was, keep_was FROM merges WHERE gone = ?", (gone,)).fetchone()
        self._db.execute("DELETE FROM merges WHERE gone = ?", (gone,))
        return None if row is None else (_member(row[0]), _member(row[1]))

    def move_visits(self, gone: str, keep: str) -> None:
        self._db.execute("UPDATE visits SET member_id = ? WHERE member_id = ?", (keep, gone))

    def move_visits_back(self, gone: str, keep: str) -> None:
        self._db.execute(
            f"UPDATE visits SET member_id = ? WHERE member_id = ? AND ({WHOSE} = ? OR {WHOSE} IN "
            "(SELECT gone FROM merges WHERE keep = ?))",
            (gone, keep, gone, gone),
        )
