"""The store for several servers: a gym in PostgreSQL, every commit on its disk before anyone hears of it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from contextlib import ExitStack, closing
from typing import Final

from gymtui import clock
from server.store import Committed, Head, Outcome, Room, StoreError, Work
from server.store.postgres.connection import SCHEMA, Connection
from server.store.postgres.errors import as_store_errors, as_unavailable
from server.store.postgres.lineage import Lineage
from server.store.postgres.peers import PostgresPeers
from server.store.postgres.readers import Readers
from server.store.postgres.schema import MIGRATIONS, SCHEMA_VERSION
from server.store.postgres.writer import Writer
from server.store.sql import accesses, chain
from server.store.sql.founding import found
from server.store.sql.queries import Queries

ONE_AT_A_TIME: Final = 0x67796D74  # the lock of whoever makes the tables: "gymt"
HEAD: Final = (
    "SELECT last_seq, users_version, CASE WHEN NOT is_copy AND coalesce(place = here(), TRUE) THEN epoch END, here() "
    "FROM gym"
)


class PostgresStore(Queries):
    """A gym in the database at `url`. One connection writes, from one thread at a time; each thread that reads has one
    of its own.

    The tables are made, with an empty gym, where there are none, and older ones are brought up to date. StoreError says
    what is wrong with a database that cannot be used. `patience` is how many seconds another server's commit is waited
    for.
    """

    def __init__(self, url: str, *, now: clock.Clock, patience: float) -> None:
        self._now = now
        self._lineage = Lineage()
        self._guard = as_unavailable
        with as_store_errors(), Connection(url, patience=patience) as db:
            migrate(db, now())
        with ExitStack() as opened:
            self._writer = opened.enter_context(closing(Writer(url, self._lineage, now=now, patience=patience)))
            self._readers = opened.enter_context(closing(Readers(url, patience=patience)))
            self._all, self._at_one_position = self._readers.all, self._readers.at_one_position
            self.within = self._readers.within
            self.peers = opened.enter_context(closing(PostgresPeers(url, self._all, patience=patience)))
            self._opened = opened.pop_all()

    def close(self) -> None:
        self._opened.close()

    def write(self, works: Sequence[Work]) -> tuple[list[Outcome], Committed]:
        return self._writer.write(works)

    def head(self) -> Head:
        [(seq, users_version, epoch, here)] = self._all(HEAD)
        self._lineage.go_on(here)
        return Head(seq, users_version, epoch)

    def write_over(self) -> None:
        """The database's log is its own, and goes with its next checkpoints."""

    def room(self) -> Room:
        [(data,)] = self._all("SELECT pg_database_size(current_database())")
        return Room(data, None, None)

    @property
    def _reader(self) -> Connection:
        return self._readers.mine


def migrate(db: Connection, at: int) -> None:
    """Brings the tables up to date; where there are none, founds a gym at `at` (ms). All of it or nothing."""
    db.execute("BEGIN")
    try:
        db.execute("SELECT pg_advisory_xact_lock(?)", (ONE_AT_A_TIME,))
        db.script(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        version = version_of(db)
        if version > SCHEMA_VERSION:
            raise StoreError("The database was made by a newer gymtui: please update this one.")
        for script in MIGRATIONS[version:]:
            db.script(script)
        if version == 0:
            found_new(db, at)
        if version < SCHEMA_VERSION:
            db.execute("UPDATE gym SET schema_version = ?", (SCHEMA_VERSION,))
        db.execute("COMMIT")
    except BaseException:
        if not db.is_lost:
            db.execute("ROLLBACK")
        raise


def found_new(db: Connection, at: int) -> None:
    """A new gym, in tables that are empty, with keys of its own; `at` is in ms."""
    found(db, at)
    chain.chain(db)
    accesses.chain(db)
    for table in ("card_key", "refresh_key"):
        db.execute(f"INSERT INTO {table} VALUES (?)", (secrets.token_bytes(32),))


def version_of(db: Connection) -> int:
    """Of the tables; 0 where there are none."""
    if db.execute("SELECT to_regclass(?)", (f"{SCHEMA}.gym",)).fetchone()[0] is None:
        return 0
    version: int = db.execute("SELECT max(schema_version) FROM gym").fetchone()[0]
    return version
