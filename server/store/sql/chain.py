"""The chain of the journal: each row has a link, a hash of the link before it and of what the row says.

What a row says of a person goes in as a commitment, a hash under a salt of the row's own. An erasure takes away the
text and the salt and leaves the commitment: the chain still holds, and nobody can try out who that was.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from secrets import token_bytes
from typing import Final, NamedTuple

from server.store.sql.database import Database

SIZE: Final = 16  # bytes of a salt, a commitment and a link
CHUNK: Final = 5000  # rows of an older file that are chained at a time

COLUMNS: Final = 'seq, type, at, kind, "user", command_id, payload, digest, error'


class Told(NamedTuple):
    """A row of the journal without its place in the chain."""

    seq: int
    type: str
    at: int
    kind: str
    user: str
    command_id: str | None
    payload: bytes
    digest: bytes
    error: bytes | None


def committed(row: Told, salt: bytes) -> bytes:
    """What stands in the chain for what the row says of a person."""
    lengths = b"%d %d %d " % (len(row.payload), len(row.digest), -1 if row.error is None else len(row.error))
    return blake2b(lengths + row.payload + row.digest + (row.error or b""), digest_size=SIZE, key=salt).digest()


def linked(before: bytes, row: Told, commitment: bytes) -> bytes:
    """The row's link behind the one before it."""
    return blake2b(before + commitment + repr(row[:6]).encode(), digest_size=SIZE).digest()


def sealed(row: Told, link: bytes) -> bytes:
    """Stands for what an erasure has left of a row, so that a change of that is found too."""
    return committed(row, link)


def new_link(before: bytes, row: Told) -> tuple[bytes, bytes]:
    """`(salt, link)` of a row that is just being written."""
    salt = token_bytes(SIZE)
    return salt, linked(before, row, committed(row, salt))


def chain(db: Database) -> None:
    """Links the rows of a file from before there were links."""
    link, last = b"", 0
    sql = f"SELECT {COLUMNS} FROM journal WHERE seq > ? ORDER BY seq LIMIT {CHUNK}"
    while rows := [Told(*row) for row in db.execute(sql, (last,))]:
        links = []
        for row in rows:
            salt, link = new_link(link, row)
            links.append((salt, link, row.seq))
        db.executemany("UPDATE journal SET salt = ?, link = ? WHERE seq = ?", links)
        last = rows[-1].seq
    db.execute("UPDATE gym SET link = ?, link_before = ?", (link, b""))


def breaks(db: Database) -> Iterator[str]:
    """A sentence on each row that is not what was written there."""
    before, newest = db.execute("SELECT link_before, link FROM gym").fetchone()
    seq = 0
    rows = db.execute(f"SELECT salt, commitment, seal, link, {COLUMNS} FROM journal ORDER BY seq")
    for salt, commitment, seal, link, *values in rows:
        row = Told(*values)
        if salt is None and seal != sealed(row, link or b""):
            yield f"Row {row.seq:,} of the journal is not what an erasure has left of it."
        said = commitment if salt is None else committed(row, salt)
        if said is None or link != linked(before, row, said):
            yield f"Row {row.seq:,} of the journal is not the one that was written behind {_before(seq)}."
        before, seq = link or b"", row.seq
    if before != newest:
        yield f"The journal ends with its row {seq:,}, and that is not the row that was written last."


def _before(seq: int) -> str:
    return f"row {seq:,}" if seq else "what was trimmed"
