"""The connections that read: each thread has one of its own, so that none waits for what another looks up, and may say
for how long."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import local
from typing import Any

from server.store.postgres.connection import Connection, Place
from server.store.postgres.errors import as_unavailable


class Readers:
    """Reads the gym at `place`. A connection that is lost is made anew with the next query. `patience` is how many
    seconds a server is waited for that does not answer."""

    def __init__(self, place: Place, *, patience: float) -> None:
        self._place = place
        self._patience = patience
        self._threads = local()
        self._opened: list[Connection] = []

    @property
    def mine(self) -> Connection:
        """The connection of the thread that asks."""
        db: Connection | None = getattr(self._threads, "db", None)
        if db is None or db.is_lost:
            db = self._threads.db = Connection(self._place, patience=self._patience)
            self._opened = [one for one in self._opened if not one.is_lost] + [db]
            db.set(default_transaction_read_only="on")
        return db

    def all(self, sql: str, *values: object) -> list[Any]:
        """The rows of one query."""
        with as_unavailable():
            return self.mine.execute(sql, values).fetchall()

    @contextmanager
    def at_one_position(self) -> Iterator[None]:
        """All queries inside see the same commit."""
        with as_unavailable():
            db = self.mine
            db.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
            try:
                yield
            finally:
                if not db.is_lost:
                    db.execute("ROLLBACK")

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """What this thread reads inside is given up after so many seconds: TooLong."""
        with as_unavailable():
            db = self.mine
            db.set(statement_timeout=max(1, round(seconds * 1000)))
        try:
            yield
        finally:
            if not db.is_lost:
                with as_unavailable():
                    db.set(statement_timeout=0)

    def close(self) -> None:
        """Of every thread: none of them reads any more."""
        for db in self._opened:
            db.close()
