"""For tests about the SQLite file itself: a look behind the store that no other engine could give."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from server.store import Store
from server.store.sqlite.store import SqliteStore


def connection_of(store: Store) -> sqlite3.Connection:
    """The connection that the store writes with."""
    assert isinstance(store, SqliteStore)
    return store._writer


def reader_of(store: Store) -> sqlite3.Connection:
    """The connection that answers its queries."""
    assert isinstance(store, SqliteStore)
    return store._reader


def hold(path: Path) -> sqlite3.Connection:
    """Another program that is writing and does not end."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return other
