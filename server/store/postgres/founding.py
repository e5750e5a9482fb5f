"""The tables of a gym: made where there are none, and brought up to date where they are older."""

from __future__ import annotations

import secrets
from typing import Final

from server.store.errors import StoreError
from server.store.postgres.connection import Connection
from server.store.postgres.schema import MIGRATIONS, SCHEMA_VERSION
from server.store.sql import accesses, chain
from server.store.sql.founding import found

ONE_AT_A_TIME: Final = 0x67796D74  # the locks of whoever makes tables: "gymt"


def migrate(db: Connection, schema: str, at: int) -> None:
    """Brings the tables in a schema up to date; where there are none, founds a gym at `at` (ms). All of it or nothing.
    Whose tables are as they have to be waits for nobody."""
    if version_of(db, schema) == SCHEMA_VERSION:
        db.execute("SELECT 1 FROM gym FOR UPDATE SKIP LOCKED")  # where the database takes no changes, it says so here
        return
    db.execute("BEGIN")
    try:
        keep_to_oneself(db, schema)
        bring_up_to_date(db, schema, at)
        db.execute("COMMIT")
    except BaseException:
        if not db.is_lost:
            db.execute("ROLLBACK")
        raise


def keep_to_oneself(db: Connection, schema: str) -> None:
    """Until the end of the transaction nobody else makes tables there."""
    db.execute(f"SELECT pg_advisory_xact_lock({ONE_AT_A_TIME}, hashtext(?))", (schema,))


def bring_up_to_date(db: Connection, schema: str, at: int) -> None:
    """In the transaction of one who has the schema to itself. StoreError where its tables are newer than this."""
    version = version_of(db, schema)
    if version > SCHEMA_VERSION:
        raise StoreError("The database was made by a newer gymtui: please update this one.")
    if db.execute("SELECT to_regnamespace(?)", (schema,)).fetchone()[0] is None:
        db.script(f"CREATE SCHEMA {schema}")
    for script in MIGRATIONS[version:]:
        db.script(script)
    if version == 0:
        found_new(db, at)
    if version < SCHEMA_VERSION:
        db.execute("UPDATE gym SET schema_version = ?", (SCHEMA_VERSION,))


def found_new(db: Connection, at: int) -> None:
    """A new gym, in tables that are empty, with keys of its own; `at` is in ms."""
    found(db, at)
    chain.chain(db)
    accesses.chain(db)
    for table in ("card_key", "refresh_key"):
        db.execute(f"INSERT INTO {table} VALUES (?)", (secrets.token_bytes(32),))


def version_of(db: Connection, schema: str) -> int:
    """Of the tables; 0 where there are none."""
    if db.execute("SELECT to_regclass(?)", (f"{schema}.gym",)).fetchone()[0] is None:
        return 0
    version: int = db.execute(f"SELECT max(schema_version) FROM {schema}.gym").fetchone()[0]
    return version
