"""The connections that read: each thread has one of its own, so that none waits for what another looks up, and may say
for how long."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import local
from typing import Any, Final

from server.store.sqlite.errors import DiskGuard
from server.store.sqlite.file import connect

STEPS: Final = 10_000  # of SQLite's virtual machine between two looks at the time, about a millisecond's


class Readers:
    """Reads the file at `path`; what the disk will not do is as the `guard` says it. `patience` is in seconds, and what
    `timer` gives too, which only goes forward."""

    def __init__(
        self, path: Path, guard: DiskGuard, *, patience: float, timer: Callable[[], float] = time.monotonic
    ) -> None:
        self._path = path
        self._guard = guard
        self._patience = patience
        self._timer = timer
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

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """What this thread reads inside is given up after so many seconds: TooLong."""
        until = self._timer() + seconds
        with self._guard():
            db = self.mine
        db.set_progress_handler(lambda: self._timer() >= until, STEPS)
        try:
            yield
        finally:
            db.set_progress_handler(None, STEPS)

    def close(self) -> None:
        """Of every thread: none of them reads any more."""
        for db in self._opened:
            db.close()
