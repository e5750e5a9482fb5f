"""A look at a member list: what it is made of, what has to be asked, and who would be in it. It changes nothing.

Looking again with the answers is the import: a plan is a file's digest and the answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import NamedTuple

from gymtui.importing.column import DOOR, Column, has_yes_or_nothing
from gymtui.importing.columns import columns_of
from gymtui.importing.contracts import one_each
from gymtui.importing.named import in_cells
from gymtui.importing.numbers import lost_zeros
from gymtui.importing.questions import Question, Questions
from gymtui.importing.records import people_of
from gymtui.importing.rows import Problem, Row
from gymtui.importing.sources import lines_of
from gymtui.importing.table import Table, table_of
from gymtui.importing.values import reader_of
from gymtui.importing.vocabulary import NO_PLAN, plain
from gymtui.protocol import Clearable


class Answers(NamedTuple):
    """What a person has said of a file: the field of columns, by heading, and the answers to questions, by key."""

    fields: Mapping[str, str] = {}
    answers: Mapping[str, str] = {}


class Look(NamedTuple):
    """`rows` are the people, a row each; `left_out` the rows that are not, and `remarks` what is to be said of those
    that are. `keeps_out` says whether any column does say who may not come in; `named` are the names and numbers of
    the rows left out, whom nobody may take for missing; `clearable` the fields that an empty cell could clear."""

    digest: str
    table: Table
    columns: list[Column]
    questions: list[Question]
    rows: list[Row]
    left_out: list[Problem]
    remarks: list[Problem]
    keeps_out: bool
    named: tuple[str, ...]
    clearable: tuple[Clearable, ...]

    @property
    def open(self) -> list[Question]:
        """The questions that keep the file from being imported."""
        return [question for question in self.questions if question.is_open]


def look(content: bytes, answers: Answers, *, today: date) -> Look:
    """What a file has. MembersFileError where it is no member list."""
    questions = Questions(answers.answers)
    source = lines_of(content, questions)
    table = table_of(source.lines)
    table.notes.extend(source.notes)
    columns = columns_of(table, answers.fields, questions, today)
    read = [(column, reader_of(column, questions, today)) for column in columns if column.field]
    table.notes.extend(
        f"“{column.heading}” has yes or nothing: nothing means no."
        for column in columns
        if has_yes_or_nothing(column, len(table.rows))
    )
    people = people_of(table.rows, read, questions)
    rows, left_out, remarks = one_each(people.rows, questions, today)
    if lost := lost_zeros([str(fields["membership_number"]) for _, fields in rows if "membership_number" in fields]):
        table.notes.append(lost)
    left_out = sorted([*table.bad, *people.left_out, *left_out])
    return Look(
        digest=digest_of(content),
        table=table,
        columns=columns,
        questions=list(questions.asked.values()),
        rows=rows,
        left_out=left_out,
        remarks=sorted([*people.remarks, *remarks]),
        keeps_out=any(_keeps_out(column) for column in columns),
        named=_named(table, columns, left_out),
        clearable=people.columns,
    )


def _keeps_out(column: Column) -> bool:
    return bool(column.cells) and (
        column.field in DOOR or (column.field == "plan" and any(plain(cell) in NO_PLAN for cell in column.cells))
    )


def names_in(content: bytes, left_out: Iterable[Problem], today: date) -> tuple[str, ...]:
    """The names and numbers that these rows of a file have."""
    seen = look(content, Answers(), today=today)
    return _named(seen.table, seen.columns, left_out)


def _named(table: Table, columns: Sequence[Column], left_out: Iterable[Problem]) -> tuple[str, ...]:
    texts = in_cells((table.cells.get(problem.line, []) for problem in left_out), columns)
    return tuple(filter(None, dict.fromkeys(texts)))


def digest_of(content: bytes) -> str:
    """What tells a file from any other: SHA-256, in hex."""
    return sha256(content).hexdigest()
