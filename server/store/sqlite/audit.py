"""What the tables of a gym in a file say, read at one moment and without trust: a damaged file can be looked at too."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from server.store.sql.audit import SqlAudit
from server.store.sqlite.errors import as_store_errors
from server.store.sqlite.file import existing, open_to_read, refuse_older
from server.store.sqlite.shape import differences


@contextmanager
def audit(path: Path) -> Iterator[SqliteAudit]:
    """The gym in a file, in one transaction that changes nothing; StoreError where there is none of today."""
    with as_store_errors(existing(path)), closing(open_to_read(path)) as db:
        refuse_older(db, path)
        db.execute("BEGIN")
        yield SqliteAudit(db)


class SqliteAudit(SqlAudit):
    """An `Audit` of one connection's transaction."""

    damage = sqlite3.DatabaseError

    def __init__(self, db: sqlite3.Connection) -> None:
        super().__init__(db)
        self._file = db

    def problems(self, most: int) -> Iterator[str]:
        for (line,) in self._rows(f"PRAGMA integrity_check({most})"):
            if line != "ok":
                yield f"The file is damaged: {line}."
        yield from self._read(lambda: [f"In the file {difference}." for difference in differences(self._file)])
        for table, row, parent, _ in self._rows("PRAGMA foreign_key_check"):
            yield f"Row {row} of the table {table} belongs to a row of {parent} that is not there."
        yield from self.twice_in()
