"""What the tables of a gym in a file say, read at one moment and without trust: a damaged file can be looked at too."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from server.store import DatabaseDamaged, VisitColumns
from server.store.sql import accesses, chain
from server.store.sqlite.errors import as_store_errors
from server.store.sqlite.file import existing, open_to_read, refuse_older
from server.store.sqlite.shape import differences

T = TypeVar("T")

COLUMNS = ", ".join(VisitColumns.__struct_fields__)


@contextmanager
def audit(path: Path) -> Iterator[SqliteAudit]:
    """The gym in a file, in one transaction that changes nothing; StoreError where there is none of today."""
    with as_store_errors(existing(path)), closing(open_to_read(path)) as db:
        refuse_older(db, path)
        db.execute("BEGIN")
        yield SqliteAudit(db)


class SqliteAudit:
    """An `Audit` of one connection's transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def problems(self, most: int) -> Iterator[str]:
        for (line,) in self._rows(f"PRAGMA integrity_check({most})"):
            if line != "ok":
                yield f"The file is damaged: {line}."
        yield from self._read(lambda: [f"In the file {difference}." for difference in differences(self._db)])
        for table, row, parent, _ in self._rows("PRAGMA foreign_key_check"):
            yield f"Row {row} of the table {table} belongs to a row of {parent} that is not there."
        # Not counted on the index that forbids it: that is what may be damaged.
        for member_id, count in self._rows(
            "SELECT member_id, count(*) FROM visits WHERE check_out_at IS NULL GROUP BY member_id HAVING count(*) > 1"
        ):
            yield f"The member {member_id} is in {count} times at once."

    def breaks(self) -> Iterator[str]:
        yield from self._read(lambda: chain.breaks(self._db))
        yield from self._read(lambda: accesses.breaks(self._db))

    def has_gym(self) -> bool:
        return any(self._rows("SELECT 1 FROM gym"))

    def last_seq(self) -> int:
        seq: int = next(self._rows("SELECT last_seq FROM gym"))[0]
        return seq

    def journal(self) -> Iterator[tuple[int, str, str, bytes]]:
        return self._rows("SELECT seq, type, kind, payload FROM journal ORDER BY seq")

    def visits(self) -> Iterator[tuple[VisitColumns, bool, bytes]]:
        for *values, punched, event in self._rows(f"SELECT {COLUMNS}, punched, event FROM visits"):
            yield VisitColumns(*values), bool(punched), event

    def members(self) -> Iterator[tuple[str, str | None, int, bytes]]:
        return self._rows("SELECT id, membership_number, seq, member FROM members")

    def gym(self) -> tuple[int, bytes]:
        row: tuple[int, bytes] = next(self._rows("SELECT currently_in, gym FROM gym"))
        return row

    def gone(self) -> list[int]:
        return list(next(self._rows("SELECT gone_check_ins, gone_stays, gone_stay FROM gym")))

    def hours(self) -> dict[str, list[int]]:
        return {hour: counts for hour, *counts in self._rows("SELECT hour, check_ins, stays, stay FROM hours")}

    def _rows(self, sql: str) -> Generator[Any, None, None]:
        return self._read(lambda: self._db.execute(sql))

    def _read(self, rows: Callable[[], Iterable[T]]) -> Generator[T, None, None]:
        try:
            yield from rows()
        except sqlite3.DatabaseError as error:
            raise DatabaseDamaged(str(error)) from error
