"""The index of words: by which words a member is found, kept up with every change, and asked by a search."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from contextlib import closing
from typing import Final

from gymtui.cards.keys import EXACT, find
from gymtui.protocol import CardCheck, Member
from gymtui.search.index import near_conditions, nearest_conditions, new_leftovers, word_conditions
from gymtui.search.near import NEAREST, SCREENFUL, near_numbers
from gymtui.search.text import index_words
from server.store.sql.database import Database

HOLDERS: Final = (
    "SELECT m.id, m.member FROM cards c CROSS JOIN members m "
    "WHERE m.id = c.member_id AND c.key = ? AND CAST(m.member AS TEXT) -> '$.deleted' = 'false'"
)


class Words:
    """What a commit changes in the index: written once, sorted, so that it goes over the index from end to end. `late`
    are the first and the last row of the journal by which members came whose words are not in it yet."""

    def __init__(self, late: tuple[int, int] | None) -> None:
        self.late = late
        self._changes: dict[str, tuple[set[str], set[str]]] = {}  # before and after, by member
        self._whole: set[str] = set()  # of whose words nobody knows which are there

    def put(self, member: Member, before: Member | None) -> None:
        """Enters a member's words; of what was there `before`, only the difference is written."""
        if before is not None and self._is_late(before):
            self._whole.add(member.id)
        elif before is not None and member.id not in self._changes and _found_by(before) == _found_by(member):
            return
        old, _ = self._changes.get(member.id) or (set() if before is None else index_words(before), set())
        self._changes[member.id] = old, index_words(member)

    def put_late(self, member: Member) -> None:
        """Leaves the words of a new member to `enter`."""
        self.late = (self.late[0] if self.late else member.seq, member.seq)

    def write(self, db: Database) -> None:
        """Writes what there is to write by now."""
        gone = sorted((word, id) for id, (old, new) in self._changes.items() for word in old - new)
        if gone:
            db.executemany("DELETE FROM words WHERE word = ? AND member_id = ?", gone)
        changes = ((id, new if id in self._whole else new - old) for id, (old, new) in self._changes.items())
        enter(db, sorted((word, id) for id, fresh in changes for word in fresh))
        self._changes.clear()
        self._whole.clear()

    def _is_late(self, member: Member) -> bool:
        return self.late is not None and self.late[0] <= member.seq <= self.late[1]


def enter(db: Database, entries: Sequence[tuple[str, str]]) -> None:
    """Adds `(word, member id)` to the index, where they are not in it."""
    if entries:
        db.executemany("INSERT INTO words VALUES (?, ?) ON CONFLICT DO NOTHING", entries)
        left = new_leftovers(db.execute, {word for word, _ in entries})
        db.executemany("INSERT INTO leftovers VALUES (?, ?)", sorted(left))


def _found_by(member: Member) -> tuple[object, ...]:
    """All that the words of a member are made of."""
    return member.full_name, member.membership_number, member.phone, member.deleted


def find_members(db: Database, text: str, check: CardCheck | None = None) -> Generator[tuple[str, bytes], None, None]:
    """`(id, member)` of whose card that is, by the gym's `check` too, then of whom the readings find; some of
    them twice.

    Each is looked for when it is asked for.
    """
    yield from find(text, lambda key: _holding(db, key), check)
    yield from _matching(db, word_conditions(text))


def near_members(db: Database, text: str, limit: int) -> list[bytes]:
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


def _nearest(db: Database, text: str) -> Generator[tuple[str, bytes], None, None]:
    for number in near_numbers(text):
        yield from _holding(db, EXACT + number)
    yield from _matching(db, nearest_conditions(db.execute, text))


def _holding(db: Database, key: str) -> list[tuple[str, bytes]]:
    return db.execute(HOLDERS, (key,)).fetchall()


def _matching(db: Database, conditions: Iterable[tuple[str, list[str]]]) -> Generator[tuple[str, bytes], None, None]:
    for condition, values in conditions:
        yield from db.execute(
            "SELECT m.id, m.member FROM words w CROSS JOIN members m "
            f"WHERE m.id = w.member_id AND {condition} ORDER BY w.word, m.id",
            values,
        )
