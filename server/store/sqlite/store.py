"""The embedded store: one SQLite file, write-ahead log, every commit on disk before anyone hears of it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path

from gymtui import clock
from server.store import (
    Committed,
    Outcome,
    Room,
    Work,
)
from server.store.sql.queries import Queries
from server.store.sqlite.errors import DiskGuard, as_store_errors
from server.store.sqlite.file import connect, lock, migrate, refuse_other_files, room_of, turn
from server.store.sqlite.readers import Readers
from server.store.sqlite.writer import Writer


class SqliteStore(Queries):
    """A gym in one file. One connection writes, from one thread at a time; each thread that reads has one of its own.

    `path` is created, with an empty gym, where there is none; an older file is brought up to date. StoreError says
    what is wrong with a path or file that cannot be used. `patience` is how many seconds another program's lock is
    waited for. Once the file has been seen to be damaged, nothing is written to it any more.
    """

    def __init__(self, path: Path, *, now: clock.Clock, patience: float) -> None:
        self._now = now
        self._path = path
        self._guard = DiskGuard()
        with as_store_errors(path), ExitStack() as opened:
            refuse_other_files(path)
            opened.callback(os.close, lock(path))
            opened.callback(os.close, queue := turn(path))
            writer = opened.enter_context(closing(connect(path, patience)))
            migrate(writer, path, now())
            self._writer = Writer(writer, path, self._guard, turn=queue, now=now, patience=patience)
            self._readers = opened.enter_context(closing(Readers(path, self._guard, patience=patience)))
            self._all, self._at_one_position = self._readers.all, self._readers.at_one_position
            self.within = self._readers.within
            self._opened = opened.pop_all()

    peers = None

    def close(self) -> None:
        self._opened.close()

    def write(self, works: Sequence[Work]) -> tuple[list[Outcome], Committed]:
        return self._writer.write(works)

    def write_over(self) -> None:
        self._writer.write_over()

    def room(self) -> Room:
        return room_of(self._path)

    @property
    def _reader(self) -> sqlite3.Connection:
        return self._readers.mine
