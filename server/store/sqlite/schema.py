"""The tables of the SQLite store, and how an older file becomes a newer one.

`MIGRATIONS[n]` takes a file from version n to n + 1, forward only, inside one transaction.
"""

from __future__ import annotations

from typing import Final

from server.store.sql.conflicts import TOLD_LATE
from server.store.sql.member_rows import GUEST
from server.store.sqlite.first_schema import FIRST

APPLICATION_ID: Final = 0x67796D74  # "gymt", in the header of the file: tells our databases from other people's

# `is_copy`: a copy of another file, and no server has served it yet; the first one gives its journal a name of its own.
_SECOND: Final = "ALTER TABLE gym ADD COLUMN is_copy INTEGER NOT NULL DEFAULT 0"

# The index of words says what follows from the members: the newest version that changes it fills it, once. Here it got
# an entry for each of a member's words that has the others in it too.
_THIRD: Final = ""

# The few rows that may tell of what a desk did alone: the only ones that are looked for by their time.
_FOURTH: Final = """
CREATE INDEX journal_told_late ON journal (at)
WHERE (type = 'refusal' OR type = 'check_in_update' AND instr(payload, CAST('"offline"' AS BLOB)))
"""

# The index has phones as they are dialled at home.
_FIFTH: Final = ""

# Which gym it is, in every copy of it: the name of its first journal. A desk that knows no other name knows that one.
_SIXTH: Final = "ALTER TABLE gym ADD COLUMN gym_id TEXT"  # NULL: it is still in that one

# Seals what the journal says of unknown cards; and what it has said of them in full until now is taken back.
_SEVENTH: Final = """
CREATE TABLE card_key (key BLOB NOT NULL) STRICT;
INSERT INTO card_key VALUES (randomblob(32));
UPDATE journal SET
    payload = CAST(json_set(CAST(payload AS TEXT), '$.message', 'Nobody here has that number.') AS BLOB),
    error = CAST(json_set(CAST(error AS TEXT), '$.message', 'Nobody here has that number.') AS BLOB)
WHERE type = 'refusal' AND instr(payload, CAST('"message":"Nobody here has the number ' AS BLOB))
"""

# The index has the spellings of a name, phones from their end, and names without blanks from each syllable on.
_EIGHTH: Final = ""

# By which canonical keys each card of a member is found, its membership number the first of them.
_NINTH: Final = """
CREATE TABLE cards (
    key TEXT NOT NULL,
    code TEXT NOT NULL,
    member_id TEXT NOT NULL,
    PRIMARY KEY (key, code, member_id)
) STRICT, WITHOUT ROWID;
INSERT INTO cards SELECT value ->> 0, value ->> 1, members.id FROM members, json_each(card_entries(member))
"""

# What may be left of each word of a name, once however many members have it.
_TENTH: Final = """
CREATE TABLE leftovers (rest TEXT NOT NULL, word TEXT NOT NULL, PRIMARY KEY (rest, word)) WITHOUT ROWID
"""

# The index has more spellings: `dj` for `đ`, letters of West Africa, names without blanks as one word. It is written
# sorted, from one end to the other: that is what a million members wait for.
_ELEVENTH: Final = """
DELETE FROM words;
INSERT INTO words SELECT value, members.id FROM members, json_each(index_words(member)) ORDER BY 1, 2;
DELETE FROM leftovers;
INSERT INTO leftovers SELECT value, named FROM (
    SELECT DISTINCT ltrim(substr(word, 1, instr(word, ' ') - 1), ',') AS named FROM words WHERE word NOT GLOB '[#~]*'
), json_each(leftovers(named)) ORDER BY 1, 2
"""

# What the program before called somebody: nobody has such an id yet.
_TWELFTH: Final = """
ALTER TABLE members ADD COLUMN external_id TEXT;
CREATE INDEX members_by_external_id ON members (external_id) WHERE external_id IS NOT NULL
"""

# Each row of the journal is linked to the one before it: `chain` does that to those that are there. `link` of the gym
# is the newest, `link_before` that of the last row that was trimmed. Who is in `erased` is erased in a backup too.
_THIRTEENTH: Final = """
ALTER TABLE journal ADD COLUMN salt BLOB;
ALTER TABLE journal ADD COLUMN commitment BLOB;
ALTER TABLE journal ADD COLUMN seal BLOB;
ALTER TABLE journal ADD COLUMN link BLOB;
ALTER TABLE gym ADD COLUMN link BLOB;
ALTER TABLE gym ADD COLUMN link_before BLOB;
CREATE TABLE erased (member_id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

-- Two records that were made one, as both were before.
CREATE TABLE merges (gone TEXT PRIMARY KEY, keep TEXT NOT NULL, gone_was BLOB NOT NULL, keep_was BLOB NOT NULL) STRICT
"""

