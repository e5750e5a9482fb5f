"""The door to a gym in a PostgreSQL database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import psycopg

from gymtui import clock
from server.store import BackupError, Standing, Store, StoreError
from server.store.door import GoOn, Tables
from server.store.postgres.connection import Connection, Place
from server.store.postgres.errors import as_store_errors
from server.store.postgres.founding import version_of
from server.store.postgres.gyms import NOWHERE, begin, found_at, standings
from server.store.postgres.hints import Hints
from server.store.postgres.schema import SCHEMA_VERSION
from server.store.postgres.store import PostgresStore
from server.store.postgres.tables import tables
from server.store.sql.audit import SqlAudit
from server.store.sql.lists import SqlLists

PATIENCE = 5.0  # seconds
OWN_TOOL = "A gym in PostgreSQL is {} by the database's own tools: please use `{}`."
DUMP = "pg_dump --format=custom --schema={} --file=FILE --dbname=URL"
RESTORE = "pg_restore --clean --if-exists --single-transaction --dbname=URL FILE"


class PostgresDoor:
    """The `Door` to the gym of this name in the database at `url`; without a name, to the only one."""

    copies_itself = False

    def __init__(self, url: str, gym: str | None = None) -> None:
        self._url = url
        self._gym = gym

    def gyms(self) -> list[Standing]:
        with self._at_one_moment(Place(self._url, NOWHERE)) as db:
            return list(standings(db))

    def begin(self, at: int) -> None:
        if self._gym is not None:
            with as_store_errors():
                begin(self._url, self._gym, at, patience=PATIENCE)

    def open(self, *, now: clock.Clock, patience: float) -> Store:
        return PostgresStore(self._place(patience), now=now, patience=patience)

    def prepare(self, *, found: bool) -> None:
        if found and not self.is_there():
            raise StoreError("There is no gym in that database: please name another one.")

    def is_there(self) -> bool:
        return self._version() > 0

    def is_older(self) -> bool:
        return 0 < self._version() < SCHEMA_VERSION

    def _version(self) -> int:
        place = self._place()
        with as_store_errors(), Connection(place, patience=PATIENCE) as db:
            return version_of(db, place.schema)

    def _place(self, patience: float = PATIENCE) -> Place:
        with as_store_errors():
            return found_at(self._url, self._gym, patience=patience)

    @contextmanager
    def lists(self) -> Iterator[SqlLists]:
        with self._at_one_moment(self._place()) as db:
            yield SqlLists(db)

    @contextmanager
    def audit(self) -> Iterator[PostgresAudit]:
        self.prepare(found=True)
        with self._at_one_moment(self._place()) as db:
            yield PostgresAudit(db)

    @contextmanager
    def _at_one_moment(self, place: Place) -> Iterator[Connection]:
        with as_store_errors(), Connection(place, patience=PATIENCE) as db:
            db.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield db

    def tables(self) -> AbstractContextManager[Tables]:
        return tables(self._place(), patience=PATIENCE)

    @contextmanager
    def hints(self, told: Callable[[], None]) -> Iterator[Callable[[], None]]:
        with closing(Hints(self._place(), told, patience=PATIENCE)) as hints:
            yield hints.ring

    def back_up(self, file: Path, go_on: GoOn) -> int:
        raise BackupError(OWN_TOOL.format("copied", DUMP.format(self._place().schema)))

    def last_backup(self) -> int | None:
        """Nobody here knows: the database's own tools do it."""

    def put_back(self, file: Path, go_on: GoOn) -> tuple[int, Path | None]:
        raise BackupError(OWN_TOOL.format("put back", RESTORE))


class PostgresAudit(SqlAudit):
    """An `Audit` of one connection's transaction. Whether its files are whole, the database itself looks after."""

    damage = psycopg.Error

    def problems(self, most: int) -> Iterator[str]:
        return self.twice_in()
