"""All tables of a gym in a file, for a copy of it in another database, or of another one in it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from server.store.sqlite.errors import as_store_errors
from server.store.sqlite.file import connect, existing, lock

PATIENCE = 5.0  # seconds


class SqliteTables:
    """As `door.Tables`, in the transaction of one connection."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self.execute = db.execute

    def columns(self, table: str) -> list[str]:
        return [name for (name,) in self._db.execute("SELECT name FROM pragma_table_info(?)", (table,))]

    def rows(self, table: str, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        return self._db.execute(f"SELECT {', '.join(columns)} FROM {table}")

    def fill(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        names, values = ", ".join(columns), ", ".join("?" * len(columns))
        self._db.executemany(f"INSERT INTO {table} ({names}) VALUES ({values})", rows)


@contextmanager
def tables(path: Path) -> Iterator[SqliteTables]:
    """Of a gym that nobody else has open; what is changed is on disk at the end, or none of it. StoreError."""
    with as_store_errors(existing(path)):
        held = lock(path, alone=True)
        try:
            with closing(connect(path, PATIENCE)) as db:
                db.execute("BEGIN IMMEDIATE")
                yield SqliteTables(db)
                db.execute("COMMIT")
        finally:
            os.close(held)
