"""The tables of a gym in PostgreSQL: those of SQLite's today, in a schema of their own.

`MIGRATIONS[n]` takes a schema from version n to n + 1, forward only, inside one transaction. Texts are compared by
their code points, as everywhere else in the project, whatever the database's own order is.

No table is divided by months. The two that grow for ever could be, by their primary keys: `seq` goes with time, and so
does the id of a visit, a UUIDv7. docs/POSTGRESQL.md says how.
"""

from __future__ import annotations

from typing import Final

from server.store.postgres.speech import NUL, spoken
from server.store.sql.conflicts import TOLD_LATE
from server.store.sql.member_rows import GUEST

_TEXT: Final = 'text COLLATE "C"'
# What SQLite has by these names, as far as a statement asks for it: `instr` is whether, and not where. And `told`,
# which is what stands in what is kept encoded.
_FUNCTIONS: Final = f"""
CREATE FUNCTION instr(bytea, bytea) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT position($2 IN $1) > 0';
CREATE FUNCTION instr(text, text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT strpos($1, $2) > 0';
CREATE FUNCTION told(bytea) RETURNS json LANGUAGE sql STABLE AS
    $$SELECT replace(convert_from($1, 'UTF8'), '{NUL[0]}', '{NUL[1]}')::json$$;
CREATE FUNCTION iif(boolean, text, text) RETURNS text LANGUAGE sql IMMUTABLE
    AS 'SELECT CASE WHEN $1 THEN $2 ELSE $3 END';
CREATE FUNCTION max(bigint, bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT greatest($1, $2)';
CREATE FUNCTION json_each(text) RETURNS TABLE (key bigint, value text) LANGUAGE sql IMMUTABLE AS
    'SELECT place, one FROM json_array_elements_text($1::json) WITH ORDINALITY AS found (one, place)';
"""

# The row of `gym` is the gym's one counter: whoever writes holds it until its commit, so the rows of the journal come
# in the order of their numbers. A sequence would give numbers to commits that end in another order.
FIRST: Final = f"""
CREATE TABLE gym (
    id bigint PRIMARY KEY CHECK (id = 1),
    schema_version bigint NOT NULL,
    epoch text NOT NULL,
    last_seq bigint NOT NULL,
    currently_in bigint NOT NULL,
    users_version bigint NOT NULL,
    gym bytea NOT NULL,
    is_copy boolean NOT NULL DEFAULT FALSE,
    gym_id text,
    link bytea,
    link_before bytea,
    late_from bigint,
    late_until bigint,
    gone_check_ins bigint NOT NULL DEFAULT 0,
    gone_stays bigint NOT NULL DEFAULT 0,
    gone_stay bigint NOT NULL DEFAULT 0,
    backed_up_at bigint,
    issued_until bigint NOT NULL DEFAULT 0,
    access_link bytea,
    access_link_before bytea,
    touched bigint NOT NULL DEFAULT 0
);
CREATE TABLE journal (
    seq bigint PRIMARY KEY,
    type text NOT NULL,
    payload bytea NOT NULL,
    at bigint NOT NULL,
    kind text NOT NULL,
    "user" text NOT NULL,
    command_id text UNIQUE,
    digest bytea NOT NULL,
    error bytea,
    salt bytea,
    commitment bytea,
    seal bytea,
    link bytea
);
CREATE INDEX journal_told_late ON journal (at) WHERE {spoken(TOLD_LATE)};
CREATE INDEX journal_roll_calls ON journal (at) WHERE type = 'roll_call_update';
CREATE INDEX journal_refusals ON journal (at) WHERE type = 'refusal';
CREATE TABLE members (
    id {_TEXT} PRIMARY KEY,
    membership_number {_TEXT} UNIQUE,
    seq bigint NOT NULL,
    member bytea NOT NULL,
    external_id text
);
CREATE INDEX members_by_seq ON members (seq);
CREATE INDEX members_by_external_id ON members (external_id) WHERE external_id IS NOT NULL;
CREATE TABLE words (word {_TEXT} NOT NULL, member_id {_TEXT} NOT NULL, PRIMARY KEY (word, member_id));
CREATE TABLE leftovers (rest {_TEXT} NOT NULL, word {_TEXT} NOT NULL, PRIMARY KEY (rest, word));
CREATE TABLE cards (
    key {_TEXT} NOT NULL, code {_TEXT} NOT NULL, member_id {_TEXT} NOT NULL, PRIMARY KEY (key, code, member_id)
);
CREATE TABLE visits (
    id {_TEXT} PRIMARY KEY,
    member_id {_TEXT} NOT NULL REFERENCES members (id),
    check_in_at bigint NOT NULL,
    check_out_at bigint,
    check_out_command text,
    punched boolean NOT NULL,
    notes text,
    event bytea NOT NULL
);
CREATE UNIQUE INDEX one_open_visit ON visits (member_id) WHERE check_out_at IS NULL;
CREATE INDEX visits_present ON visits (check_in_at, id) WHERE check_out_at IS NULL;
CREATE INDEX visits_by_time ON visits (check_in_at, id);
CREATE INDEX visits_by_member ON visits (member_id, check_in_at);
CREATE TABLE hours (
    hour {_TEXT} PRIMARY KEY, check_ins bigint NOT NULL, stays bigint NOT NULL, stay bigint NOT NULL
);
CREATE TABLE users (
    name {_TEXT} PRIMARY KEY, role text NOT NULL, password_hash text NOT NULL, pin_hash text, disabled boolean NOT NULL
);
CREATE TABLE logins (
    sid text PRIMARY KEY,
    "user" {_TEXT} NOT NULL REFERENCES users (name),
    current bytea NOT NULL,
    previous bytea,
    rotated_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    device bytea
);
CREATE TABLE signing_keys (kid text PRIMARY KEY, key bytea NOT NULL, made_at bigint NOT NULL);
CREATE TABLE card_key (key bytea NOT NULL);
CREATE TABLE refresh_key (key bytea NOT NULL);
CREATE TABLE issued (
    id text PRIMARY KEY, "user" text NOT NULL, kid text NOT NULL, issued_at bigint NOT NULL, expires_at bigint NOT NULL
);
CREATE TABLE issued_ended ("user" text PRIMARY KEY, at bigint NOT NULL);
CREATE TABLE devices (digest bytea, "user" text, used_at bigint NOT NULL, PRIMARY KEY (digest, "user"));
CREATE TABLE pin_tries (
    asker text NOT NULL, manager text NOT NULL, count bigint NOT NULL, at bigint NOT NULL, PRIMARY KEY (asker, manager)
);
CREATE TABLE erased (member_id text PRIMARY KEY);
CREATE TABLE merges (gone text PRIMARY KEY, keep text NOT NULL, gone_was bytea NOT NULL, keep_was bytea NOT NULL);
CREATE TABLE imported (seq bigint PRIMARY KEY, number bigint NOT NULL, before bytea);
CREATE TABLE heard (
    desk text, device bytea, since bigint, "user" text, until bigint, served bigint NOT NULL,
    PRIMARY KEY (desk, device, since, "user")
);
CREATE TABLE served (since bigint PRIMARY KEY, until bigint NOT NULL);
CREATE TABLE accesses (
    id bigint PRIMARY KEY,
    at bigint NOT NULL,
    what text NOT NULL,
    who text NOT NULL,
    origin text NOT NULL,
    about text NOT NULL,
    outcome text NOT NULL,
    count bigint NOT NULL,
    link bytea
);
"""

