"""Import of members into the gym: compared, decided, and written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from msgspec.structs import replace

from gymtui import clock
from gymtui.importing.rows import Problem, Row
from gymtui.protocol import Member
from server.admin.importing.writing import GoOn, write_all, write_whole
from server.gym.importing.comparison import Change, Comparison, Question, compare
from server.store import Store

Decisions = Mapping[int, bool]
Missing = Literal["keep", "inactive"]


class Imported(NamedTuple):
    """What has become of a list: how many are as it says now, how many it does not name were made inactive, and the
    rows that are left out."""

    taken: int
    inactive: int
    problems: list[Problem]
    questions: list[Question]


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
    write = write_whole if strict else write_all
    behind, problems = write(store, changes, lambda number: go_on(found.unchanged + number))
    rows_behind = min(behind, len(found.changes))
    return Imported(
        found.unchanged + rows_behind - len(problems),
        behind - rows_behind,
        sorted(found.problems + problems),
        found.questions,
    )


def _inactive(member: Member) -> Change:
    return Change(0, member, replace(member, status="inactive"), {"status": "inactive"})
