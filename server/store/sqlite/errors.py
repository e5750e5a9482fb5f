"""What goes wrong with a database file, as sentences with a next step."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from server.store import StoreError, StoreUnavailable, TooLong

DAMAGE: Final = "it is damaged, please restore a backup with `gymtui admin restore FILE`"
RIGHTS: Final = "please check its folder, its rights and whether the disk may be written"
TOO_LONG: Final = "That takes the server too long: please ask for less."
DAMAGED: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
STEPS: Final = {
    sqlite3.SQLITE_FULL: "please free some space on the disk",
    sqlite3.SQLITE_BUSY: "please end the program that keeps it locked",
    sqlite3.SQLITE_LOCKED: "please end the program that keeps it locked",
    sqlite3.SQLITE_READONLY: RIGHTS,
    sqlite3.SQLITE_CANTOPEN: RIGHTS,
    sqlite3.SQLITE_IOERR: "please check the disk",
    **dict.fromkeys(DAMAGED, DAMAGE),
}


@contextmanager
def as_store_errors(path: Path) -> Iterator[None]:
    """Whatever keeps a file from being opened, as a StoreError with a sentence."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise StoreError(f"{path} cannot be used ({error}): {next_step(error)}.") from error
    except PermissionError as error:
        raise StoreError(f"{path} cannot be used ({error.strerror}): {RIGHTS}.") from error
    except BrokenPipeError:  # of whoever read what was printed meanwhile
        raise
    except OSError as error:
        raise StoreError(f"{path} cannot be used ({error.strerror}): please name another file.") from error


class DiskGuard:
    """Around all that is done with an open database: what the disk will not do is a StoreUnavailable with a sentence.

    `damage` is that sentence once the file was seen to be damaged: nothing makes it whole while it is open.
    """

    damage: str | None = None

    @contextmanager
    def __call__(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            is_damaged = code_of(error) in DAMAGED
            if not is_damaged and not isinstance(error, sqlite3.OperationalError):
                raise
            if code_of(error) == sqlite3.SQLITE_INTERRUPT:
                raise TooLong(TOO_LONG) from error
            sentence = f"The server cannot use its database just now ({error}): {next_step(error)}."
            if is_damaged:
                self.damage = sentence
            raise StoreUnavailable(sentence) from error


def next_step(error: sqlite3.Error) -> str:
    """What somebody can do about it."""
    if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_IOERR_SHMSIZE:  # no room for the index of the log
        return STEPS[sqlite3.SQLITE_FULL]
    return STEPS.get(code_of(error), "please check its folder, its rights and the disk")


def code_of(error: sqlite3.Error) -> int:
    """SQLite's code, without what tells kinds of one code apart; 0 where the error is not SQLite's own."""
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF
