"""The plan of a file that has changed since, or of the next one of its kind: what was said of the one before, as far as
it fits the new one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gymtui.importing.looking import Answers, Look
from gymtui.importing.plan_file import Plan
from gymtui.importing.questions import Question


def renewed(before: Plan, see: Callable[[Plan], Look]) -> tuple[Plan, Look]:
    """A plan for the file that one can `see` by a plan, and how it is seen by that: where it has the same headings, in
    whatever order, with what was said of columns, and the answers to questions that are the same."""
    seen = see(Plan(""))
    plan = Plan(seen.digest)
    if sorted(before.headings) != sorted(seen.table.heading):
        return plan, seen
    guessed = {column.heading: column.field for column in seen.columns}
    fields = {heading: field for heading, field in before.answers.fields.items() if guessed.get(heading) != field}
    plan = plan._replace(
        answers=Answers(fields), everybody_may_come_in=before.everybody_may_come_in, missing=before.missing
    )
    seen = see(plan)
    while given := {q.key: answer for q in seen.questions if not q.answer and (answer := _recalled(before, q))}:
        plan = plan.with_answers(given)
        seen = see(plan)
    return plan, seen


def _recalled(before: Plan, question: Question) -> str:
    """The answer of before; "" where the choices were others, or it was of other people."""
    asked = before.asked.get(question.key)
    if asked is None or sorted(asked.choices) != sorted(question.choices):
        return ""
    return "" if question.of_people and asked.text != question.text else before.answers.answers.get(question.key, "")


def what_is_kept(before: Plan, plan: Plan, seen: Look, name: str, other: str = "") -> Iterator[str]:
    """What was kept of the plan before, which may be that of `other` file, and what has to be asked again, as
    sentences."""
    yield f"{name} has the headings of {other}." if other else f"{name} has changed since its plan was made."
    columns = [f"“{heading}” is {field or 'ignored'}" for heading, field in plan.answers.fields.items()]
    kept = [*columns, *(question.key for question in seen.questions if question.answer)]
    kept += ["missing = inactive"] if plan.missing == "inactive" else []
    kept += ["everybody may come in"] if plan.everybody_may_come_in else []
    answered = [key for key, answer in before.answers.answers.items() if answer]
    again = [question.key for question in seen.questions if not question.answer and question.key in answered]
    if kept:
        yield f"Kept of {f'the plan of {other}' if other else 'that plan'}: {'; '.join(kept)}."
    if again:
        yield f"To be answered again: {'; '.join(again)}."
