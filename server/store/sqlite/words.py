"""The word index of this engine: by which words a member is found, kept up with every change, and asked by a search."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Iterable
from contextlib import closing
from typing import Final

from gymtui.cards.keys import EXACT, find
from gymtui.protocol import CardCheck, Member
from gymtui.search.index import near_conditions, nearest_conditions, new_leftovers, word_conditions
from gymtui.search.near import NEAREST, SCREENFUL, near_numbers
from gymtui.search.text import index_words

HOLDERS: Final = (
    "SELECT m.id, m.member FROM cards c CROSS JOIN members m ON m.id = c.member_id "
    "WHERE c.key = ? AND CAST(m.member AS TEXT) ->> '$.deleted' = 0"
)


class Words:
    """What a commit changes in the index: written once, sorted, so that it goes over the index from end to end."""

    def __init__(self) -> None:
        self._changes: dict[str, tuple[set[str], set[str]]] = {}  # before and after, by member

    def put(self, member: Member, before: Member | None) -> None:
        """Enters a member's words; of what was there `before`, only the difference is written."""
        old, _ = self._changes.get(member.id) or (set() if before is None else index_words(before), set())
        self._changes[member.id] = old, index_words(member)

    def write(self, db: sqlite3.Connection) -> None:
        """Writes what there is to write by now."""
        gone = sorted((word, id) for id, (old, new) in self._changes.items() for word in old - new)
        fresh = sorted((word, id) for id, (old, new) in self._changes.items() for word in new - old)
        if gone:
            db.executemany("DELETE FROM words WHERE word = ? AND member_id = ?", gone)
        if fresh:
            db.executemany("INSERT INTO words VALUES (?, ?)", fresh)
            left = new_leftovers(db.execute, {word for word, _ in fresh})
            db.executemany("INSERT INTO leftovers VALUES (?, ?)", sorted(left))
        self._changes.clear()


def find_members(
    db: sqlite3.Connection, text: str, check: CardCheck | None = None
) -> Generator[tuple[str, bytes], None, None]:
    """`(id, member)` of whose card that is, by the gym's `check` too, then of whom the readings find; some of
    them twice.

    Each is looked for when it is asked for.
    """
    yield from find(text, lambda key: _holding(db, key), check)
    yield from _matching(db, word_conditions(text))


def near_members(db: sqlite3.Connection, text: str, limit: int) -> list[bytes]:
    """As `Store.near_members`."""
    known = first_of(find_members(db, text), SCREENFUL)
    if len(known) == SCREENFUL:
        return []
    near = first_of(_matching(db, near_conditions(db.execute, text)), SCREENFUL)
    if not known and not near:
        near = first_of(_nearest(db, text), NEAREST)
    others = [member for id, member in near.items() if id not in known]
    return others[: min(limit, SCREENFUL - len(known))]


def first_of(rows: Generator[tuple[str, bytes], None, None], count: int) -> dict[str, bytes]:
    """The first `count` members, each once, by id."""
    found: dict[str, bytes] = {}
    with closing(rows):
        for id, member in rows:
            found.setdefault(id, member)
            if len(found) == count:
                break
    return found


def _nearest(db: sqlite3.Connection, text: str) -> Generator[tuple[str, bytes], None, None]:
    for number in near_numbers(text):
        yield from _holding(db, EXACT + number)
    yield from _matching(db, nearest_conditions(db.execute, text))


def _holding(db: sqlite3.Connection, key: str) -> list[tuple[str, bytes]]:
    return db.execute(HOLDERS, (key,)).fetchall()


def _matching(
    db: sqlite3.Connection, conditions: Iterable[tuple[str, list[str]]]
) -> Generator[tuple[str, bytes], None, None]:
    for condition, values in conditions:
        yield from db.execute(
            "SELECT m.id, m.member FROM words w CROSS JOIN members m ON m.id = w.member_id "
            f"WHERE {condition} ORDER BY w.word, m.id",
            values,
        )
