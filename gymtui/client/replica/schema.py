"""The file that a desk's own copy is kept in, and how to write to it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from gymtui import sqlite_file
from gymtui.codec import Unreadable
from gymtui.errors import GymError
from gymtui.unreadable import UNREADABLE

APPLICATION_ID: Final = 0x67796D31  # "gym1"
BUSY: Final = 5.0  # seconds to wait for another program that has the file

Told = Callable[[int, int], None]  # how many members of how many have been read to bring the file up to date

# One script a version: a file is brought from the one it has to the last. The index of words says what follows from the
# members: the newest version that changes it fills it, once, and sorted, which is what a million members wait for.
VERSIONS: Final = (
    """
CREATE TABLE desk (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    epoch TEXT NOT NULL, seq INTEGER NOT NULL,
    after_seq INTEGER NOT NULL, complete INTEGER NOT NULL,
    gym BLOB, stats BLOB
);
INSERT INTO desk VALUES (1, '', 0, 0, 0, NULL, NULL);

CREATE TABLE members (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, number TEXT, words TEXT NOT NULL,
    seq INTEGER NOT NULL, visits_seq INTEGER NOT NULL, visits_left INTEGER,
    stale INTEGER NOT NULL, deleted INTEGER NOT NULL, body BLOB NOT NULL
);
CREATE INDEX members_by_number ON members (number) WHERE deleted = 0;
CREATE TABLE words (word TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (word, n)) WITHOUT ROWID;

