"""The connection that writes: whole groups of work, one commit each, on disk when it is told."""

from __future__ import annotations

import fcntl
import sqlite3
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Final

from gymtui import clock
from gymtui.faults import fault
from server.store import Committed, Outcome, StoreUnavailable, Work
from server.store.sql.counters import read_stats
from server.store.sqlite.errors import DiskGuard, code_of
from server.store.sqlite.transaction import SqliteTransaction

LOG: Final = 16 << 20  # bytes of the write-ahead log from which on a commit puts an end to it
TURN: Final = 0.001  # seconds between two tries to write


class Writer:
    """Writes into `db`, the file at `path`, as one thread asks. `patience` is how many seconds another
    program's lock is waited for, in the queue that is the lock of the file `turn`; once the `guard` has seen damage,
    nothing is written any more."""

    def __init__(
        self, db: sqlite3.Connection, path: Path, guard: DiskGuard, *, turn: int, now: clock.Clock, patience: float
    ) -> None:
        self._db = db
        self._log = path.with_name(f"{path.name}-wal")
        self._guard = guard
        self._turn = turn
        self._now = now
        self._patience = patience
        db.execute("PRAGMA busy_timeout = 0")  # it waits in `_begin`

    def write(self, works: Sequence[Work]) -> tuple[list[Outcome], Committed]:
        """All of them in one commit, or none."""
        with self._guard():
            if self._guard.damage is not None:
                raise StoreUnavailable(self._guard.damage)
            if self._db.in_transaction:  # the disk did not even take the end of the last one
                self._db.execute("ROLLBACK")
            self._begin()
            try:
                transaction = SqliteTransaction(self._db, self._now())
                outcomes = transaction.do(works)
                transaction.finish()
                stats = read_stats(self._db, transaction.at)
                fault("before_commit")
                self._db.execute("COMMIT")
                fault("after_commit")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
            self._shorten_log()
        return outcomes, Committed(rows=transaction.rows, stats=stats)

    def write_over(self) -> None:
        """Whatever the log still has of what was changed is written over."""
        with self._guard():
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def _shorten_log(self) -> None:
        """SQLite goes on at the end of its log while anybody reads when a commit begins: beside an import, always.
        Where that is so just now, or the disk will not, the next commit tries again: this one is on disk already."""
        with suppress(sqlite3.Error, OSError):
            if self._log.stat().st_size > LOG:
                self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _begin(self) -> None:
        """Begins to write, as soon as no other program does. SQLite has no queue: whoever writes again and again, as an
        import does, would pass by all who wait. So whoever waits holds the turn, and nobody begins without it."""
        until = time.monotonic() + self._patience
        with ExitStack() as held:
            is_next = False
            while True:
                try:
                    is_next = is_next or self._comes_next(held)
                    if is_next or time.monotonic() >= until:
                        self._db.execute("BEGIN IMMEDIATE")
                        return
                except sqlite3.OperationalError as error:
                    if code_of(error) != sqlite3.SQLITE_BUSY or time.monotonic() >= until:
                        raise
                time.sleep(TURN)

    def _comes_next(self, held: ExitStack) -> bool:
        """Takes the turn for as long as that is `held`, unless somebody has it."""
        try:
            fcntl.flock(self._turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        held.callback(fcntl.flock, self._turn, fcntl.LOCK_UN)
        return True
