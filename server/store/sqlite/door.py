"""The door to a gym in a file."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, closing, nullcontext
from pathlib import Path

from gymtui import clock
from server.store import Audit, Lists, Standing, Store, StoreError
from server.store.door import GoOn, Tables
from server.store.sql.standing import standing
from server.store.sqlite import audit, backup, lists, tables
from server.store.sqlite.errors import as_store_errors
from server.store.sqlite.file import existing, is_older, open_to_read
from server.store.sqlite.store import SqliteStore


class SqliteDoor:
    """The `Door` to the file at `path`."""

    copies_itself = True

    def __init__(self, path: Path) -> None:
        self._path = path

    def gyms(self) -> list[Standing]:
        self.prepare(found=True)
        with as_store_errors(self._path), closing(open_to_read(self._path)) as db:
            return [standing(db, str(self._path))]

    def begin(self, at: int) -> None:
        """A file has one gym, which whoever opens it makes."""

    def open(self, *, now: clock.Clock, patience: float) -> Store:
        return SqliteStore(self._path, now=now, patience=patience)

    def prepare(self, *, found: bool) -> None:
        if found:
            existing(self._path)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"{self._path.parent} cannot be made: {error.strerror}.") from error

    def is_there(self) -> bool:
        return self._path.exists()

    def is_older(self) -> bool:
        return is_older(self._path)

    def lists(self) -> AbstractContextManager[Lists]:
        return lists.lists(self._path)

    def audit(self) -> AbstractContextManager[Audit]:
        return audit.audit(self._path)

    def tables(self) -> AbstractContextManager[Tables]:
        return tables.tables(self._path)

    def hints(self, told: Callable[[], None]) -> AbstractContextManager[Callable[[], None]]:
        return nullcontext(lambda: None)  # to look costs next to nothing

    def back_up(self, file: Path, go_on: GoOn) -> int:
        return backup.back_up(self._path, file, go_on)

    def last_backup(self) -> int | None:
        return backup.last_backup(self._path)

    def put_back(self, file: Path, go_on: GoOn) -> tuple[int, Path | None]:
        return backup.put_back(file, self._path, go_on)
