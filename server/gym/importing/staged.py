"""A list that came over the wire: kept until it is taken, compared with the gym, and said what would be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from itertools import chain
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from msgspec import UNSET, structs

from gymtui import codec
from gymtui.cards.frame import framed
from gymtui.importing.door import at_the_door
from gymtui.importing.named import in_rows
from gymtui.importing.rows import Problem, Row
from gymtui.protocol import (
    MAX_IMPORT_BYTES,
    MAX_IMPORT_ROWS,
    MAX_PART,
    AtTheDoor,
    Gym,
    ImportCompare,
    ImportCompared,
    ImportNote,
    ImportQuestion,
    ImportRow,
    ListedMember,
    Member,
)
from server.gym.importing.collisions import UNLIKE, codes_of, told_apart
from server.gym.importing.comparison import Change, Comparison, Empty, Question, compare
from server.gym.importing.doubts import doubts
from server.gym.members import impossible
from server.gym.orders import Rejected
from server.store.pages import fitting

NAMED: Final = 10  # of those who are not in the list, so many by name
CODES: Final = ("membership_number", "external_id", "id")


class Compared(NamedTuple):
    """What would be done, and what the client is told of it."""

    changes: list[Change]
    told: ImportCompared


class Staged:
    """The rows of one list, so far."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self._named: list[str] = []
        self._size = 0

    def add(self, rows: Iterable[ImportRow], named: Iterable[str] = ()) -> None:
        """Rejected, and none of them is kept, where there are too many, or one of them cannot be."""
        rows, named = list(rows), list(named)
        size = self._size + sum(len(codec.encode(one)) for one in (*rows, *named))
        if len(self.rows) + len(rows) > MAX_IMPORT_ROWS or size > MAX_IMPORT_BYTES:
            raise Rejected("too_large", f"A list has {MAX_IMPORT_ROWS:,} rows at the most: please import it in parts.")
        self.rows += [(row.line, _fields(row.line, row.member)) for row in rows]
        self._named += named
        self._size = size

    def compared(self, members: Sequence[Member], gym: Gym, asked: ImportCompare, now: int) -> Compared:
        """The list beside these members, who are everybody of the gym. Takes a while, and writes nothing."""
        rows, alike = told_apart(members, self.rows, gym.policy.card_check)
        lines = {held.line for group in alike for held in group}
        named = [*self._named, *in_rows(row for row in self.rows if row[0] in lines)]
        empty = Empty(asked.columns, asked.clears)
        compare_with = partial(compare, members, rows, at=now, trusted=asked.trusted, named=named, empty=empty)
        open = found = compare_with()
        if asked.answers:
            found = compare_with(decisions=asked.answers)
        unlike = [Problem(held.line, UNLIKE) for group in alike for held in group if held.line is not None]
        left_out = sorted({*found.problems, *unlike})
        wall = datetime.fromtimestamp(now / 1000, ZoneInfo(gym.timezone))
        doors = [
            at_the_door(there, gym.policy, wall)
            for there in (found.there_with(asked.missing), (member for member in members if not member.deleted))
        ]
        told = _told(found, open.questions, left_out, doubts(rows, gym.policy.card_kind), doors)
        return Compared(found.changes_with(asked.missing), told)


def _fields(line: int, member: ListedMember) -> dict[str, Any]:
    """What is said of the person. Rejected where it is what nobody can be."""
    fields = {name: value for name, value in structs.asdict(member).items() if value is not UNSET}
    codes = [str(fields[name]) for name in CODES if fields.get(name) is not None]
    for code in chain(codes, codes_of(fields)):
        if code != framed(code) or not 0 < len(code) <= 64 or not code.isprintable():
            raise Rejected("invalid", f"Line {line} has the number {code!r}, which is no card's: please leave it out.")
    if (why := impossible(fields)) is not None:
        raise Rejected("invalid", f"Line {line}: {why}")
    return fields


def _told(
    found: Comparison,
    asked: Sequence[Question],
    left_out: Sequence[Problem],
    doubts: Sequence[Problem],
    doors: Sequence[AtTheDoor],
) -> ImportCompared:
    """The figures, and as many of the questions and notes as a message has room for."""
    questions = [ImportQuestion(question.line, question.doubt, question.sentence) for question in asked]
    notes = [ImportNote(*problem) for problem in (*left_out, *doubts)]
    told = [*map(codec.encode, questions), *map(codec.encode, notes)]
    fits = fitting(told, MAX_PART) if told else 0
    room = max(0, fits - len(questions))
    new = sum(change.before is None for change in found.changes)
    return ImportCompared(
        new=new,
        changed=len(found.changes) - new,
        unchanged=found.unchanged,
        missing=len(found.missing),
        missing_names=tuple(member.full_name for member in found.missing[:NAMED]),
        questions=tuple(questions[:fits]),
        left_out=tuple(notes[: min(room, len(left_out))]),
        doubts=tuple(notes[len(left_out) : room]),
        untold=len(told) - fits,
        with_it=doors[0],
        without_it=doors[1],
        cleared=found.cleared,
    )
