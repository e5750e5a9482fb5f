"""The connections that read: each thread has one of its own, so that none waits for what another looks up."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import local
from typing import Any

from server.store.sqlite.errors import DiskGuard
from server.store.sqlite.file import connect


class Readers:
    """Reads the file at `path`; what the disk will not do is as the `guard` says it. `patience` is in seconds."""

    def __init__(self, path: Path, guard: DiskGuard, *, patience: float) -> None:
        self._path = path
        self._guard = guard
        self._patience = patience
        self._threads = local()
        self._opened: list[sqlite3.Connection] = []

    @property
    def mine(self) -> sqlite3.Connection:
        """The connection of the thread that asks, made when it asks for the first time."""
        db: sqlite3.Connection | None = getattr(self._threads, "db", None)
        if db is None:
            db = self._threads.db = connect(self._path, self._patience)
            self._opened.append(db)
            db.execute("PRAGMA query_only = ON")
        return db

    def all(self, sql: str, *values: object) -> list[Any]:
        """The rows of one query."""
        with self._guard():
            return self.mine.execute(sql, values).fetchall()

    @contextmanager
    def at_one_position(self) -> Iterator[None]:
        """All queries inside see the same commit."""
        with self._guard():
            db = self.mine
            db.execute("BEGIN")
            try:
                yield
            finally:
                if db.in_transaction:  # a disk that fails may have ended it
                    db.execute("COMMIT")

    def close(self) -> None:
        """Of every thread: none of them reads any more."""
        for db in self._opened:
            db.close()
