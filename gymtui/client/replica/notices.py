"""The replica's table of notices, and who at this desk has read which."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Final

import msgspec

from gymtui.client.replica.schema import reading, transaction
from gymtui.codec import encode
from gymtui.names import folded
from gymtui.protocol import Event, Notification

KEPT: Final = 200  # notices, the newest

_notice = msgspec.json.Decoder(Notification).decode


class NoticeTable:
    """The newest notices; `fold` and `forget` inside the transactions of whoever owns `db`."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    @reading()
    def newest(self) -> list[Notification]:
        """The newest first."""
        return [_notice(event) for (event,) in self._db.execute("SELECT event FROM notices ORDER BY seq DESC")]

    @reading()
    def unread(self, user: str) -> list[Notification]:
        """Those of them that this user has not read here, the newest first."""
        found = self._db.execute(
            "SELECT event FROM notices WHERE id NOT IN (SELECT id FROM read_notices WHERE user = ?) ORDER BY seq DESC",
            (folded(user),),
        )
        return [_notice(event) for (event,) in found]

    def read(self, user: str, id: str) -> None:
        """This user has read it."""
        with transaction(self._db):
            self._db.execute("INSERT OR IGNORE INTO read_notices VALUES (?, ?)", (folded(user), id))

    def fold(self, events: Iterable[Event]) -> None:
        """Takes the notices among these, and remembers the last of them."""
        notices = [event for event in events if isinstance(event, Notification)]
        if not notices:
            return
        self._db.executemany(
            "INSERT OR REPLACE INTO notices VALUES (?, ?, ?)",
            [(notice.id, notice.seq, encode(notice)) for notice in notices],
        )
        self._db.execute(
            "DELETE FROM notices WHERE seq <= (SELECT seq FROM notices ORDER BY seq DESC LIMIT 1 OFFSET ?)", (KEPT,)
        )
        self._db.execute("DELETE FROM read_notices WHERE id NOT IN (SELECT id FROM notices)")

    def forget(self) -> None:
        """Nothing was said: the journal is another one."""
        self._db.execute("DELETE FROM notices")
