"""The replica's table of members, with an index of words: found by id, by number, and by what somebody types."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping
from contextlib import closing
from itertools import islice
from typing import Any, Final, NamedTuple

import msgspec
from msgspec.structs import replace

from gymtui.cards.keys import EXACT, find
from gymtui.cards.owned import Owned, index_entries, owned
from gymtui.client.replica.erasing import forget
from gymtui.client.replica.schema import reading, write_over
from gymtui.codec import encode
from gymtui.protocol import ERASED, CardCheck, Member
from gymtui.search.index import NOBODYS, near_conditions, nearest_conditions, new_leftovers, word_conditions
from gymtui.search.misspelt import words_of
from gymtui.search.near import near_numbers
from gymtui.search.text import index_words
from gymtui.sight import seen
from gymtui.unknown_card import shape

STEP: Final = 1000  # members that are taken in hand at once
FOUND: Final = "SELECT body, seq, visits_left, visits_seq FROM members WHERE deleted = 0 AND id = ?"
OF_DOUBTFUL: Final = "FROM words WHERE n IN (SELECT n FROM members WHERE stale)"

# What is newer wins; the count of a punch card has a `seq` of its own, since a check-in moves it and nothing else.
UPSERT: Final = """
INSERT INTO members (id, seq, visits_seq, visits_left, stale, deleted, body)
VALUES (?, ?, ?, ?, 0, ?, ?)
ON CONFLICT (id) DO UPDATE SET
    seq = excluded.seq, stale = 0,
    visits_left = iif(excluded.visits_seq >= visits_seq, excluded.visits_left, visits_left),
    visits_seq = max(excluded.visits_seq, visits_seq), deleted = excluded.deleted, body = excluded.body
