"""The members as this desk knows them: by id, by number, and by what somebody types."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from gymtui.codec import encode
from gymtui.protocol import Member
from gymtui.words import index_words, words

LAST: Final = "\U0010ffff"  # after every word with the same beginning
MANY: Final = 1000
FOUND: Final = "SELECT body, seq, visits_left, visits_seq FROM members WHERE deleted = 0 AND "

# What is newer wins; the count of a punch card has a `seq` of its own, since a check-in moves it and nothing else.
UPSERT: Final = """
INSERT INTO members (id, number, words, seq, visits_seq, visits_left, stale, deleted, body)
VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?)
ON CONFLICT (id) DO UPDATE SET
    number = excluded.number, words = excluded.words, seq = excluded.seq, stale = 0,
    visits_left = iif(excluded.visits_seq >= visits_seq, excluded.visits_left, visits_left),
    visits_seq = max(excluded.visits_seq, visits_seq), deleted = excluded.deleted, body = excluded.body
WHERE excluded.seq > seq
"""

_decode = msgspec.json.Decoder(Member).decode


class Directory:
    """Reads and writes inside the transactions of whoever owns `db`."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def member(self, id: str) -> Member | None:
        return self._first("id = ?", id)

    def by_code(self, code: str) -> Member | None:
        return self._first("number = ?", code.strip())

    def search(self, text: str, limit: int) -> list[Member]:
        """Those who have a word that begins with each word typed. The range of the rarest is walked, in order; the
        others are looked for in the walked member's own words."""
        typed = words(text)
        if len(typed) > 1 and all(word.isdecimal() for word in typed):
            typed = ["".join(typed)]  # a phone number, as people write it
        if not typed:
            return []
        first, *others = sorted(set(typed), key=self._how_many) if len(typed) > 1 else typed
        found = self._db.execute(
            "SELECT m.body, m.seq, m.visits_left, m.visits_seq, m.n FROM words w CROSS JOIN members m ON m.n = w.n "
            "WHERE w.word >= ? AND w.word < ?" + " AND instr(m.words, ?)" * len(others),
            (first, first + LAST, *(" " + word for word in others)),
        )
        members: dict[int, Member] = {}
        for *row, n in found:
            members.setdefault(n, _member(row))
            if len(members) == limit:
                break
        found.close()
        return list(members.values())

    def fold(self, members: Iterable[Member]) -> None:
        """Takes members, each once or often and in any order; the highest `seq` of each wins."""
        newest: dict[str, Member] = {}
        for member in members:
            if member.id not in newest or member.seq > newest[member.id].seq:
                newest[member.id] = member
        before = self._known(newest)
        fresh = [m for m in newest.values() if m.id not in before or m.seq > before[m.id][1]]
        texts = {m.id: "" if m.deleted else " " + " ".join(sorted(index_words(m))) for m in fresh}
        self._db.executemany(
            UPSERT,
            [
                (m.id, m.membership_number, texts[m.id], m.seq, m.seq, m.visits_left, m.deleted, encode(m))
                for m in fresh
            ],
        )
        renamed = [m.id for m in fresh if m.id not in before or before[m.id][2] != texts[m.id]]
        numbers = {id: n for id, (n, _, _) in self._known(renamed).items()}
        self._db.executemany(
            "DELETE FROM words WHERE word = ? AND n = ?",
            [(word, numbers[id]) for id in renamed if id in before for word in before[id][2].split()],
        )
        self._db.executemany(
            "INSERT INTO words VALUES (?, ?)", [(word, numbers[id]) for id in renamed for word in texts[id].split()]
        )

    def fold_visits_left(self, counts: Mapping[str, tuple[int, int]]) -> None:
        """Punch cards by member id: `(visits_left, seq)`."""
        self._db.executemany(
            "UPDATE members SET visits_left = ?, visits_seq = ? WHERE id = ? AND visits_seq < ?",
            [(left, seq, id, seq) for id, (left, seq) in counts.items()],
        )

    def doubt(self) -> None:
        """The journal is another one: any member it names is newer than what is known, and counts again."""
        self._db.execute("UPDATE members SET stale = 1, seq = -1, visits_seq = -1")

    def drop_doubtful(self) -> None:
        """Forgets those that nobody has named since."""
        self._db.execute("DELETE FROM words WHERE n IN (SELECT n FROM members WHERE stale)")
        self._db.execute("DELETE FROM members WHERE stale")

    def _known(self, ids: Iterable[str]) -> dict[str, tuple[int, int, str]]:
        """Number, `seq` and words of those members that are there."""
        found = self._db.execute(
            "SELECT id, n, seq, words FROM members WHERE id IN (SELECT value FROM json_each(?))",
            (encode(list(ids)).decode(),),
        )
        return {id: (n, seq, text) for id, n, seq, text in found}

    def _how_many(self, word: str) -> int:
        """Words that begin so; many are as good as more."""
        count: int = self._db.execute(
            "SELECT count(*) FROM (SELECT 1 FROM words WHERE word >= ? AND word < ? LIMIT ?)", (word, word + LAST, MANY)
        ).fetchone()[0]
        return count

    def _first(self, where: str, value: str) -> Member | None:
        row = self._db.execute(FOUND + where, (value,)).fetchone()
        return row and _member(row)


def _member(row: Any) -> Member:
    body, seq, visits_left, visits_seq = row
    member = _decode(body)
    return replace(member, visits_left=visits_left, seq=visits_seq) if visits_seq > seq else member
