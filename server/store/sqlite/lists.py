"""What of a gym in a file goes out of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from server.store.sql.lists import SqlLists
from server.store.sqlite.errors import as_store_errors
from server.store.sqlite.file import open_to_read


@contextmanager
def lists(path: Path) -> Iterator[SqlLists]:
    """The gym in a file that is open, in one transaction that changes nothing. StoreError."""
    with as_store_errors(path), closing(open_to_read(path)) as db:
        db.execute("BEGIN")
        yield SqlLists(db)
