"""The one door to a database: nobody else knows which engine is behind it.

`database` is what `--database` says: a path, `sqlite:///PATH`, or the URL of PostgreSQL, which has the name of a gym
behind it where there are several. Another engine comes in here, by the scheme of its URL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Final

from gymtui import clock, database_url
from server.store.audit import Audit
from server.store.door import Door, GoOn
from server.store.errors import StoreError
from server.store.interface import Lists, Store
from server.store.records import Standing
from server.store.sql import copying
from server.store.sqlite.door import SqliteDoor

PATIENCE: Final = 5.0  # seconds


def open_store(database: str | Path, *, now: clock.Clock = clock.now, patience: float = PATIENCE) -> Store:
    """The gym in this database, which is made, empty, where there is none; StoreError where it cannot be used.

    `patience` is how many seconds another program's lock is waited for.
    """
    return _door(database).open(now=now, patience=patience)


@contextmanager
def opened(database: str | Path, *, found: bool = False) -> Iterator[Store]:
    """The gym for the time of one command, its folder made too; `found`: one that is there already, else StoreError."""
    _door(database).prepare(found=found)
    with closing(open_store(database)) as store:
        yield store


def begin(database: str | Path, *, now: clock.Clock = clock.now) -> None:
    """Makes the gym that is named, beside others in its database too, unless it is there: nobody else makes one beside
    others. Where none is named, whoever opens the database does. StoreError."""
    _door(database).begin(now())


def gyms(database: str | Path) -> Sequence[Standing]:
    """How each gym of the database stands. StoreError."""
    return _door(database).gyms()


def is_there(database: str | Path) -> bool:
    """Is there anything where the database is to be?"""
    return _door(database).is_there()


def is_older(database: str | Path) -> bool:
    """Is it of an older version, which is brought up to date when it is opened? StoreError."""
    return _door(database).is_older()


@contextmanager
def listed(database: str | Path) -> Iterator[Lists]:
    """The gym as it stands now, for an export; an older file is brought up to date first. StoreError."""
    with opened(database, found=True), _door(database).lists() as lists:
        yield lists


def audit(database: str | Path) -> AbstractContextManager[Audit]:
    """What the tables say at one moment, for `verify`; StoreError where there is no gym."""
    return _door(database).audit()


def back_up(database: str | Path, file: Path, go_on: GoOn = lambda _, __: True) -> int:
    """Copies the gym to `file`, whole or not at all, beside servers that go on; gives the journal's newest row.

    `go_on` is asked with how much of how much is done. StoreError.
    """
    return _door(database).back_up(file, go_on)


def last_backup(database: str | Path) -> int | None:
    """When (ms) the gym was copied last; None where it never was. StoreError."""
    return _door(database).last_backup()


def copy(source: str | Path, target: str | Path, go_on: GoOn = lambda _, __: True) -> int:
    """Copies a gym that nobody serves into another database, which is made where there is none, all of it or nothing;
    gives the journal's newest row. StoreError where the target has something that would be lost."""
    with opened(source, found=True):  # brought up to date
        begin(target)
    with opened(target):
        pass
    with _door(source).tables() as read, _door(target).tables() as written:
        return copying.copy(read, written, go_on)


def hints(database: str | Path, told: Callable[[], None]) -> AbstractContextManager[Callable[[], None]]:
    """`told` is called, from any thread, when another program may have written; what it gives is to be called once
    this one has. Only hints: some get lost, and where none are needed there are none."""
    return _door(database).hints(told)


def copies_itself(database: str | Path) -> bool:
    """Is it copied by `back_up`, of which `last_backup` knows? Else its own tools do it, and tell nobody here."""
    return _door(database).copies_itself


def put_back(file: Path, database: str | Path, go_on: GoOn = lambda _, __: True) -> tuple[int, Path | None]:
    """Puts a backup in the place of the database; gives the journal's newest row, and where what was there is now.

    StoreError, and nothing has changed, where anybody has the database open.
    """
    return _door(database).put_back(file, go_on)


def _door(database: str | Path) -> Door:
    if database_url.is_url(str(database)):
        return _postgres(str(database))
    return SqliteDoor(Path(str(database).removeprefix("sqlite://")))


def _postgres(url: str) -> Door:
    try:
        from server.store.postgres.door import PostgresDoor  # noqa: PLC0415  few have its library
    except ModuleNotFoundError as error:
        if error.name != "psycopg":
            raise
        raise StoreError("PostgreSQL needs a library: please run `pip install 'gymtui[postgres]'`.") from error
    return PostgresDoor(*database_url.gym_of(url))