# The refusals by when they were, which of those that a desk tells of afterwards is not when it told. An index needs to
# be promised that a text is read the same for ever.
_SECOND: Final = """
DROP INDEX journal_refusals;
CREATE FUNCTION happened(bytea) RETURNS text LANGUAGE sql IMMUTABLE AS
    $$SELECT substring(convert_from($1, 'UTF8') FROM '"at":"([^"]*)"')$$;
CREATE INDEX refusals_by_time ON journal ((happened(payload) COLLATE "C"), seq) WHERE type = 'refusal'
"""

# The visits among the rows, of which a snapshot tells the newest.
_THIRD: Final = "CREATE INDEX journal_visits ON journal (seq) WHERE type = 'check_in_update'"

# The guests among the members, whose places are counted.
_FOURTH: Final = f"CREATE INDEX members_guests ON members (seq) WHERE {spoken(GUEST)}"

# Where the database is in its own history: which cluster it is in, which database and which table of it, and the
# timeline, 8 hexadecimal digits, of which a standby that takes over begins a new one. NULL where it does not say.
# `place` is where the journal has its epoch from.
_FIFTH: Final = """
ALTER TABLE gym ADD COLUMN place text;
CREATE FUNCTION here() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN (
        SELECT concat_ws('.', system_identifier, pg_database.oid, to_regclass('gym')::oid,
            left(pg_walfile_name(pg_current_wal_lsn()), 8))
        FROM pg_control_system(), pg_database WHERE datname = current_database()
    );
EXCEPTION WHEN OTHERS THEN
    RETURN NULL;
END $$
"""

# Whether a desk left by itself, which was known to the server alone that it left.
_SIXTH: Final = "ALTER TABLE heard ADD COLUMN goodbye boolean NOT NULL DEFAULT FALSE"

# What servers tell each other: no log has it, no disk is waited for, and a crash of the database takes it along.
_SEVENTH: Final = """
CREATE UNLOGGED TABLE peers (
    id text PRIMARY KEY, at timestamptz NOT NULL, name text NOT NULL, served bigint NOT NULL, connections bytea NOT NULL
);
CREATE UNLOGGED TABLE turned_out (session text PRIMARY KEY, at timestamptz NOT NULL, message text NOT NULL);
CREATE UNLOGGED TABLE tries (slot bigint PRIMARY KEY, count bigint NOT NULL, at timestamptz NOT NULL)
"""

# The members among the rows, of which one's changes are looked for.
_EIGHTH: Final = "CREATE INDEX journal_members ON journal (seq) WHERE type = 'member_update'"

MIGRATIONS: Final = (_FUNCTIONS + FIRST, _SECOND, _THIRD, _FOURTH, _FIFTH, _SIXTH, _SEVENTH, _EIGHTH)
SCHEMA_VERSION: Final = len(MIGRATIONS)
