"""The connection that writes: whole groups of work, one commit each, beside the writers of other servers."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Final

from gymtui import clock
from gymtui.faults import fault
from server.store import Committed, Outcome, Work
from server.store.postgres.connection import Connection, Place
from server.store.postgres.errors import as_not_written
from server.store.postgres.lineage import UNSAID, Lineage
from server.store.sql.counters import read_stats
from server.store.sql.transaction import SqlTransaction

HOLD: Final = "SELECT here() FROM gym FOR UPDATE"

log = logging.getLogger(__name__)


class PostgresTransaction(SqlTransaction):
    """Between BEGIN and COMMIT, with the row of the gym held: nobody else writes."""

    def touch(self) -> None:
        self._db.execute("UPDATE gym SET touched = touched + 1")

    def begin_epoch(self) -> None:
        """Also where the database has gone on elsewhere than its journal says: restored, or taken over from."""
        self._db.execute("UPDATE gym SET is_copy = TRUE WHERE place != here()")
        super().begin_epoch()
        self._db.execute("UPDATE gym SET place = coalesce(here(), place)")
        if self._one("SELECT here() FROM gym") == (None,):
            log.warning("%s", UNSAID)


class Writer:
    """Writes into the gym at `place`, as one thread asks; a connection that is lost is made anew with the next
    work. `patience` is how many seconds another server's commit is waited for."""

    def __init__(self, place: Place, lineage: Lineage, *, now: clock.Clock, patience: float) -> None:
        self._place = place
        self._lineage = lineage
        self._now = now
        self._patience = patience
        self._db: Connection | None = None

    def write(self, works: Sequence[Work]) -> tuple[list[Outcome], Committed]:
        """All of them in one commit, or none. Where the connection is lost with the COMMIT itself, nobody knows which:
        who asked is told to ask again, and each command has its row once."""
        with as_not_written():
            db = self._connected()
            db.execute("BEGIN")
            try:
                self._lineage.go_on(*db.execute(HOLD).fetchone())
                transaction = PostgresTransaction(db, self._now())
                outcomes = transaction.do(works)
                transaction.finish()
                stats = read_stats(db, transaction.at)
                fault("before_commit")
                db.execute("COMMIT")
                fault("after_commit")
            except BaseException:
                self._undo(db)
                raise
        return outcomes, Committed(rows=transaction.rows, stats=stats)

    def close(self) -> None:
        if self._db is not None:
            self._db.close()

    def _connected(self) -> Connection:
        if self._db is None or self._db.is_lost:
            self._db = Connection(self._place, patience=self._patience, is_brief=True)
        return self._db

    def _undo(self, db: Connection) -> None:
        if not db.is_lost and db.in_transaction:
            db.execute("ROLLBACK")
