"""For tests about the SQLite file itself: a look behind the store that no other engine could give."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from server.store import Store
from server.store.sqlite.store import SqliteStore

# What takes each migration back, from the first on.
UNDONE: Final[tuple[tuple[str, ...], ...]] = (
    (),
    ("ALTER TABLE gym DROP COLUMN is_copy",),
    (),
    ("DROP INDEX journal_told_late",),
    (),
    ("ALTER TABLE gym DROP COLUMN gym_id",),
    ("DROP TABLE card_key",),
    (),
    ("DROP TABLE cards",),
    ("DROP TABLE leftovers",),
    (),
    ("DROP INDEX members_by_external_id", "ALTER TABLE members DROP COLUMN external_id"),
    (
        *(f"ALTER TABLE journal DROP COLUMN {column}" for column in ("salt", "commitment", "seal", "link")),
        *(f"ALTER TABLE gym DROP COLUMN {column}" for column in ("link", "link_before")),
        "DROP TABLE erased",
        "DROP TABLE merges",
    ),
    ("CREATE INDEX words_by_member ON words (member_id)",),
    ("DROP TABLE imported",),
    ("ALTER TABLE gym DROP COLUMN late_from", "ALTER TABLE gym DROP COLUMN late_until"),
    ("DROP INDEX journal_roll_calls",),
    tuple(f"ALTER TABLE gym DROP COLUMN gone_{column}" for column in ("check_ins", "stays", "stay")),
    ("DROP TABLE devices",),
    ("DROP TABLE accesses",),
    ("DROP INDEX journal_refusals",),
    ("DROP TABLE heard", "DROP TABLE served"),
    ("ALTER TABLE gym DROP COLUMN backed_up_at",),
    (
        *(f"DROP TABLE {table}" for table in ("issued", "issued_ended", "refresh_key")),
        "ALTER TABLE gym DROP COLUMN issued_until",
    ),
    ("DROP TABLE pin_tries",),
    (
        "ALTER TABLE logins DROP COLUMN device",
        "CREATE TABLE before (digest BLOB PRIMARY KEY, user TEXT NOT NULL, used_at INTEGER NOT NULL) STRICT",
        "INSERT OR REPLACE INTO before SELECT digest, user, used_at FROM devices ORDER BY used_at",
        "DROP TABLE devices",
        "ALTER TABLE before RENAME TO devices",
        "CREATE TABLE before (desk TEXT NOT NULL, since INTEGER NOT NULL, user TEXT NOT NULL, until INTEGER, "
        "served INTEGER NOT NULL, PRIMARY KEY (desk, since, user)) STRICT, WITHOUT ROWID",
        "INSERT OR IGNORE INTO before SELECT desk, since, user, until, served FROM heard",
        "DROP TABLE heard",
        "ALTER TABLE before RENAME TO heard",
    ),
    (
        "ALTER TABLE accesses DROP COLUMN link",
        *(f"ALTER TABLE gym DROP COLUMN {column}" for column in ("access_link", "access_link_before")),
    ),
    (),
    ("DROP INDEX refusals_by_time", "CREATE INDEX journal_refusals ON journal (at) WHERE type = 'refusal'"),
    ("DROP INDEX journal_visits",),
    ("DROP INDEX members_guests",),
    ("ALTER TABLE heard DROP COLUMN goodbye",),
    ("DROP INDEX journal_members",),
)

# The same of a desk's own copy.
UNDONE_AT_A_DESK: Final[tuple[tuple[str, ...], ...]] = (
    (),
    ("DROP TABLE undoable",),
    ("DROP INDEX outbox_by_settlement", "ALTER TABLE outbox DROP COLUMN settled_at"),
    ("ALTER TABLE members ADD COLUMN words TEXT",),
    (),
    tuple(f"ALTER TABLE desk DROP COLUMN {column}" for column in ("gym_id", "url", "name")),
    (),
    (),
    ("ALTER TABLE desk DROP COLUMN known_time",),
    (
        "DROP TABLE cards",
        "DROP TABLE shapes",
        "ALTER TABLE members ADD COLUMN number TEXT",
        "CREATE INDEX members_by_number ON members (number) WHERE deleted = 0",
    ),
    ("DROP TABLE leftovers",),
    (),
    ("DROP TABLE roll_calls",),
    ("DROP TABLE notices", "DROP TABLE read_notices"),
    ("ALTER TABLE desk DROP COLUMN hidden",),
)


def connection_of(store: Store) -> sqlite3.Connection:
    """The connection that the store writes with."""
    assert isinstance(store, SqliteStore)
    return store._writer._db


def reader_of(store: Store) -> sqlite3.Connection:
    """The connection that answers its queries."""
    assert isinstance(store, SqliteStore)
    return store._reader


def age(store: Store, version: int) -> None:
    """Makes the file what it was in that version, as far as a test of its migrations needs."""
    for undone in reversed(UNDONE[version:]):
        for statement in undone:
            connection_of(store).execute(statement)
    connection_of(store).execute("UPDATE gym SET schema_version = ?", (version,))


def age_copy(path: Path, version: int) -> None:
    """Makes a desk's copy, which nobody has open, what it was in that version."""
    with closing(sqlite3.connect(path)) as db:
        for statement in (one for undone in reversed(UNDONE_AT_A_DESK[version:]) for one in undone):
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {version}")
        db.commit()


def hold(path: Path) -> sqlite3.Connection:
    """Another program that is writing and does not end."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return other
