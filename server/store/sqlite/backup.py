"""Backup and restore of a gym in a file: copied while its server runs, put in its place while none does.

A copy knows that it is one. The first server that serves it gives the journal a new epoch, so every desk notices that
what it has seen since then may not be there any more, and takes up the gym anew.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Final

from gymtui import clock
from gymtui.output import complain
from gymtui.private_file import PARTS, beside, put_in_place
from server.store.door import GoOn
from server.store.errors import BackupError, StoreError
from server.store.sqlite.errors import as_store_errors, code_of, next_step
from server.store.sqlite.file import existing, lock, migrate, open_to_read
from server.store.sqlite.shape import differences, programs

PAGES: Final = 500  # that are copied between two of these questions
NOTED_WITHIN: Final = 30.0  # seconds that another program's lock is waited for
BESIDE: Final = ("-wal", "-shm", "-journal")  # the files that a database may consist of beside its own


def back_up(database: Path, file: Path, go_on: GoOn) -> int:
    """Writes a copy of the gym to `file`, whole or not at all; gives the journal's newest row. StoreError."""
    existing(database)
    _refuse_to_replace(file, database)
    with _beside(file) as copy:
        seq = _copy(database, copy, file, go_on)
        with _written(file):
            put_in_place(copy, file)
    _note(database)
    return seq


def last_backup(database: Path) -> int | None:
    """When (ms) the gym was copied last; None where it never was. StoreError."""
    # Through SQLite alone, since a server asks that has the file open: see `make_private`.
    with as_store_errors(database), closing(open_to_read(database)) as db:
        at: int | None = db.execute("SELECT backed_up_at FROM gym").fetchone()[0]
    return at


def put_back(file: Path, database: Path, go_on: GoOn) -> tuple[int, Path | None]:
    """Puts a copy of `file` in the place of the database; gives the journal's newest row, and where the file is that
    was there. StoreError, and nothing has changed, where anybody has it open."""
    existing(file)
    with as_store_errors(database):
        if database.exists() and database.samefile(file):
            raise BackupError(f"{file} is the database itself: please name a backup of it.")
        database.parent.mkdir(parents=True, exist_ok=True)
        held = lock(database, alone=True)
    try:
        with _beside(database) as copy:
            seq = _copy(file, copy, database, go_on)
            _carry_erased(database, copy)
            with _written(database):
                _give_to_the_owner(copy, database)
                aside = _set_aside(database)
                put_in_place(copy, database)
    finally:
        os.close(held)
    return seq, aside


def _refuse_to_replace(file: Path, database: Path) -> None:
    """An older backup may be replaced; anything else, and any gym that was ever served, stays."""
    if file.name.endswith(PARTS):
        raise BackupError(f"{file} has a name that belongs to a database: please name another file.")
    with _written(file):
        if not file.exists():
            return
        if file.samefile(database):
            raise BackupError(f"{file} is the database itself: please name another file.")
    try:
        with as_store_errors(file), closing(open_to_read(existing(file))) as db:
            is_copy = db.execute("SELECT is_copy FROM gym").fetchone() == (1,)
    except StoreError as error:
        raise BackupError(f"{file} is there already, and is no backup: please name another file.") from error
    if not is_copy:
        raise BackupError(f"{file} is a gym's database, and no backup: please name another file.")


# --- copying -----------------------------------------------------------------------------------------------------


def _copy(source: Path, copy: Path, file: Path, go_on: GoOn) -> int:
    """All of `source`, as it is at one moment, in the empty file `copy`, which is to become `file`."""
    try:
        with closing(open_to_read(source)) as db, closing(sqlite3.connect(copy, isolation_level=None)) as made:
            made.execute("PRAGMA journal_mode = OFF")  # a copy counts when it is whole
            made.execute("PRAGMA synchronous = OFF")
            db.execute("BEGIN")
            db.execute("SELECT 1 FROM gym").fetchone()  # holds this moment: else each commit would start the copy anew
            db.backup(made, pages=PAGES, progress=lambda _, left, total: _look_up(go_on, total - left, total), sleep=0)
            made.execute("PRAGMA journal_mode = DELETE")  # one file, whole by itself
            found = made.execute("PRAGMA quick_check(1)").fetchone()[0]
            if found != "ok":
                raise BackupError(f"{source} is damaged ({found}): please use an older backup.")
            _refuse_strangers(source, programs(made))
            migrate(made, source, clock.now())
            _refuse_strangers(source, differences(made))
            # What a copy was copied from has noted it by itself.
            noted = "backed_up_at = CASE WHEN is_copy THEN backed_up_at ELSE ? END"
            made.execute(f"UPDATE gym SET {noted}, is_copy = 1", (clock.now(),))
            seq: int = made.execute("SELECT last_seq FROM gym").fetchone()[0]
    except sqlite3.Error as error:
        raise BackupError(f"{source} cannot be copied to {file} ({error}): {next_step(error)}.") from error
    return seq


