"""Import of members into the gym: compared, decided, and written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Final, NamedTuple

from gymtui import clock
from gymtui.errors import WrongUsage
from gymtui.importing.rows import Problem, Row
from gymtui.protocol import Member, Missing
from server.gym.importing.comparison import KEPT, Change, Comparison, Empty, Question, compare
from server.gym.importing.indexing import index_members
from server.gym.importing.taking import Import
from server.gym.importing.undoing import Undo
from server.gym.importing.writing import Do, GoOn, write_all, write_whole
from server.store import Store

Decisions = Mapping[int, bool]
AT_ONCE: Final = 10_000  # changes in one commit, in which nobody else can write: about a second
TOO_MANY: Final = (
    "--strict takes a list in one moment, in which nobody can be checked in: {most:,} changes at the most, and this "
    "list makes {changes:,}. Nothing was imported. Without it the rows that cannot be taken are named, and "
    "`gymtui admin members import --undo` takes back the others."
)
PART: Final = 100_000  # changes whose words are held in memory at a time


class Imported(NamedTuple):
    """What has become of a list: how many are as it says now, how many it does not name were made inactive, and the
    rows that are left out. Of those taken, so many are `new`."""

    taken: int
    inactive: int
    problems: list[Problem]
    questions: list[Question]
    number: int | None = None  # by which it can be undone
    new: int = 0


class Undone(NamedTuple):
    """What has become of an import that was taken back; of those put back, so many were new and are `gone`."""

    number: int
    put_back: int
    touched: list[Member]
    gone: int = 0


def compared(
    store: Store,
    rows: Iterable[Row],
    decisions: Decisions | None = None,
    named: Iterable[str] = (),
    empty: Empty = KEPT,
) -> Comparison:
    """The list beside the gym as it is now. `decisions` are answers by line; where they are None the list is in our own
    headings, and nothing is asked of it. `named` are names and numbers in rows that are left out."""
    trusted, decisions = decisions is None, decisions or {}
    return compare(
        store.all_members(), rows, at=clock.now(), decisions=decisions, trusted=trusted, named=named, empty=empty
    )


def import_members(
    store: Store,
    rows: Iterable[Row],
    *,
    decisions: Decisions | None = None,
    named: Iterable[str] = (),
    empty: Empty = KEPT,
    missing: Missing = "keep",
    strict: bool = False,
    go_on: GoOn = lambda _: True,
    source: str | None = None,
    by: str = "",
) -> Imported:
    """Takes what `compared` says of the same arguments. Whom the list does not name stays, or is made inactive; what is
    still asked is left out. `strict` takes everything in one commit, or nothing: WrongUsage where that is more than
    `AT_ONCE`. With a `source`, what the list is called, the journal has a note of it, and it can be undone.
    """
    found = compared(store, rows, decisions, named, empty)
    if strict and (found.problems or found.questions):
        return Imported(0, 0, found.problems, found.questions)
    changes = found.changes_with(missing)
    if strict and len(changes) > AT_ONCE:
        raise WrongUsage(TOO_MANY.format(most=AT_ONCE, changes=len(changes)))
    importing, write = Import(source, by, found_later=True), write_whole if strict else _write_in_parts
    said = write(store, changes, importing.take_all, lambda number: go_on(found.unchanged + number))
    index_members(store)
    problems = [Problem(change.line, why) for change, why in zip(changes, said, strict=False) if why is not None]
    if strict and (problems or len(said) < len(changes)):
        return Imported(0, 0, problems, found.questions)
    store.write([importing.tell])
    behind = min(len(said), len(found.changes))
    return Imported(
        found.unchanged + behind - len(problems),
        len(said) - behind,
        sorted(found.problems + problems),
        found.questions,
        importing.number,
        importing.new,
    )


def undo_import(
    store: Store, number: int | None = None, *, go_on: Callable[[int, int], bool] = lambda _, __: True, by: str = ""
) -> Undone | None:
    """Puts back whom an import has written, the newest where no number is given; None where there is nothing of it.
    `go_on` is asked before each with how many are behind, and how many there are."""
    found, rows = store.imported(number)
    if not rows:
        return None
    undo = Undo(rows, by)
    members = undo.members
    write_all(store, members, undo.take_all_back, lambda behind: go_on(behind, len(members)))
    store.write([partial(undo.tell, number=found)])
    return Undone(found, undo.put_back, undo.touched, undo.gone)


def _write_in_parts(store: Store, changes: Sequence[Change], do: Do[Change], go_on: GoOn) -> list[str | None]:
    """As `write_all`, and those of each part are found by name before the next."""
    said: list[str | None] = []
    for first in range(0, len(changes), PART):
        part = changes[first : first + PART]
        said += write_all(store, part, do, partial(_go_on_behind, first, go_on))
        if len(said) < first + len(part):
            break
        index_members(store)
    return said


def _go_on_behind(first: int, go_on: GoOn, number: int) -> bool:
    return go_on(first + number)
