"""Import of members into the gym, some hundreds in a commit: a server beside it has its turn in between."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Final, Literal, NamedTuple

from msgspec.structs import replace

from gymtui import clock
from gymtui.importing.rows import Problem, Row
from gymtui.protocol import Member
from server.gym.importing.comparison import Change, Comparison, Question, compare
from server.gym.importing.taking import take
from server.store import Store, Transaction

CHUNK: Final = 500  # members in one commit

Decisions = Mapping[int, bool]
Missing = Literal["keep", "inactive"]
GoOn = Callable[[int], bool]
"""Asked before each member with the number of those behind; no ends the import with its last commit."""


class Imported(NamedTuple):
    """What has become of a list: how many are as it says now, how many it does not name were made inactive, and the
    rows that are left out."""

    taken: int
    inactive: int
    problems: list[Problem]
    questions: list[Question]


class _Undone(Exception):
    """Raised inside a commit, to roll it back."""


def compared(store: Store, rows: Iterable[Row], decisions: Decisions | None = None) -> Comparison:
    """The list beside the gym as it is now. `decisions` are answers by line; where they are None the list is in our own
    headings, and nothing is asked of it."""
    return compare(store.all_members(), rows, at=clock.now(), decisions=decisions or {}, trusted=decisions is None)


def import_members(
    store: Store,
    rows: Iterable[Row],
    *,
    decisions: Decisions | None = None,
    missing: Missing = "keep",
    strict: bool = False,
    go_on: GoOn = lambda _: True,
) -> Imported:
    """Takes what `compared` says of the same arguments. Whom the list does not name stays, or is made inactive; what is
    still asked is left out. `strict` takes everything in one commit, or nothing.
    """
    found = compared(store, rows, decisions)
    if strict and (found.problems or found.questions):
        return Imported(0, 0, found.problems, found.questions)
    gone = {"active", "frozen"} if missing == "inactive" else set()
    changes = found.changes + [_inactive(member) for member in found.missing if member.status in gone]
    behind, problems = _take_all(store, changes, found.unchanged, strict=strict, go_on=go_on)
    rows_behind = min(behind, len(found.changes))
    return Imported(
        found.unchanged + rows_behind - len(problems),
        behind - rows_behind,
        sorted(found.problems + problems),
        found.questions,
    )


def _inactive(member: Member) -> Change:
    return Change(0, member, replace(member, status="inactive"), {"status": "inactive"})


def _take_all(
    store: Store, changes: Sequence[Change], unchanged: int, *, strict: bool, go_on: GoOn
) -> tuple[int, list[Problem]]:
    """How many of the changes are behind, and which of them could not be."""
    problems: list[Problem] = []
    step = max(len(changes), 1) if strict else CHUNK
    for start in range(0, len(changes), step):
        chunk, found = changes[start : start + step], list[Problem]()
        work = partial(_take_some, changes=chunk, behind=start + unchanged, strict=strict, go_on=go_on, problems=found)
        try:
            store.write([work])
        except _Undone:
            return start, problems + found
        problems += found
    return len(changes), problems


def _take_some(
    tx: Transaction,
    *,
    changes: Sequence[Change],
    behind: int,
    strict: bool,
    go_on: GoOn,
    problems: list[Problem],
) -> None:
    for number, change in enumerate(changes, behind):
        if not go_on(number):
            raise _Undone
        if (sentence := take(tx, change)) is not None:
            problems.append(Problem(change.line, sentence))
    if strict and problems:
        raise _Undone
