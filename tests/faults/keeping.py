"""Where a gym that is broken at will is kept, by engine: looked at beside its server, copied, and put back."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Protocol

from server.store.opening import back_up, put_back
from server.store.sql.database import Database
from tests.faults.audit import reading


class Kept(Protocol):
    """A gym's database, as `open_store` takes it."""

    database: str | Path

    def reading(self) -> AbstractContextManager[Database]:
        """What is on its disk."""

    def back_up(self) -> None:
        """Copies it, while it is served; there is one copy, the last."""

    def put_back(self) -> None:
        """The copy takes its place, and nobody serves it."""


Keeping = Callable[[Path], AbstractContextManager[Kept]]
"""Keeps a new gym for the time of the block, in a folder where it needs one."""


class KeptFile:
    """In a file."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "gym.db"
        self.database: str | Path = self._file
        self._copy = folder / "backup.db"

    def reading(self) -> AbstractContextManager[Database]:
        return reading(self._file)

    def back_up(self) -> None:
        back_up(self._file, self._copy)

    def put_back(self) -> None:
        put_back(self._copy, self._file)


@contextmanager
def in_a_file(folder: Path) -> Iterator[KeptFile]:
    """By SQLite."""
    yield KeptFile(folder)


class KeptServed:
    """In a database of a PostgreSQL server, by whose own tools it is copied."""

    def __init__(self, folder: Path, url: str, db: Database) -> None:
        self.database: str | Path = url
        self._copy = folder / "gym.dump"
        self._db = db

    @contextmanager
    def reading(self) -> Iterator[Database]:
        yield self._db

    def back_up(self) -> None:
        _tool("pg_dump", "--format=custom", "--schema=gymtui", f"--file={self._copy}", f"--dbname={self.database}")

    def put_back(self) -> None:
        how = ("--clean", "--if-exists", "--single-transaction")
        _tool("pg_restore", *how, f"--dbname={self.database}", str(self._copy))


@contextmanager
def in_postgres() -> Iterator[Keeping]:
    """By a PostgreSQL server of this process's own."""
    from server.store.postgres.connection import Connection, Place
    from tests.postgres_kit import Emptied, served

    with served() as url, closing(Emptied(url)) as gym, Connection(Place(gym.url, "gymtui"), patience=10) as db:

        @contextmanager
        def keeping(folder: Path) -> Iterator[KeptServed]:
            gym.begin_anew()
            yield KeptServed(folder, gym.url, db)

        yield keeping


def _tool(name: str, *arguments: str) -> None:
    from tests.postgres_kit import tools

    subprocess.run((tools() / name, *arguments), check=True)
