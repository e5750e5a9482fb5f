"""Rows of one commit that are written many at a time: one statement for all that are alike.

Nobody can tell: whatever else is said to the database finds them there, for it is said behind them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from server.store.sql.database import Answer, Database


class WriteBehind:
    """A `Database` that keeps rows for later, until anything else is asked of it or the commit ends."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._waiting: dict[str, list[tuple[str, list[Sequence[Any]]]]] = {}

    def later(self, table: str, sql: str, row: Sequence[Any]) -> None:
        """Writes a row into this table, behind those that came before it; into no other table does it matter when."""
        alike = self._waiting.setdefault(table, [])
        if not alike or alike[-1][0] != sql:
            alike.append((sql, []))
        alike[-1][1].append(row)

    def write(self) -> None:
        """Writes what waits."""
        waiting, self._waiting = self._waiting, {}
        for alike in waiting.values():
            for sql, rows in alike:
                self._db.executemany(sql, rows)

    def execute(self, sql: str, values: Sequence[Any] = (), /) -> Answer:
        self.write()
        return self._db.execute(sql, values)

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> None:
        self.write()
        self._db.executemany(sql, rows)