# Nobody looks for the words of a member, and half of what an import wrote was this.
_FOURTEENTH: Final = "DROP INDEX words_by_member"

# Beside the rows that an import has written, by its number: who a member was before; NULL where there was nobody.
_FIFTEENTH: Final = """
CREATE TABLE imported (seq INTEGER PRIMARY KEY, number INTEGER NOT NULL, before BLOB) STRICT
"""

# The rows of the journal between which an import has written people whose words may not be in the index yet.
_SIXTEENTH: Final = """
ALTER TABLE gym ADD COLUMN late_from INTEGER;
ALTER TABLE gym ADD COLUMN late_until INTEGER
"""

# The steps of a roll-call, the few rows that whoever comes to it late has to be told.
_SEVENTEENTH: Final = "CREATE INDEX journal_roll_calls ON journal (at) WHERE type = 'roll_call_update'"

# What was counted of visits that retention has taken out.
_EIGHTEENTH: Final = """
ALTER TABLE gym ADD COLUMN gone_check_ins INTEGER NOT NULL DEFAULT 0;
ALTER TABLE gym ADD COLUMN gone_stays INTEGER NOT NULL DEFAULT 0;
ALTER TABLE gym ADD COLUMN gone_stay INTEGER NOT NULL DEFAULT 0
"""

# The desks that somebody has logged in at, by the digest of what each was given then, and who did so last.
_NINETEENTH: Final = """
CREATE TABLE devices (digest BLOB PRIMARY KEY, user TEXT NOT NULL, used_at INTEGER NOT NULL) STRICT, WITHOUT ROWID
"""

# What was done about who may come in, and who tried to: kept beside the journal, of which every desk is told.
_TWENTIETH: Final = """
CREATE TABLE accesses (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    what TEXT NOT NULL,
    who TEXT NOT NULL,
    origin TEXT NOT NULL,
    about TEXT NOT NULL,
    outcome TEXT NOT NULL,
    count INTEGER NOT NULL
) STRICT
"""

# The refusals, which the history is asked for: among all that is told late they are few.
_TWENTY_FIRST: Final = "CREATE INDEX journal_refusals ON journal (at) WHERE type = 'refusal'"

# When desks were connected, with the server that has heard of them; until when is NULL as long as nobody has seen one
# go. What was before, the journal tells: who gave commands at which desk, and when there was a server last.
_TWENTY_SECOND: Final = """
CREATE TABLE heard (
    desk TEXT NOT NULL,
    since INTEGER NOT NULL,
    user TEXT NOT NULL,
    until INTEGER,
    served INTEGER NOT NULL,
    PRIMARY KEY (desk, since, user)
) STRICT, WITHOUT ROWID;
CREATE TABLE served (since INTEGER PRIMARY KEY, until INTEGER NOT NULL) STRICT;
INSERT INTO heard SELECT desk, max(at), user, max(at), 0 FROM (
    SELECT CAST(payload AS TEXT) ->> '$.desk' AS desk, user, at FROM journal WHERE type = 'check_in_update'
) WHERE desk IS NOT NULL AND user != '' GROUP BY desk, user;
INSERT INTO served SELECT at, at FROM journal ORDER BY seq DESC LIMIT 1
"""

# When the gym was copied to a backup last; NULL: never, as far as it knows.
_TWENTY_THIRD: Final = "ALTER TABLE gym ADD COLUMN backed_up_at INTEGER"

# The tokens that were issued by hand; those from before there was a list are good where their user was not ended since.
# And by what refresh tokens are known: until now that was the oldest key that signs.
_TWENTY_FOURTH: Final = """
CREATE TABLE issued (
    id TEXT PRIMARY KEY,
    user TEXT NOT NULL,
    kid TEXT NOT NULL,
    issued_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE issued_ended (user TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
ALTER TABLE gym ADD COLUMN issued_until INTEGER NOT NULL DEFAULT 0;
UPDATE gym SET issued_until = CAST(strftime('%s') AS INTEGER) * 1000;
INSERT INTO issued_ended SELECT name, (SELECT issued_until FROM gym) FROM users WHERE disabled;
CREATE TABLE refresh_key (key BLOB NOT NULL) STRICT;
INSERT INTO refresh_key SELECT coalesce((SELECT key FROM signing_keys ORDER BY made_at LIMIT 1), randomblob(32))
"""