def _refuse_strangers(source: Path, found: Iterable[str]) -> None:
    if first := next(iter(found), None):
        raise BackupError(f"{source} is not as gymtui makes a database ({first}): please use another backup.")


def _note(database: Path) -> None:
    """In the gym, when it was copied; one of an older version has no place for that yet."""
    try:
        with closing(sqlite3.connect(database, timeout=NOTED_WITHIN, isolation_level=None)) as db:
            db.execute("UPDATE gym SET backed_up_at = ?", (clock.now(),))
    except sqlite3.Error as error:
        if "no such column" not in str(error):
            complain(f"The backup is whole, but {database} cannot note that it was made ({error}): {next_step(error)}.")


def _carry_erased(database: Path, copy: Path) -> None:
    """Who was erased since the backup was made is noted in the copy too, to be erased there."""
    if not database.exists():
        return
    try:
        with closing(open_to_read(database)) as db:
            ids = db.execute("SELECT member_id FROM erased").fetchall()
    except sqlite3.Error as error:  # an older one, which has erased nobody; or one that is damaged
        if "no such table" not in str(error):
            complain(f"Who was erased since that backup cannot be read ({error}): please erase them again.")
        return
    with closing(sqlite3.connect(copy)) as made, made:
        made.executemany("INSERT OR IGNORE INTO erased VALUES (?)", ids)


def _look_up(go_on: GoOn, done: int, total: int) -> None:
    if not go_on(done, total):
        raise KeyboardInterrupt


# --- files -------------------------------------------------------------------------------------------------------


@contextmanager
def _written(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BackupError(f"{file} cannot be written ({error.strerror}): please name another file.") from error


@contextmanager
def _beside(file: Path) -> Iterator[Path]:
    """An empty file beside `file`; unless it has taken a place by the end, it goes, and what SQLite made beside it."""
    with ExitStack() as made:
        with _written(file):
            copy = made.enter_context(beside(file))
        try:
            yield copy
        finally:
            for end in BESIDE:
                Path(f"{copy}{end}").unlink(missing_ok=True)


def _give_to_the_owner(copy: Path, database: Path) -> None:
    """What root puts in the place of a gym has its owner: a server that is not root goes on with it."""
    if os.geteuid() == 0 and database.exists():
        status = database.stat()
        os.chown(copy, status.st_uid, status.st_gid)


def _set_aside(database: Path) -> Path | None:
    """Gives the database a second name, of this moment; None where there is none. The first goes on to be there, so
    that there is a gym at every instant."""
    if not database.exists():
        return None
    aside = database.with_name(f"{database.name}.{clock.to_text(clock.now()).replace(':', '-')}")
    _finish(database)
    for end in BESIDE:  # left behind they would be taken for the new file's
        if (left := Path(f"{database}{end}")).exists():
            left.rename(f"{aside}{end}")
    try:
        aside.hardlink_to(database)
    except OSError:  # a disk without second names, as of a stick or a shared folder
        with _beside(aside) as second:
            shutil.copyfile(database, second)
            put_in_place(second, aside)
    return aside


def _finish(database: Path) -> None:
    """Takes what the log has into the file. BackupError where another program has it open, one without our lock."""
    try:
        with closing(sqlite3.connect(database, timeout=1)) as db:
            db.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.DatabaseError as error:
        if code_of(error) == sqlite3.SQLITE_BUSY:
            raise BackupError(f"{database} is in use: please end what else has it open first.") from error
        complain(f"{database} is set aside as it is ({error}).")
