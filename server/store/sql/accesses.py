"""The accesses, rows about who may come in and who tried: a chain as the journal is one.

They say nothing of members: an erasure takes none of them, and a link is of all that a row says.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from typing import Final

from server.store import Access
from server.store.sql.chain import SIZE
from server.store.sql.database import Database

EVERY: Final = 1 << 62  # comes behind every row
COLUMNS: Final = "id, at, what, who, origin, about, outcome, count"


def note(db: Database, access: Access, at: int) -> None:
    """Writes the next row."""
    id, before = db.execute("SELECT (SELECT coalesce(max(id), 0) + 1 FROM accesses), access_link FROM gym").fetchone()
    row = (id, at, access.what, access.who, access.origin, access.about, access.outcome, access.count)
    link = _linked(before, row)
    db.execute(f"INSERT INTO accesses ({COLUMNS}, link) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (*row, link))
    db.execute("UPDATE gym SET access_link = ?", (link,))


def forget(db: Database, before: int) -> None:
    """Trims the rows from before a time (ms), up to the first that is not: of a clock that was set back, a few stay."""
    [first] = db.execute("SELECT min(id) FROM accesses WHERE at >= ?", (before,)).fetchone()
    gone = "SELECT id, link FROM accesses WHERE id < ? ORDER BY id DESC LIMIT 1"
    if (last := db.execute(gone, (EVERY if first is None else first,)).fetchone()) is not None:
        db.execute("UPDATE gym SET access_link_before = ?", (last[1],))
        db.execute("DELETE FROM accesses WHERE id <= ?", (last[0],))


def chain(db: Database) -> None:
    """Links the rows of a file from before there were links."""
    link, links = b"", []
    for row in db.execute(f"SELECT {COLUMNS} FROM accesses ORDER BY id"):
        link = _linked(link, row)
        links.append((link, row[0]))
    db.executemany("UPDATE accesses SET link = ? WHERE id = ?", links)
    db.execute("UPDATE gym SET access_link = ?, access_link_before = ?", (link, b""))


def breaks(db: Database) -> Iterator[str]:
    """A sentence on each row that is not what was written there."""
    before, newest = db.execute("SELECT access_link_before, access_link FROM gym").fetchone()
    last = "what was trimmed"
    for link, *row in db.execute(f"SELECT link, {COLUMNS} FROM accesses ORDER BY id"):
        if link != _linked(before or b"", tuple(row)):
            yield f"Row {row[0]:,} of the accesses is not the one that was written behind {last}."
        before, last = link, f"row {row[0]:,}"
    if before != newest:
        yield f"The accesses end with {last}, and that is not what was written last."


def _linked(before: bytes, row: tuple[object, ...]) -> bytes:
    """The row's link behind the one before it."""
    return blake2b(before + repr(row).encode(), digest_size=SIZE).digest()
