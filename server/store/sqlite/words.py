"""The word index of this engine: by which words a member is found, kept up with every change, and asked by a search."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator

from gymtui.protocol import Member
from gymtui.search.index import word_conditions
from gymtui.search.text import index_words


def index_member(db: sqlite3.Connection, member: Member, before: Member | None) -> None:
    """Enters a member's words in the index; of what was there `before`, only the difference is written."""
    new, old = index_words(member), set() if before is None else index_words(before)
    db.executemany("DELETE FROM words WHERE word = ? AND member_id = ?", [(word, member.id) for word in old - new])
    db.executemany("INSERT INTO words VALUES (?, ?)", [(word, member.id) for word in new - old])


def find_members(db: sqlite3.Connection, text: str) -> Generator[tuple[str, bytes], None, None]:
    """`(id, member)` of who has exactly this number, then of whom the readings of the text find; some of them twice.

    Each is looked for when it is asked for.
    """
    yield from db.execute(
        "SELECT id, member FROM members WHERE membership_number = ? AND id IN (SELECT member_id FROM words)",
        (text.strip(),),
    )
    for condition, values in word_conditions(text):
        yield from db.execute(
            "SELECT m.id, m.member FROM words w CROSS JOIN members m ON m.id = w.member_id "
            f"WHERE {condition} ORDER BY w.word, m.id",
            values,
        )
