"""Are the tables of a file those of a gym, and no others? A backup comes from outside: a trigger in it would be run by
the next server."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import lru_cache
from typing import Final

from gymtui import sqlite_file
from server.store.sqlite.schema import MIGRATIONS

# By name and columns and not by the statement: each release of SQLite rewrites it in its own way as a column is added.
_OBJECTS: Final = "SELECT type, name FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
_COLUMNS: Final = "SELECT name, type, [notnull], dflt_value, pk, hidden FROM pragma_table_xinfo(?) ORDER BY name"
_OF_AN_INDEX: Final = "SELECT name FROM pragma_index_info(?) ORDER BY seqno"

Shape = dict[tuple[str, str], tuple[object, ...]]
"""What stands in a file, `("table", "visits")`, and its columns."""


def programs(db: sqlite3.Connection) -> list[str]:
    """The triggers and views, of which a gym has none: they would act as soon as anybody writes."""
    return [f"{type} {name}" for type, name in db.execute(f"{_OBJECTS} AND type IN ('trigger', 'view')")]


def differences(db: sqlite3.Connection) -> Iterator[str]:
    """What is not as in a gym of today, each as words for a sentence: `the trigger spy is none of a gym's`."""
    found, ours = _shape(db), _ours()
    for (type, name), columns in found.items():
        if (type, name) not in ours:
            yield f"the {type} {name} is none of a gym's"
        elif columns != ours[type, name]:
            yield f"the {type} {name} has other columns than a gym's"
    yield from (f"the {type} {name} is missing" for type, name in ours if (type, name) not in found)


@lru_cache(maxsize=1)
def _ours() -> Shape:
    with closing(sqlite3.connect(sqlite_file.MEMORY, isolation_level=None)) as db:
        sqlite_file.migrate(db, MIGRATIONS)
        return _shape(db)


def _shape(db: sqlite3.Connection) -> Shape:
    rows = db.execute(_OBJECTS).fetchall()
    return {
        (type, name): tuple(db.execute(_OF_AN_INDEX if type == "index" else _COLUMNS, (name,))) for type, name in rows
    }
