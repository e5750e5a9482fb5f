"""What the tables of a gym say, read at one moment and without trust."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any, ClassVar, TypeVar

from server.store import DatabaseDamaged, VisitColumns
from server.store.sql import accesses, chain
from server.store.sql.database import Database

T = TypeVar("T")

COLUMNS = ", ".join(VisitColumns.__struct_fields__)
TWICE = "SELECT member_id, count(*) FROM visits WHERE check_out_at IS NULL GROUP BY member_id HAVING count(*) > 1"


class SqlAudit:
    """An `Audit` of one connection's transaction, without `problems`, which each engine looks for in its own way.
    `damage` is what its library raises."""

    damage: ClassVar[type[Exception]]

    def __init__(self, db: Database) -> None:
        self._db = db

    def twice_in(self) -> Iterator[str]:
        """A sentence on each member who is in more than once, whatever the index says that forbids it."""
        for member_id, count in self._rows(TWICE):
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
        except self.damage as error:
            raise DatabaseDamaged(str(error)) from error
