"""What the tests of the server's WebSocket share: what it has on disk."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from server.store import Transaction, User
from server.store.opening import open_store
from tests.sqlite_kit import connection_of


def change_user(path: Path, name: str, **fields: Any) -> None:
    """What another program does to a user while the server runs."""

    def work(tx: Transaction) -> None:
        user = tx.user(name)
        assert isinstance(user, User)
        tx.put_user(replace(user, **fields))

    with closing(open_store(path)) as store:
        store.write([work])


def on_disk(path: Path, column: str) -> list[str]:
    """A column of the journal's commands, in the order of the journal."""
    with closing(open_store(path)) as store:
        rows = connection_of(store).execute(f"SELECT {column} FROM journal WHERE command_id IS NOT NULL ORDER BY seq")
        return [row[0] for row in rows]
