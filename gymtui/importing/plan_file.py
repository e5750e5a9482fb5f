"""The plan of an import as a file that a person reads and edits: TOML, with what there is to say of each line."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Final, NamedTuple, get_args

from gymtui.importing.looking import Answers, Look
from gymtui.importing.rows import MembersFileError
from gymtui.printable import printable
from gymtui.protocol import Missing

LINE: Final = "line "  # begins the key of a question about one person
FIRST: Final = "# A plan of gymtui: how "


class Asked(NamedTuple):
    """A question as a plan has it: its text and its choices."""

    text: str
    choices: tuple[str, ...]


class Plan(NamedTuple):
    """What a person has said of a file. `missing` is what becomes of members who are not in it; `headings` and `asked`
    are what the file was like when its plan was written."""

    digest: str
    answers: Answers = Answers()
    everybody_may_come_in: bool = False
    missing: Missing = "keep"
    headings: tuple[str, ...] = ()
    asked: Mapping[str, Asked] = {}

    def with_answers(self, answers: Mapping[str, str]) -> Plan:
        """The plan with these answers too."""
        return self._replace(answers=self.answers._replace(answers={**self.answers.answers, **answers}))

    def with_field(self, heading: str, field: str) -> Plan:
        """The plan with that column taken for this; "" ignores it."""
        return self._replace(answers=self.answers._replace(fields={**self.answers.fields, heading: field}))


def written(look: Look, plan: Plan, name: str, said: list[str]) -> str:
    """The plan as text; `said` are the lines that tell what would be."""
    lines = [
        f"{FIRST}{printable(name)} is to be imported. Answer its questions and say what its columns are, here;",
        "# then the same import with --apply does exactly this, and nothing else.",
        "",
        *(f"# {line}".rstrip() for line in said),
        "",
        f"digest = {_quoted(plan.digest)}",
        f"everybody_may_come_in = {'true' if plan.everybody_may_come_in else 'false'}",
        f"missing = {_quoted(plan.missing)}  # members who are not in the file: keep, or inactive",
    ]
    for question in look.questions:
        lines += ["", "[[questions]]", f"key = {_quoted(question.key)}", f"question = {_quoted(question.text)}"]
        choices = [f"  {_quoted(choice)},  # {printable(meaning)}" for choice, meaning in question.choices.items()]
        lines += ["choices = [", *choices, "]"]
        if question.otherwise:
            lines.append(f"# Without an answer it is {_quoted(question.otherwise)}.")
        lines.append(f"answer = {_quoted(question.answer)}")
    settled = {heading for question in look.questions for heading in question.columns}
    for column in look.columns[: len(look.table.heading)]:
        lines += ["", "[[columns]]", f"heading = {_quoted(column.heading)}"]
        lines.append(
            "# the field is what the question above says"
            if column.heading in settled
            else f"field = {_quoted(column.field)}" + ("" if column.field else f"  # ignored: {printable(column.why)}")
        )
        lines.append(f"values = [{', '.join(map(_quoted, column.shown))}]")
    return "\n".join(lines) + "\n"


def read(text: str) -> Plan:
    """The plan that a text is. MembersFileError."""
    try:
        said = tomllib.loads(text)
        fields = {column["heading"]: column["field"] for column in said.get("columns", []) if "field" in column}
        answers = {question["key"]: question["answer"] for question in said.get("questions", [])}
        asked = {
            question["key"]: Asked(question["question"], tuple(question["choices"]))
            for question in said.get("questions", [])
            if {"question", "choices"} <= question.keys()
        }
        plan = Plan(
            said["digest"],
            Answers(fields, answers),
            said.get("everybody_may_come_in", False) is True,
            said.get("missing", "keep"),
            tuple(column["heading"] for column in said.get("columns", [])),
            asked,
        )
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
        raise MembersFileError(
            f"is no plan any more ({error}): delete it, and the next import makes a new one"
        ) from error
    if plan.missing not in get_args(Missing) or not all(
        isinstance(v, str) for v in (*fields.values(), *answers.values())
    ):
        raise MembersFileError("has an answer that is none: each is a text in quotes, and `missing` keep or inactive")
    return plan


def _quoted(text: str) -> str:
    """A basic string of TOML; nothing in it obeys an editor or a terminal."""
    return '"' + "".join(c if c.isprintable() and c not in '"\\' else f"\\U{ord(c):08x}" for c in text) + '"'
