"""The tables of the SQLite store as the first version made them; `schema` has what became of them since."""

from __future__ import annotations

from typing import Final

FIRST: Final = """
CREATE TABLE gym (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    schema_version INTEGER NOT NULL,
    epoch TEXT NOT NULL,
    last_seq INTEGER NOT NULL,
    currently_in INTEGER NOT NULL,
    users_version INTEGER NOT NULL,
    gym BLOB NOT NULL
) STRICT;

-- A row is also the record of its command: what was asked (kind, digest, user) and, where it was refused, the error.
CREATE TABLE journal (
    seq INTEGER PRIMARY KEY,
    type TEXT NOT NULL,
    payload BLOB NOT NULL,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    user TEXT NOT NULL,
    command_id TEXT UNIQUE,
    digest BLOB NOT NULL,
    error BLOB
) STRICT;

CREATE TABLE members (
    id TEXT PRIMARY KEY,
    membership_number TEXT UNIQUE,
    seq INTEGER NOT NULL,
    member BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX members_by_seq ON members (seq);

CREATE TABLE words (
    word TEXT NOT NULL,
    member_id TEXT NOT NULL,
    PRIMARY KEY (word, member_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX words_by_member ON words (member_id);

CREATE TABLE visits (
    id TEXT PRIMARY KEY,
    member_id TEXT NOT NULL REFERENCES members (id),
    check_in_at INTEGER NOT NULL,
    check_out_at INTEGER,
    check_out_command TEXT,
    punched INTEGER NOT NULL,
    notes TEXT,
    event BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX one_open_visit ON visits (member_id) WHERE check_out_at IS NULL;
CREATE INDEX visits_present ON visits (check_in_at, id) WHERE check_out_at IS NULL;
CREATE INDEX visits_by_time ON visits (check_in_at, id);
CREATE INDEX visits_by_member ON visits (member_id, check_in_at);

-- The counters of each hour on the gym's own wall, moved with every change and always equal to a recount of the visits.
CREATE TABLE hours (
    hour TEXT PRIMARY KEY,
    check_ins INTEGER NOT NULL,
    stays INTEGER NOT NULL,
    stay INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
    name TEXT PRIMARY KEY,
    role TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    pin_hash TEXT,
    disabled INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE logins (
    sid TEXT PRIMARY KEY,
    user TEXT NOT NULL REFERENCES users (name),
    current BLOB NOT NULL,
    previous BLOB,
    rotated_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE signing_keys (
    kid TEXT PRIMARY KEY,
    key BLOB NOT NULL,
    made_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
"""
