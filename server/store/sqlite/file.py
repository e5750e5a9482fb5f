"""The file under the SQLite store: is it ours, is it of today, can it be used at all?"""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from gymtui import sqlite_file
from server.store import Room, StoreError
from server.store.sql import accesses, chain
from server.store.sql.founding import found
from server.store.sqlite.errors import DAMAGE, as_store_errors
from server.store.sqlite.schema import ACCESSES_CHAINED, APPLICATION_ID, CHAINED, MIGRATIONS, SCHEMA_VERSION

log = logging.getLogger(__name__)


def lock(path: Path, *, alone: bool = False) -> int:
    """Says that the database is in use until the file descriptor that comes back is closed; `alone`: by nobody else.

    StoreError where that cannot be. Everybody may read the lock's file: an operator may have come before the account
    that serves.
    """
    name = Path(f"{path}-lock")
    try:
        return sqlite_file.lock(name, shared=not alone, mode=0o644)
    except PermissionError as error:
        raise StoreError(
            f"{name} cannot be opened ({error.strerror}): please check whose it is, and its folder."
        ) from error
    except BlockingIOError as error:
        if alone:
            raise StoreError(f"{path} is in use: please stop the server, and what else has it open, first.") from error
        raise StoreError(f"{path} is just being replaced by a backup: please try again in a moment.") from error


def turn(path: Path) -> int:
    """The file whose lock is the place at the head of those who wait to write; open until it is closed."""
    return os.open(Path(f"{path}-turn"), os.O_RDONLY | os.O_CREAT, 0o644)


def existing(path: Path) -> Path:
    """The path, where there is a gym at all; else StoreError."""
    with as_store_errors(path):
        if not path.exists() or path.stat().st_size == 0:
            raise StoreError(f"There is no gym in {path}: please name another file.")
        refuse_other_files(path)
        with closing(open_to_read(path)) as db:
            _refuse_newer(db, path)
    return path


def is_older(path: Path) -> bool:
    """Is the gym there of a version that is brought up to date when it is opened? StoreError."""
    with as_store_errors(existing(path)), closing(open_to_read(path)) as db:
        return _refuse_newer(db, path) < SCHEMA_VERSION


def refuse_other_files(path: Path) -> None:
    """A database of another program, or no database at all, is left as it is: StoreError."""
    if not path.exists() or path.stat().st_size == 0:
        return
    if sqlite_file.is_other_file(path):
        raise StoreError(f"{path} is not a database of gymtui: please name another file.")
    with closing(open_to_read(path)) as db:
        is_foreign = sqlite_file.is_foreign(db, APPLICATION_ID)
    if is_foreign:
        raise StoreError(f"{path} is a database of another program: please name another file.")


def open_to_read(path: Path) -> sqlite3.Connection:
    """A connection that changes nothing in the gym. SQLite makes its log beside one that nobody has open, so the folder
    has to be one that may be written; a backup has no log, and needs no more than the right to read."""
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)


def connect(path: Path, patience: float) -> sqlite3.Connection:
    """A connection that commits only to the disk itself; it waits `patience` seconds for another program's lock."""
    sqlite_file.make_private(path)  # it has the keys that sign tokens
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=patience, cached_statements=256)
    sqlite_file.log_ahead(db)
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA cache_size = -32768")  # 32 MiB: the directory of a large club stays in memory
    return db


def room_of(path: Path) -> Room:
    """Bytes of the file and of its log, and free on their disk. By their names: to open and close the file would end
    SQLite's own locks of it."""
    log = path.with_name(f"{path.name}-wal")
    with as_store_errors(path):
        return Room(path.stat().st_size, log.stat().st_size if log.exists() else 0, shutil.disk_usage(path.parent).free)


def migrate(db: sqlite3.Connection, path: Path, at: int) -> None:
    """Brings the tables up to date; in a new file, founds a gym at `at` (ms). All of it or nothing."""
    db.execute("BEGIN IMMEDIATE")  # two programs that start at once: the second waits, and finds it done
    try:
        version = _refuse_newer(db, path)
        if 0 < version < SCHEMA_VERSION:
            log.info("%s is brought up to date: that of a million members takes a minute.", path)
        sqlite_file.migrate(db, MIGRATIONS[version:])
        if version == 0:
            db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            found(db, at)
        if version < CHAINED <= SCHEMA_VERSION:
            chain.chain(db)
        if version < ACCESSES_CHAINED <= SCHEMA_VERSION:
            accesses.chain(db)
        if version < SCHEMA_VERSION:  # a file of today is only read
            db.execute("UPDATE gym SET schema_version = ?", (SCHEMA_VERSION,))
        db.execute("COMMIT")
    except BaseException:
        db.execute("ROLLBACK")
        raise


def _refuse_newer(db: sqlite3.Connection, path: Path) -> int:
    """The version of the file; StoreError where it is one that this program does not know."""
    version = _version(db)
    if version is None:
        raise StoreError(f"{path} cannot be used (the row of the gym is missing): {DAMAGE}.")
    if version > SCHEMA_VERSION:
        raise StoreError(f"{path} was made by a newer gymtui: please update this one.")
    return version


def refuse_older(db: sqlite3.Connection, path: Path) -> None:
    """What is not of today is not told from what is damaged: StoreError for a file of an older version."""
    if 0 < (_version(db) or 0) < SCHEMA_VERSION:
        step = f"`gymtui admin gym show --database {path}` brings it up to date, and then it can be looked at"
        raise StoreError(f"{path} was made by an older gymtui: {step}.")


def _version(db: sqlite3.Connection) -> int | None:
    if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'gym'").fetchone() is None:
        return 0
    version: int | None = db.execute("SELECT max(schema_version) FROM gym").fetchone()[0]
    return version
