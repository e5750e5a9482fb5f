"""The store for several servers: a gym in PostgreSQL, every commit on its disk before anyone hears of it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, closing
from typing import Final

from gymtui import clock
from server.store import Committed, Head, Outcome, Room, Work
from server.store.postgres.connection import Connection, Place
from server.store.postgres.errors import as_store_errors, as_unavailable
from server.store.postgres.founding import migrate
from server.store.postgres.lineage import Lineage
from server.store.postgres.peers import PostgresPeers
from server.store.postgres.readers import Readers
from server.store.postgres.writer import Writer
from server.store.sql.queries import Queries

HEAD: Final = (
    "SELECT last_seq, users_version, CASE WHEN NOT is_copy AND coalesce(place = here(), TRUE) THEN epoch END, here() "
    "FROM gym"
)


class PostgresStore(Queries):
    """The gym at `place`. One connection writes, from one thread at a time; each thread that reads has one of its own.

    The tables are made, with an empty gym, where there are none, and older ones are brought up to date. StoreError says
    what is wrong with a database that cannot be used. `patience` is how many seconds another server's commit is waited
    for.
    """

    def __init__(self, place: Place, *, now: clock.Clock, patience: float) -> None:
        self._now = now
        self._lineage = Lineage()
        self._guard = as_unavailable
        with as_store_errors(), Connection(place, patience=patience) as db:
            migrate(db, place.schema, now())
        with ExitStack() as opened:
            self._writer = opened.enter_context(closing(Writer(place, self._lineage, now=now, patience=patience)))
            self._readers = opened.enter_context(closing(Readers(place, patience=patience)))
            self._all, self._at_one_position = self._readers.all, self._readers.at_one_position
            self.within = self._readers.within
            self.peers = opened.enter_context(closing(PostgresPeers(place, self._all, patience=patience)))
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