CREATE TABLE visits (
    id TEXT PRIMARY KEY, member_id TEXT NOT NULL, since INTEGER NOT NULL, event BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX visits_by_member ON visits (member_id, since);
CREATE TABLE recent (seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, event BLOB NOT NULL);

CREATE TABLE outbox (
    n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, payload BLOB NOT NULL,
    member_id TEXT, at INTEGER NOT NULL, state TEXT NOT NULL, reason TEXT
);
""",
    """
CREATE TABLE undoable (
    n INTEGER PRIMARY KEY AUTOINCREMENT, command_id TEXT NOT NULL UNIQUE, member BLOB NOT NULL, since INTEGER,
    undone_by TEXT
);
""",
    """
ALTER TABLE outbox ADD COLUMN settled_at INTEGER;
CREATE INDEX outbox_by_settlement ON outbox (settled_at) WHERE settled_at IS NOT NULL;
""",
    "ALTER TABLE members DROP COLUMN words;",
    "",  # from here on phones are in the index
    """
ALTER TABLE desk ADD COLUMN gym_id TEXT;
ALTER TABLE desk ADD COLUMN url TEXT;
ALTER TABLE desk ADD COLUMN name TEXT;
""",
    """
UPDATE recent SET event = CAST(json_set(CAST(event AS TEXT), '$.message', 'Nobody here has that number.') AS BLOB)
WHERE kind = 'refusal' AND instr(event, CAST('"message":"Nobody here has the number ' AS BLOB));
""",
    "",  # and the spellings of a name
    """
ALTER TABLE desk ADD COLUMN known_time INTEGER NOT NULL DEFAULT 0;
UPDATE desk SET known_time = coalesce(strftime('%s', json_extract(CAST(stats AS TEXT), '$.as_of')) * 1000, 0)
WHERE json_valid(CAST(stats AS TEXT));
""",
    """
DROP INDEX members_by_number;
ALTER TABLE members DROP COLUMN number;
CREATE TABLE cards (
    key TEXT NOT NULL, n INTEGER NOT NULL, code TEXT NOT NULL, PRIMARY KEY (key, n, code)
) WITHOUT ROWID;
INSERT INTO cards SELECT value ->> 0, n, value ->> 1 FROM members, json_each(card_entries(body));
CREATE TABLE shapes (shape TEXT PRIMARY KEY) WITHOUT ROWID;
INSERT INTO shapes SELECT DISTINCT shape(code) FROM cards;
""",
    """
CREATE TABLE leftovers (rest TEXT NOT NULL, word TEXT NOT NULL, PRIMARY KEY (rest, word)) WITHOUT ROWID;
""",
    """
DELETE FROM words;
INSERT INTO words SELECT value, n FROM members, json_each(index_words(body)) ORDER BY 1, 2;
DELETE FROM leftovers;
INSERT INTO leftovers SELECT value, named FROM (
    SELECT DISTINCT ltrim(substr(word, 1, instr(word, ' ') - 1), ',') AS named FROM words WHERE word NOT GLOB '[#~]*'
), json_each(leftovers(named)) ORDER BY 1, 2;
""",
    "CREATE TABLE roll_calls (command_id TEXT PRIMARY KEY, at INTEGER NOT NULL, event BLOB NOT NULL) WITHOUT ROWID;",
    """
CREATE TABLE notices (id TEXT PRIMARY KEY, seq INTEGER NOT NULL, event BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE read_notices (user TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (user, id)) WITHOUT ROWID;
INSERT INTO notices
SELECT json_extract(CAST(event AS TEXT), '$.id'), seq, event FROM recent WHERE kind = 'notification';
""",
    """
ALTER TABLE desk ADD COLUMN hidden TEXT NOT NULL DEFAULT '';
UPDATE members SET body = CAST(json_remove(CAST(body AS TEXT), '$.phone', '$.email', '$.birth_date', '$.home_location',
    '$.notes', '$.alerts', '$.acknowledged', '$.plan', '$.hours', '$.cards', '$.external_id') AS BLOB)
WHERE deleted;
""",
)


class ReplicaError(GymError):
    """The desk's own copy cannot be opened or written."""


class ReplicaInUse(ReplicaError):
    """Another program has it open."""


def hold(path: str | Path) -> int | None:
    """One program a file, until the descriptor that comes back is closed: two on one outbox would send it twice.

    ReplicaInUse where it is taken; None for a file in memory, which nobody else can see.
    """
    if str(path) == sqlite_file.MEMORY:
        return None
    lock = Path(path).with_suffix(".lock")
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        return sqlite_file.lock(lock)
    except BlockingIOError as error:
        raise ReplicaInUse(f"{path} is open in another program: please use that one, or end it.") from error
    except OSError as error:
        raise _unusable(lock, error) from error


def open_file(path: str | Path, told: Told) -> sqlite3.Connection:
    """The file, made or brought up to date where it has to be; ReplicaError where it is not ours or cannot be had."""
    try:
        if str(path) != sqlite_file.MEMORY:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            if sqlite_file.is_other_file(Path(path)):
                raise ReplicaError(f"{path} is no copy of a desk, or is damaged: please move it away.")
            sqlite_file.make_private(Path(path))
        db = sqlite3.connect(path, timeout=BUSY, isolation_level=None)
        try:
            _prepare(db, path, told)
        except BaseException:
            db.close()
            raise
    except (OSError, sqlite3.OperationalError) as error:
        raise _unusable(path, error) from error
    except sqlite3.DatabaseError as error:
        raise ReplicaError(f"{path} is no copy of a desk, or is damaged: please move it away.") from error
    return db


def _unusable(path: str | Path, error: Exception) -> ReplicaError:
    cause = sqlite_file.cause(error)
    return ReplicaError(f"{path} cannot be used: {cause}. Please check the folder, its rights and the disk.")


def _prepare(db: sqlite3.Connection, path: str | Path, told: Told) -> None:
    if sqlite_file.is_foreign(db, APPLICATION_ID):
        raise ReplicaError(f"{path} belongs to another program: please give another path.")
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version > len(VERSIONS):
        raise ReplicaError(f"{path} was written by a newer version of this program: please update.")
    sqlite_file.log_ahead(db)
    db.execute("PRAGMA cache_size = -16000")
    if version < len(VERSIONS):
        db.execute("BEGIN IMMEDIATE")
        with db:
            members = db.execute("SELECT count(*) FROM members").fetchone()[0] if version else 0
            sqlite_file.migrate(db, VERSIONS[version:], lambda read: told(read, members))
            db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            db.execute(f"PRAGMA user_version = {len(VERSIONS)}")
    db.execute("PRAGMA temp_store = MEMORY")  # from here on: to sort the index of a million members takes a disk


@contextmanager
def reading() -> Iterator[None]:
    """ReplicaError where the disk does not give what is asked for, or gives something else."""
    try:
        yield
    except (sqlite3.Error, *UNREADABLE, Unreadable) as error:
        raise ReplicaError(
            f"This desk cannot read its own copy: {sqlite_file.cause(error)}. Please check the disk."
        ) from error


@reading()
def write_over(db: sqlite3.Connection) -> None:
    """What was taken out of the file is not in the log beside it either."""
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


@contextmanager
def transaction(db: sqlite3.Connection, *, durable: bool = False) -> Iterator[None]:
    """All or nothing; on disk when it returns, whatever happens to the power, if `durable`. ReplicaError where the disk
    does not take it."""
    try:
        db.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
        db.execute("BEGIN IMMEDIATE")
        try:
            yield
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
    except sqlite3.Error as error:
        raise ReplicaError(
            f"This desk cannot write to its disk: {sqlite_file.cause(error)}. Please free some space."
        ) from error
