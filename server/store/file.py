"""The file under the SQLite store: is it ours, is it of today, can it be used at all?"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from gymtui import clock
from gymtui.codec import encode
from gymtui.protocol import Gym, Policy
from server.store import StoreError
from server.store.schema import APPLICATION_ID, MIGRATIONS, SCHEMA_VERSION

MAGIC = b"SQLite format 3\x00"  # how every file of SQLite begins


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Whatever keeps a file from being opened, as a StoreError with a sentence."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        sentence = f"{path} cannot be used ({error}): please check its folder, its rights and the disk."
        raise StoreError(sentence) from error
    except OSError as error:
        sentence = f"{path} cannot be used ({error.strerror}): please name another file with --database."
        raise StoreError(sentence) from error


def refuse_other_files(path: Path) -> None:
    """A database of another program, or no database at all, is left as it is: StoreError."""
    if not path.exists() or path.stat().st_size == 0:
        return
    with path.open("rb") as file:  # SQLite itself takes a very short file for an empty one, and writes over it
        if file.read(len(MAGIC)) != MAGIC:
            raise StoreError(f"{path} is not a database of gymtui: please name another file with --database.")
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as db:
        found = db.execute("PRAGMA application_id").fetchone()[0]
        tables = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if found != APPLICATION_ID and tables:
        raise StoreError(f"{path} is a database of another program: please name another file with --database.")


def connect(path: Path, patience: float) -> sqlite3.Connection:
    """A connection that commits only to the disk itself; it waits `patience` seconds for another program's lock."""
    if not path.exists():
        path.touch(mode=0o600)  # it has the keys that sign tokens; the log beside it is made with the same rights
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=patience, cached_statements=256)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA cache_size = -32768")  # 32 MiB: the directory of a large club stays in memory
    return db


def migrate(db: sqlite3.Connection, path: Path, at: int) -> None:
    """Brings the tables up to date; in a new file, founds a gym at `at` (ms). All of it or nothing."""
    db.execute("BEGIN IMMEDIATE")  # two programs that start at once: the second waits, and finds it done
    try:
        version = _version(db)
        if version > SCHEMA_VERSION:
            raise StoreError(f"{path} was made by a newer gymtui: please update this one.")
        for script in MIGRATIONS[version:]:
            for statement in script.split(";\n"):
                db.execute(statement)
        if version == 0:
            _found(db, at)
        db.execute("UPDATE gym SET schema_version = ?", (SCHEMA_VERSION,))
        db.execute("COMMIT")
    except BaseException:
        db.execute("ROLLBACK")
        raise


def _version(db: sqlite3.Connection) -> int:
    if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'gym'").fetchone() is None:
        return 0
    version: int = db.execute("SELECT schema_version FROM gym").fetchone()[0]
    return version


def _found(db: sqlite3.Connection, at: int) -> None:
    """A new gym: its first row of the journal says what it is called until somebody says otherwise."""
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    gym = Gym(name="Gym", timezone="UTC", capacity=None, policy=Policy(), seq=1)
    db.execute("INSERT INTO gym VALUES (1, 0, ?, 1, 0, 1, ?)", (clock.new_id(at), encode(gym)))
    db.execute("INSERT INTO journal VALUES (1, ?, ?, ?, 'found', '', NULL, x'', NULL)", (gym.type, encode(gym), at))
    db.execute("INSERT INTO signing_keys VALUES (?, ?, ?)", (secrets.token_hex(4), secrets.token_bytes(32), at))
