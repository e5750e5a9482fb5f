"""All tables of a gym in PostgreSQL, for a copy of it in another database, or of another one in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from server.store.errors import StoreError
from server.store.postgres.connection import Connection, Place
from server.store.postgres.errors import as_store_errors

COMPANY = (
    "SELECT count(*) FROM pg_stat_activity "
    "WHERE datname = current_database() AND application_name = ? AND pid != pg_backend_pid()"
)


class PostgresTables:
    """As `door.Tables`, in the transaction of one connection."""

    def __init__(self, db: Connection, schema: str) -> None:
        self._db = db
        self._schema = schema
        self.execute = db.execute

    def columns(self, table: str) -> list[str]:
        named = "SELECT column_name FROM information_schema.columns WHERE table_schema = ? AND table_name = ?"
        named += " AND column_name != 'place'"  # a copy keeps the epoch, wherever it goes
        return [name for (name,) in self._db.execute(named, (self._schema, table))]

    def rows(self, table: str, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        return self._db.stream(f"SELECT {_quoted(columns)} FROM {table}")

    def fill(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        self._db.copy_in(f"COPY {table} ({_quoted(columns)}) FROM STDIN", rows)


def _quoted(columns: Sequence[str]) -> str:
    """One of them is called as a word of the language."""
    return ", ".join(f'"{name}"' for name in columns)


@contextmanager
def tables(place: Place, *, patience: float) -> Iterator[PostgresTables]:
    """Of a gym that no server has open; what is changed is on disk at the end, or none of it. StoreError."""
    with as_store_errors(), Connection(place, patience=patience) as db:
        db.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        if db.execute(COMPANY, (place.schema,)).fetchone()[0]:
            raise StoreError("That gym is in use: please stop the servers, and what else has it open, first.")
        yield PostgresTables(db, place.schema)
        db.execute("COMMIT")