WHERE excluded.seq > seq
"""

_decode = msgspec.json.Decoder(Member).decode


class Known(NamedTuple):
    """A row of the members: its number and `seq` there, and what it says."""

    n: int
    seq: int
    member: Member


class MemberTable:
    """Reads and writes inside the transactions of whoever owns `db`."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self.card_check: CardCheck | None = None  # what the gym's readers may send behind a number, or keep
        self.has_forgotten = False  # something of which the log beside the file may still know

    @reading()
    def member(self, id: str) -> Member | None:
        row = self._db.execute(FOUND, (id,)).fetchone()
        return row and _member(row)

    @reading()
    def owners(self, code: str) -> tuple[Owned, ...]:
        """The cards that a code may be, with their owners; several where it can be read in more than one way."""
        return find(code, self._holding, self.card_check)

    @reading()
    def has_like(self, code: str) -> bool:
        """Has anybody, or has anybody had, a code of this shape?"""
        return self._db.execute("SELECT 1 FROM shapes WHERE shape = ?", (shape(code),)).fetchone() is not None

    @reading()
    def search(self, text: str, limit: int) -> list[Member]:
        """At most `limit` members, as `gymtui.search.text` reads the text; whose card that is come first."""
        found = [owned.member for owned in self.owners(text)] + self._found(word_conditions(text), limit)
        return list({member.id: member for member in found}.values())[:limit]

    @reading()
    def near(self, text: str, limit: int) -> list[Member]:
        """Whom the readings of a text with one error in it find; some of them `search` finds too."""
        return self._found(near_conditions(self._db.execute, text), limit)

    @reading()
    def nearest(self, text: str, limit: int) -> list[Member]:
        """Whose number is one digit away from a text, and whose name it may be with several errors in it."""
        numbered = (owned.member for number in near_numbers(text) for owned in self._holding(EXACT + number))
        found = {member.id: member for member in islice(numbered, limit)}
        return list(found.values()) or self._found(nearest_conditions(self._db.execute, text), limit)

    def fold(self, members: Iterable[Member]) -> None:
        """Takes members, each once or often and in any order; the highest `seq` of each wins."""
        newest, hidden = dict[str, Member](), self.hidden
        for member in members:
            if member.id not in newest or member.seq > newest[member.id].seq:
                newest[member.id] = seen(member, hidden)
        before = self._known(newest)
        fresh = [m.id for m in newest.values() if m.id not in before or m.seq > before[m.id].seq]
        self._db.executemany(UPSERT, [_row(newest[id]) for id in fresh])
        known = [before[id] for id in fresh if id in before]
        self._index(known, self._known(fresh).values())
        if erased := [one.member for one in known if newest[one.member.id].full_name == ERASED]:
            forget(self._db, erased, {word for word, _ in _entries(known)})
            self.has_forgotten = True

    @property
    @reading()
    def hidden(self) -> frozenset[str]:
        """Fields that nobody is to have here."""
        return frozenset(self._db.execute("SELECT hidden FROM desk").fetchone()[0].split())

    def keep_to(self, hidden: frozenset[str]) -> None:
        """Nobody has these fields here from now on; inside a transaction of whoever owns `db`. Where there is more to
        know of everybody than before, the server's word counts again, also where it is no newer."""
        known = self.hidden
        self._db.execute("UPDATE desk SET hidden = ?", (" ".join(sorted(hidden)),))
        self._hide(hidden - known)
        if known - hidden:
            self._db.execute("UPDATE members SET stale = 1, seq = -1")
            self._db.execute("UPDATE desk SET after_seq = 0, complete = 0")
        self.has_forgotten = True

    def write_over(self) -> None:
        """What was taken out of the file is not in the log beside it either."""
        if self.has_forgotten:
            write_over(self._db)
            self.has_forgotten = False

    def _hide(self, fields: frozenset[str]) -> None:
        """Takes them out of whoever has one, and out of the index."""
        has = " OR ".join(f"CAST(body AS TEXT) ->> '$.{name}' IS NOT NULL" for name in sorted(fields)) or "FALSE"
        ids = [id for (id,) in self._db.execute(f"SELECT id FROM members WHERE {has}").fetchall()]
        for at in range(0, len(ids), STEP):
            before = self._known(ids[at : at + STEP])
            after = [one._replace(member=seen(one.member, fields)) for one in before.values()]
            self._db.executemany("UPDATE members SET body = ? WHERE n = ?", [(encode(m), n) for n, _, m in after])
            if "phone" in fields:
                self._index(before.values(), after)

    def _index(self, before: Collection[Known], after: Collection[Known]) -> None:
        """What the index says of these members is so from now on."""
        old, new = _entries(before), _entries(after)
        self._db.executemany("DELETE FROM words WHERE word = ? AND n = ?", old - new)
        self._db.executemany("INSERT INTO words VALUES (?, ?)", new - old)
        left = new_leftovers(self._db.execute, (word for word, _ in new - old))
        self._db.executemany("INSERT INTO leftovers VALUES (?, ?)", left)
        old_cards, new_cards = _cards(before), _cards(after)
        self._db.executemany("DELETE FROM cards WHERE key = ? AND n = ? AND code = ?", old_cards - new_cards)
        self._db.executemany("INSERT INTO cards VALUES (?, ?, ?)", new_cards - old_cards)
        shapes = {(shape(code),) for _, _, code in new_cards - old_cards}
        self._db.executemany("INSERT INTO shapes VALUES (?) ON CONFLICT DO NOTHING", shapes)

    def fold_visits_left(self, counts: Mapping[str, tuple[int, int]]) -> None:
        """Punch cards by member id: `(visits_left, seq)`."""
        self._db.executemany(
            "UPDATE members SET visits_left = ?, visits_seq = ? WHERE id = ? AND visits_seq < ?",
            [(left, seq, id, seq) for id, (left, seq) in counts.items()],
        )

    def doubt(self) -> None:
        """The journal is another one: any member it names is newer than what is known, and counts again."""
        # Kept until the sync is through, so that the desk finds its members meanwhile.
        self._db.execute("UPDATE members SET stale = 1, seq = -1, visits_seq = -1")

    def drop_doubtful(self) -> None:
        """Forgets those that nobody has named since, and what nobody else is called."""
        entries = [word for (word,) in self._db.execute(f"SELECT word {OF_DOUBTFUL}")]
        self._db.execute(f"DELETE {OF_DOUBTFUL}")
        self._db.execute("DELETE FROM cards WHERE n IN (SELECT n FROM members WHERE stale)")
        self._db.execute("DELETE FROM members WHERE stale")
        self._db.executemany(NOBODYS, [(word,) for word in words_of(entries)])
        self.has_forgotten = self.has_forgotten or bool(entries)

    def _found(self, conditions: Iterator[tuple[str, list[str]]], limit: int) -> list[Member]:
        """Whom these find, one after the other."""
        found: dict[str, Member] = {}
        with closing(self._matching(conditions)) as rows:
            for id, *row in rows:
                if id not in found:
                    found[id] = _member(row)
                if len(found) == limit:
                    break
        return list(found.values())

    def _matching(self, conditions: Iterator[tuple[str, list[str]]]) -> Generator[Any, None, None]:
        """Id, body and count of those whom they find, in their order; some are there twice."""
        for condition, values in conditions:
            yield from self._db.execute(
                "SELECT m.id, m.body, m.seq, m.visits_left, m.visits_seq FROM words w "
                f"CROSS JOIN members m ON m.n = w.n WHERE {condition} ORDER BY w.word, m.id",
                values,
            )

    def _known(self, ids: Iterable[str]) -> dict[str, Known]:
        """Those of these members that are there."""
        found = self._db.execute(
            "SELECT id, n, seq, body FROM members WHERE id IN (SELECT value FROM json_each(?))",
            (encode(list(ids)).decode(),),
        )
        return {id: Known(n, seq, _decode(body)) for id, n, seq, body in found}

    def _holding(self, key: str) -> list[Owned]:
        """The cards that have this canonical key."""
        rows = self._db.execute(
            "SELECT c.code, m.body, m.seq, m.visits_left, m.visits_seq FROM cards c CROSS JOIN members m ON m.n = c.n "
            "WHERE c.key = ? AND m.deleted = 0",
            (key,),
        )
        return [owned(_member(row), code) for code, *row in rows]


def _member(row: Any) -> Member:
    body, seq, visits_left, visits_seq = row
    member = _decode(body)
    return replace(member, visits_left=visits_left, seq=visits_seq) if visits_seq > seq else member


def _row(member: Member) -> tuple[object, ...]:
    return (member.id, member.seq, member.seq, member.visits_left, member.deleted, encode(member))


def _entries(known: Iterable[Known]) -> set[tuple[str, int]]:
    """What the index says of these members."""
    return {(word, n) for n, _, member in known for word in index_words(member)}


def _cards(known: Iterable[Known]) -> set[tuple[str, int, str]]:
    """What the index of cards says of these members."""
    return {(key, n, code) for n, _, member in known for key, code in index_entries(member)}