# Who has given how many wrong PINs for whose: a server that is started again goes on counting.
_TWENTY_FIFTH: Final = """
CREATE TABLE pin_tries (
    asker TEXT NOT NULL,
    manager TEXT NOT NULL,
    count INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (asker, manager)
) STRICT, WITHOUT ROWID
"""

# Which desk has proven to be that one, by the digest of its token: at a login, and in each time it was heard. What was
# before, nobody has proven. And who has logged in at a desk: until now the last one was known.
_TWENTY_SIXTH: Final = """
ALTER TABLE logins ADD COLUMN device BLOB;
ALTER TABLE devices RENAME TO devices_before;
CREATE TABLE devices (
    digest BLOB, user TEXT, used_at INTEGER NOT NULL, PRIMARY KEY (digest, user)
) STRICT, WITHOUT ROWID;
INSERT INTO devices SELECT digest, user, used_at FROM devices_before;
DROP TABLE devices_before;
ALTER TABLE heard RENAME TO heard_before;
CREATE TABLE heard (
    desk TEXT, device BLOB, since INTEGER, user TEXT, until INTEGER, served INTEGER NOT NULL,
    PRIMARY KEY (desk, device, since, user)
) STRICT, WITHOUT ROWID;
INSERT INTO heard SELECT desk, x'', since, user, until, served FROM heard_before;
DROP TABLE heard_before
"""

# The accesses are a chain too: `access_link` is the newest, `access_link_before` that of the last that was trimmed.
_TWENTY_SEVENTH: Final = """
ALTER TABLE accesses ADD COLUMN link BLOB;
ALTER TABLE gym ADD COLUMN access_link BLOB;
ALTER TABLE gym ADD COLUMN access_link_before BLOB
"""


# Among them what is said to have been earlier, and not by a desk that was alone.
_TWENTY_EIGHTH: Final = f"""
DROP INDEX journal_told_late;
CREATE INDEX journal_told_late ON journal (at) WHERE {TOLD_LATE}
"""
# The refusals by when they were, which of those that a desk tells of afterwards is not when it told.
_TWENTY_NINTH: Final = """
DROP INDEX journal_refusals;
CREATE INDEX refusals_by_time ON journal (CAST(payload AS TEXT) ->> '$.at', seq) WHERE type = 'refusal'
"""

# The visits among the rows: of a million people who were just imported, none is what a snapshot tells as the last news.
_THIRTIETH: Final = "CREATE INDEX journal_visits ON journal (seq) WHERE type = 'check_in_update'"

# Guests, whose places are counted while the writer waits: beside a million people who were just imported they are few.
_THIRTY_FIRST: Final = f"CREATE INDEX members_guests ON members (seq) WHERE {GUEST}"

# Whether a desk left by itself, which was known to the server alone that it left.
_THIRTY_SECOND: Final = "ALTER TABLE heard ADD COLUMN goodbye INTEGER NOT NULL DEFAULT FALSE"

# The members among the rows: who has changed one since is looked for while the writer waits, behind all the visits.
_THIRTY_THIRD: Final = "CREATE INDEX journal_members ON journal (seq) WHERE type = 'member_update'"

MIGRATIONS: Final = (
    *(FIRST, _SECOND, _THIRD, _FOURTH, _FIFTH, _SIXTH, _SEVENTH, _EIGHTH, _NINTH, _TENTH),
    *(_ELEVENTH, _TWELFTH, _THIRTEENTH, _FOURTEENTH, _FIFTEENTH, _SIXTEENTH, _SEVENTEENTH, _EIGHTEENTH, _NINETEENTH),
    *(_TWENTIETH, _TWENTY_FIRST, _TWENTY_SECOND, _TWENTY_THIRD, _TWENTY_FOURTH, _TWENTY_FIFTH, _TWENTY_SIXTH),
    *(_TWENTY_SEVENTH, _TWENTY_EIGHTH, _TWENTY_NINTH, _THIRTIETH, _THIRTY_FIRST, _THIRTY_SECOND, _THIRTY_THIRD),
)
CHAINED: Final = 13  # from this version on the journal is a chain,
ACCESSES_CHAINED: Final = 27  # and from this one on the accesses
SCHEMA_VERSION: Final = len(MIGRATIONS)
