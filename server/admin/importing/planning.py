"""`gymtui admin members import` of a file that is not in our own headings: a look that writes nothing but its plan."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from random import Random
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from gymtui import clock
from gymtui.errors import WrongUsage
from gymtui.importing import plan_file
from gymtui.importing.beside import keep_plan, plan_before, plan_of, plan_path
from gymtui.importing.door import at_the_door, in_words
from gymtui.importing.empties import are_cleared, asked_of_empty_cells
from gymtui.importing.looking import Look, digest_of, look
from gymtui.importing.people import asked_of, decided
from gymtui.importing.plan_file import Plan
from gymtui.importing.questions import Question
from gymtui.importing.renewed import renewed, what_is_kept
from gymtui.importing.rows import MembersFileError
from gymtui.importing.telling import question_lines, told, wrapped
from gymtui.output import say
from gymtui.protocol import Member, Missing, Policy
from server.gym.importing.comparison import Comparison, Empty, compare
from server.store.opening import is_there, opened

MISSING: Final = 10  # of those who are not in the file, so many by name
Ask = Callable[[Question, int], str]
"""Puts a question, by its number, to a person; "" where there is no answer."""


class Known(NamedTuple):
    """What of the gym a look needs: everybody in its directory, deleted or not, as an import compares a list with them;
    what is refused, and what time it is on its wall."""

    members: list[Member]
    policy: Policy
    now: datetime

    @property
    def there(self) -> list[Member]:
        """Those who were not deleted."""
        return [member for member in self.members if not member.deleted]


def known(database: str) -> Known:
    """Of the gym in the database; of none where there is none, which is not made."""
    if not is_there(database):
        return Known([], Policy(), datetime.now())
    with opened(database, found=True) as store:
        gym, members = store.gym(), list(store.all_members())
    return Known(members, gym.policy, datetime.fromtimestamp(clock.now() / 1000, ZoneInfo(gym.timezone)))


def look_at(file: Path, content: bytes, gym: Known, *, ask: Ask | None = None, random: Random | None = None) -> None:
    """Looks, asks, prints the plan and keeps it beside the file. WrongUsage where a question is still open."""
    plan, said = plan_of(file), list[str]()
    if plan is None or plan.digest != digest_of(content):
        before, other, plan = plan, "", Plan(digest_of(content))
        if before is None:
            headings = _look(file, content, plan, gym).table.heading
            other, before = plan_before(file, headings) or ("", None)
        if before is not None:
            plan, said = _renewed(file, content, before, gym, other)
    plan, seen, beside = _asked(file, content, plan, gym, ask)
    door = [line for sentence in _door(beside, plan.missing, gym) for line in wrapped(sentence)]
    lines = [*said, *told(seen, random or Random()), "", *door]
    keep_plan(file, plan_file.written(seen, plan, file.name, lines))
    for line in lines:
        say(line)
    _say_what_is_next(file, seen, plan)


def _asked(file: Path, content: bytes, plan: Plan, gym: Known, ask: Ask | None) -> tuple[Plan, Look, Comparison]:
    """The plan with the answers to all that is asked, also to what an answer has raised; each is kept at once, for
    whoever is called away in the middle."""
    seen, beside, _ = _beside(_look(file, content, plan, gym), plan, gym)
    asked: set[str] = set()
    while ask is not None and (fresh := [q for q in seen.questions if not q.answer and q.key not in asked]):
        for question in fresh:
            plan = plan.with_answers({question.key: ask(question, len(asked) + 1)})
            asked.add(question.key)
            keep_plan(file, plan_file.written(_answered(seen, plan), plan, file.name, []))
        seen, beside, _ = _beside(_look(file, content, plan, gym), plan, gym)
    return plan, seen, beside


def _answered(seen: Look, plan: Plan) -> Look:
    """The look with the answers that were given since."""
    given = plan.answers.answers
    return seen._replace(questions=[q._replace(answer=given.get(q.key, q.answer)) for q in seen.questions])


def _renewed(file: Path, content: bytes, before: Plan, gym: Known, other: str) -> tuple[Plan, list[str]]:
    """The plan of a file that has changed, or is the next after an `other`, and what there is to say of that."""
    plan, seen = renewed(before, lambda plan: _beside(_look(file, content, plan, gym), plan, gym)[0])
    said = what_is_kept(before, plan, seen, file.name, other)
    return plan, [*(line for sentence in said for line in wrapped(sentence)), ""]


class Applied(NamedTuple):
    """What a plan makes of a file: what is seen, what becomes of who is not in it, what is decided of people, by line,
    and what an empty cell means."""

    seen: Look
    missing: Missing
    decisions: dict[int, bool]
    empty: Empty


def applied(file: Path, content: bytes, gym: Known) -> Applied:
    """What the plan beside the file makes of it. MembersFileError, WrongUsage."""
    plan = plan_of(file)
    if plan is None:
        raise WrongUsage(f"{file} has no plan yet: `gymtui admin members import {file}` makes one.")
    if plan.digest != digest_of(content):
        raise WrongUsage(
            f"{plan_path(file)} is of another {file.name}: `gymtui admin members import {file}` looks anew."
        )
    seen, _, decisions = _beside(_look(file, content, plan, gym), plan, gym)
    if seen.open or not (seen.keeps_out or plan.everybody_may_come_in):
        _say_what_is_next(file, seen, plan)
    return Applied(seen, plan.missing, decisions, _empty(seen, plan))


def ask_at_terminal() -> Ask | None:
    """Asks where there is somebody to answer."""
    return _ask if sys.stdin.isatty() and sys.stdout.isatty() else None


def _ask(question: Question, number: int) -> str:
    choices = list(question.choices)
    for line in question_lines(number, question):
        say(line)
    while True:
        said = input(f"1 to {len(choices)}, or Enter to leave it open: ").strip()
        if not said:
            return ""
        if re.fullmatch(r"\d{1,9}", said) and 0 < int(said) <= len(choices):
            return choices[int(said) - 1]


def _look(file: Path, content: bytes, plan: Plan, gym: Known) -> Look:
    try:
        return look(content, plan.answers, today=gym.now.date())
    except MembersFileError as error:
        raise MembersFileError(f"{file} cannot be imported: {error}.") from error


def _empty(seen: Look, plan: Plan) -> Empty:
    return Empty(seen.clearable, are_cleared(plan.answers.answers))


def _beside(seen: Look, plan: Plan, gym: Known) -> tuple[Look, Comparison, dict[int, bool]]:
    """The look with what is to be asked of people too, how the gym would be with the file, and what is decided."""
    answers, empty = plan.answers.answers, _empty(seen, plan)
    compare_with = partial(compare, gym.members, seen.rows, at=clock.now(), named=seen.named, empty=empty)
    beside = open = compare_with()
    if decisions := decided(open.questions, answers):
        beside = compare_with(decisions=decisions)
    if not seen.open:  # whose the rows are is not known before
        asked = [*asked_of_empty_cells(beside.cleared, answers), *asked_of(open.questions, answers)]
        seen = seen._replace(questions=[*seen.questions, *asked])
    return seen, beside, decisions


def _door(beside: Comparison, missing: Missing, gym: Known) -> Iterator[str]:
    """How many are new, who would come in, after and before, and who is not in the file."""
    new = sum(change.before is None for change in beside.changes)
    yield f"{new:,} new, {len(beside.changes) - new:,} changed, {beside.unchanged:,} as they are."
    yield f"With it, today {in_words(at_the_door(beside.there_with(missing), gym.policy, gym.now))}."
    if there := gym.there:
        yield f"Without it, {in_words(at_the_door(there, gym.policy, gym.now))}."
    if beside.missing:
        names = ", ".join(member.full_name for member in beside.missing[:MISSING])
        more = ", …" if len(beside.missing) > MISSING else ""
        gone = len(beside.changes_with(missing)) - len(beside.changes)
        become = f"; {gone:,} of them become inactive" if missing == "inactive" else ", and stay as they are"
        yield f"{len(beside.missing):,} of the gym are not in it{become}: {names}{more}."
    yield from (f"line {problem.line}: {problem.sentence}" for problem in beside.problems)


def _say_what_is_next(file: Path, seen: Look, plan: Plan) -> None:
    path = plan_path(file)
    waiting = [question for question in seen.questions if not question.answer]
    for number, question in enumerate(waiting, 1):
        for line in ("", *question_lines(number, question)):
            say(line)
    print()
    if waiting:
        raise WrongUsage(
            f"{len(waiting)} of the questions {'has' if len(waiting) == 1 else 'have'} no answer: please write it into "
            f"{path}, and import {file.name} again. Nothing was imported."
        )
    if not (seen.keeps_out or plan.everybody_may_come_in):
        raise WrongUsage(
            f"No column of {file.name} says who may not come in. Where everybody may, please write "
            f"`everybody_may_come_in = true` in {path}. Nothing was imported."
        )
    say(f"Nothing was imported yet. The plan is in {path}; with --apply exactly that is done.")
