"""What a desk forgets of a member who was erased, beside the member: what has happened, what was done, lone words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from gymtui.codec import encode
from gymtui.protocol import Member
from gymtui.search.index import NOBODYS
from gymtui.search.misspelt import words_of


def forget(db: sqlite3.Connection, members: Iterable[Member], entries: Iterable[str]) -> None:
    """The members as they were, and what the index had of them. Inside a transaction of whoever owns `db`."""
    for member in members:
        named = [(encode(member.id),), (encode(member.full_name)[1:-1],)]
        db.executemany("DELETE FROM recent WHERE instr(event, ?)", named)
        db.execute("DELETE FROM undoable WHERE instr(member, ?)", (encode(member.id),))
        db.execute("DELETE FROM outbox WHERE settled_at IS NOT NULL AND member_id = ?", (member.id,))
        db.executemany("DELETE FROM outbox WHERE settled_at IS NOT NULL AND instr(payload, ?)", named)
        db.executemany("DELETE FROM roll_calls WHERE instr(event, ?)", named)
        db.executemany("DELETE FROM notices WHERE instr(event, ?)", named)
    db.executemany(NOBODYS, [(word,) for word in words_of(entries)])
