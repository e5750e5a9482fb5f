"""A gym's database for the time of one command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from server.store import StoreError
from server.store.sqlite.store import SqliteStore


@contextmanager
def opened(path: Path) -> Iterator[SqliteStore]:
    """The gym in this file, which is made with its folder where there is none; StoreError where it cannot be used."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{path.parent} cannot be made: {error.strerror}.") from error
    with closing(SqliteStore(path)) as store:
        yield store
