"""Whose an outbox is, gym and desk; and how the commands of a desk that is gone are moved into another's outbox."""

from __future__ import annotations

import sqlite3
from typing import Final

from msgspec import Struct

from gymtui.client.replica.outbox import REMEMBERED
from gymtui.client.replica.schema import reading, transaction

COMMANDS: Final = "id, kind, payload, member_id, at, state, reason, settled_at"
UNDOABLE: Final = "command_id, member, since, undone_by"


class Owner(Struct, frozen=True, kw_only=True):
    """The gym by its `gym_id` (None: no server has said it) and the `epoch` of its journal (empty: none is known); the
    desk by the `url` and the name (`desk`) that it was started with last (None: before such things were kept)."""

    epoch: str
    gym_id: str | None = None
    url: str | None = None
    desk: str | None = None

    def is_of_gym(self, other: Owner) -> bool:
        """Are both of one gym? An older server does not name it: then the same journal is the same gym, or the same
        address. A gym's id is the name of its first journal."""
        if self.gym_id and other.gym_id:
            return self.gym_id == other.gym_id
        mine, theirs = ({name for name in (owner.epoch, owner.gym_id) if name} for owner in (self, other))
        return not mine.isdisjoint(theirs) or (self.url is not None and self.url == other.url)


class Ownership:
    """Reads and writes the owner; `take` moves the commands of another outbox into this one."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def owner(self) -> Owner:
        with reading():
            epoch, gym_id, url, name = self._db.execute("SELECT epoch, gym_id, url, name FROM desk").fetchone()
        return Owner(epoch=epoch, gym_id=gym_id, url=url, desk=name)

    def belongs_to(self, owner: Owner) -> None:
        """From now on."""
        with transaction(self._db):
            self._db.execute(
                "UPDATE desk SET epoch = ?, gym_id = ?, url = ?, name = ?",
                (owner.epoch, owner.gym_id, owner.url, owner.desk),
            )

    def take(self, left: Ownership, now: int) -> list[tuple[str, int]]:
        """Moves the open commands of `left` behind those that are here, in their order and under their ids, with what
        can be taken back of them. Gives `(id, at)` of each.

        What it had settled in the day before `now` (ms) is remembered here too, for a server from a backup to hear of
        it again; with another journal, that one may be from a backup, and it is open.

        Durable here before it is let go there: whoever dies in between leaves it in both, and the id makes one of it.
        """
        again = left.owner().epoch != self.owner().epoch
        with reading():
            rows = left._db.execute(
                f"SELECT {COMMANDS} FROM outbox WHERE settled_at IS NULL OR settled_at >= ? ORDER BY n",
                (now - REMEMBERED,),
            ).fetchall()
            undoable = left._db.execute(f"SELECT {UNDOABLE} FROM undoable ORDER BY n DESC").fetchall()
        if again:
            rows = [row if row[5] != "settled" else (*row[:5], "waiting", None, None) for row in rows]
        moved = {row[0]: row[4] for row in rows if row[5] != "settled"}
        if rows:
            self._keep(rows, [row for row in undoable if row[0] in moved or row[3] in moved])
        if moved:
            left.let_go(list(moved))
        return list(moved.items())

    def let_go(self, ids: list[str]) -> None:
        """These commands are in another outbox."""
        with transaction(self._db, durable=True):
            self._db.executemany("DELETE FROM outbox WHERE id = ?", [(id,) for id in ids])
            self._db.executemany("DELETE FROM undoable WHERE command_id = ?1 OR undone_by = ?1", [(id,) for id in ids])

    def forget(self) -> None:
        """What was settled here, and can be taken back, is of another gym."""
        with transaction(self._db):
            self._db.execute("DELETE FROM outbox")
            self._db.execute("DELETE FROM undoable")

    def _keep(self, rows: list[tuple[object, ...]], undoable: list[tuple[object, ...]]) -> None:
        with transaction(self._db, durable=True):
            self._db.executemany(f"INSERT OR IGNORE INTO outbox ({COMMANDS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
            # Before what was done here, the newest of them last: Ctrl+Z goes on with what this desk did itself.
            self._db.executemany(
                f"INSERT OR IGNORE INTO undoable (n, {UNDOABLE}) "
                "VALUES ((SELECT coalesce(min(n), 1) - 1 FROM undoable), ?, ?, ?, ?)",
                undoable,
            )
