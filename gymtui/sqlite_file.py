"""What any SQLite file of ours needs: a lock, an owner, an application id, migrations that are all or nothing.

The desk's own copy (`gymtui.client.replica`) and the embedded store (`server.store.sqlite`) are such files. What their
tables mean, and in which words somebody is told that a file cannot be used, is theirs.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Final

from gymtui.cards.owned import card_entries_of
from gymtui.search.index import index_words_of, leftovers_of
from gymtui.unknown_card import shape

MAGIC: Final = b"SQLite format 3\0"  # how every file of SQLite begins
VERSION: Final = sqlite3.sqlite_version_info  # of the library itself
MEMORY: Final = ":memory:"  # a database that no other program can see


def lock(path: Path, *, shared: bool = False, mode: int = 0o600) -> int:
    """Holds the lock file at `path`, made where there is none, until the descriptor that comes back is closed.

    It is a file of its own beside the database: that one may be replaced under it. To read it is enough, so that
    whoever may not write it can still hold it. BlockingIOError where another program does; OSError where it cannot be
    opened at all.
    """
    held = os.open(path, os.O_RDONLY | os.O_CREAT, mode)
    try:
        fcntl.flock(held, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except OSError:
        os.close(held)
        raise
    return held


def make_private(path: Path) -> None:
    """An empty file where there is none, for its owner's eyes alone: SQLite makes its log with the same rights."""
    # One that is there is not even opened: POSIX lets go of all locks that a process has on a file as soon as it closes
    # any descriptor of that file, SQLite's own locks too, and another program would delete the log under this one.
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def is_other_file(path: Path) -> bool:
    """Is there something, and no database? SQLite itself takes a very short file for an empty one, and writes over it.
    OSError. Not while this process has it open: see `make_private`."""
    if not path.exists() or path.stat().st_size == 0:
        return False
    with path.open("rb") as file:
        return file.read(len(MAGIC)) != MAGIC


def log_ahead(db: sqlite3.Connection) -> None:
    """Switches to the write-ahead log: readers and the writer do not wait for each other. It writes to the file."""
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA secure_delete = ON").close()  # what is deleted is written over: somebody may have to be erased
    db.execute("PRAGMA fullfsync = ON")  # macOS: without it the disk itself may keep a commit for later


def is_foreign(db: sqlite3.Connection, application_id: int) -> bool:
    """Does the file have tables, and another program's application id or none?"""
    found: int = db.execute("PRAGMA application_id").fetchone()[0]
    tables: int = db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    return tables > 0 and found != application_id


def migrate(db: sqlite3.Connection, scripts: Iterable[str], read: Callable[[int], None] = lambda _: None) -> None:
    """Runs scripts, statement by statement, inside the transaction of the caller. `read` is told how many members have
    been read to fill their index anew: of a million, that takes most of half a minute. `index_words(member)`,
    `leftovers(word)`, `card_entries(member)` and `shape(code)` are known there.

    Not by `executescript`, which commits what is open before it begins: half a migration could stay.
    """
    so_far = count(1)

    def index_words(member: bytes) -> str:
        read(next(so_far))
        return index_words_of(member)

    db.create_function("index_words", 1, index_words, deterministic=True)
    db.create_function("leftovers", 1, leftovers_of, deterministic=True)
    db.create_function("card_entries", 1, card_entries_of, deterministic=True)
    db.create_function("shape", 1, shape, deterministic=True)
    for script in scripts:
        for statement in script.split(";\n"):
            db.execute(statement)


def cause(error: Exception) -> str:
    """What the library says, to be part of a sentence."""
    return str(error).rstrip(".")
