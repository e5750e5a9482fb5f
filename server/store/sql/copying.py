"""A gym's tables, row by row, from one database into another, whatever engine either has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from server.store.door import GoOn, Tables
from server.store.errors import StoreError

# Each behind those that it names. What only one engine has is its own business.
TABLES: Final = (
    *("gym", "journal", "members", "words", "leftovers", "cards", "visits", "hours", "users", "logins"),
    *("signing_keys", "card_key", "refresh_key", "issued", "issued_ended", "devices", "pin_tries"),
    *("erased", "merges", "imported", "heard", "served", "accesses"),
)
OTHER: Final = (
    "has a gym that this one does not go on from: please name a database without one, or URL#NAME in PostgreSQL"
)


def copy(source: Tables, target: Tables, go_on: GoOn) -> int:
    """All that `source` has, in the place of what `target` has; gives the journal's newest row. StoreError where that
    would lose anything: it has to be a new gym, or an earlier copy of this one."""
    if not (_is_new(target) or _goes_on_from(source, target)):
        raise StoreError(f"The database to copy to {OTHER}.")
    total = sum(_one(source, f"SELECT count(*) FROM {table}") for table in TABLES)
    done = 0

    def counted(rows: Iterator[tuple[object, ...]]) -> Iterator[tuple[object, ...]]:
        nonlocal done
        for row in rows:
            if not go_on(done, total):
                raise KeyboardInterrupt
            done += 1
            yield row

    _empty(target)
    version = _one(target, "SELECT schema_version FROM gym")
    target.execute("DELETE FROM gym")
    for table in TABLES:
        has = source.columns(table)
        columns = [name for name in target.columns(table) if name in has]
        target.fill(table, columns, counted(source.rows(table, columns)))
    target.execute("UPDATE gym SET schema_version = ?", (version,))  # each engine counts its own
    seq: int = _one(target, "SELECT last_seq FROM gym")
    return seq


def _empty(target: Tables) -> None:
    for table in reversed(TABLES[1:]):
        target.execute(f"DELETE FROM {table}")


def _is_new(target: Tables) -> bool:
    """Has nobody done anything to it?"""
    counts = [_one(target, f"SELECT count(*) FROM {table}") for table in ("members", "users", "visits")]
    return not any(counts) and _one(target, "SELECT last_seq FROM gym") == 1


def _goes_on_from(source: Tables, target: Tables) -> bool:
    """Is the target's journal the beginning of the source's? Its last link says that of all rows before it."""
    seq, link = target.execute("SELECT last_seq, link FROM gym").fetchone()
    there = source.execute("SELECT link FROM journal WHERE seq = ?", (seq,)).fetchone()
    same: Callable[[Tables], object] = lambda tables: _one(tables, "SELECT coalesce(gym_id, epoch) FROM gym")  # noqa: E731
    return there is not None and there[0] == link and same(source) == same(target)


def _one(tables: Tables, sql: str) -> int:
    value: int = tables.execute(sql).fetchone()[0]
    return value
