"""The undo log: the commands of this desk that can be taken back, the last one first; across restarts."""

from __future__ import annotations

import sqlite3
from typing import Final

from msgspec import Struct

from gymtui.client.replica.schema import reading, transaction
from gymtui.codec import convert, encode
from gymtui.protocol import MemberRef

KEPT: Final = 100  # commands


class Undoable(Struct, frozen=True):
    """A command that can be taken back; `since` is when the visit began that it ended (ms)."""

    command_id: str
    member: MemberRef
    since: int | None = None


class UndoLog:
    """The table of commands that can be taken back."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def last(self) -> Undoable | None:
        with reading():
            row = self._db.execute(
                "SELECT command_id, member, since FROM undoable WHERE undone_by IS NULL ORDER BY n DESC LIMIT 1"
            ).fetchone()
            return row and Undoable(row[0], convert(row[1], MemberRef), row[2])

    def reopened(self) -> dict[str, int]:
        """When the visits began (ms) that an undo opens again, by the undo's id."""
        sql = "SELECT undone_by, since FROM undoable WHERE undone_by IS NOT NULL AND since IS NOT NULL"
        with reading():
            return dict(self._db.execute(sql))

    def keep(self, done: Undoable) -> None:
        """Inside a transaction of whoever owns `db`."""
        self._db.execute(
            "INSERT INTO undoable (command_id, member, since) VALUES (?, ?, ?)",
            (done.command_id, encode(done.member), done.since),
        )
        self._db.execute("DELETE FROM undoable WHERE n <= (SELECT max(n) FROM undoable) - ?", (KEPT,))

    def undo(self, command_id: str, by: str) -> None:
        """It is taken back by the command `by`; inside a transaction of whoever owns `db`."""
        self._db.execute("UPDATE undoable SET undone_by = ? WHERE command_id = ?", (by, command_id))

    def remember(self, done: Undoable) -> None:
        """A command that was not queued can be taken back."""
        with transaction(self._db):
            self.keep(done)

    def refused(self, command_id: str) -> None:
        """It was not done: it cannot be taken back, and what it was to take back still can be."""
        with transaction(self._db):
            self._db.execute("DELETE FROM undoable WHERE command_id = ?", (command_id,))
            self._db.execute("UPDATE undoable SET undone_by = NULL WHERE undone_by = ?", (command_id,))

    def forget(self, command_id: str) -> None:
        """It cannot be taken back."""
        with transaction(self._db):
            self._db.execute("DELETE FROM undoable WHERE command_id = ?", (command_id,))
