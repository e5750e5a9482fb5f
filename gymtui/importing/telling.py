"""What a look at a file has found, in lines for a terminal of 80 columns."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from random import Random
from typing import Final

from gymtui.importing.column import Column
from gymtui.importing.looking import Look
from gymtui.importing.questions import Question
from gymtui.importing.rows import Problem, Row
from gymtui.printable import printable

WIDTH: Final = 80
SOME: Final = 10  # people in full
_VARIES: Final = re.compile(r"'[^']*'|“[^”]*”|\d+|(?<=already, of ).*")


def told(look: Look, random: Random, width: int = WIDTH) -> Iterator[str]:
    """The columns, the people, and ten of them in full, whom `random` picks; no line longer than `width`."""
    yield f"{counted(len(look.table.rows), 'row')}, {counted(len(look.rows), 'person', 'people')}."
    for note in look.table.notes:
        yield from wrapped(note, width)
    yield ""
    yield from _columns(look, width)
    if look.left_out:
        yield from ["", f"{counted(len(look.left_out), 'row')} left out:"]
        yield from _wrapped(grouped(look.left_out), width)
    if look.remarks:
        yield from ["", "To be known:"]
        yield from _wrapped(grouped(look.remarks), width)
    if look.rows:
        yield ""
        yield from in_full(look.rows, random, width)


def in_full(rows: Sequence[Row], random: Random, width: int = WIDTH) -> Iterator[str]:
    """Ten of these people, whom `random` picks, with all that is said of them."""
    yield "Some of them, as they would be:"
    some = random.sample(rows, min(SOME, len(rows)))
    yield from _wrapped(map(_person, sorted(some, key=lambda row: row[0])), width)


def grouped(problems: Iterable[Problem]) -> Iterator[str]:
    """A line for each kind of problem, with how many rows have it and which."""
    kinds: dict[str, list[Problem]] = {}
    for problem in problems:
        kinds.setdefault(_VARIES.sub("…", problem.sentence), []).append(problem)
    for same in kinds.values():
        sentence, lines = printable(same[0].sentence), [problem.line for problem in same]
        if len(same) == 1:
            yield f"line {lines[0]}: {sentence}"
        else:
            yield f"{len(same):,} rows: {sentence} (lines {_ranges(lines)})"


def wrapped(line: str, width: int = WIDTH) -> Iterator[str]:
    """The line in as many as a terminal needs."""
    yield from textwrap.wrap(printable(line), width, subsequent_indent="  ", break_on_hyphens=False)


def question_lines(number: int, question: Question) -> Iterator[str]:
    """A question with its numbered choices."""
    yield from textwrap.wrap(f"{number}. {printable(question.text)}", WIDTH, subsequent_indent="   ")
    for choice, (answer, meaning) in enumerate(question.choices.items(), 1):
        mark = "*" if answer == question.answer else " "
        yield f"  {mark} {choice}  {printable(answer)}: {printable(meaning)}"
    if not question.answer and question.otherwise:
        yield f"       Without an answer it is {question.otherwise}."


def _columns(look: Look, width: int) -> Iterator[str]:
    """A line for each, those that are ignored last, by why."""
    ignored: dict[str, list[Column]] = {}
    for column in look.columns:
        if column.field:
            yield _column(column, width)
        else:
            ignored.setdefault(column.why, []).append(column)
    for why, columns in ignored.items():
        yield from wrapped(f"Ignored, for {why}:", width)
        yield from (_column(column, width) for column in columns)


def _column(column: Column, width: int) -> str:
    values = ", ".join(column.shown) or "(empty)"
    line = f"  {printable(column.heading)[:26]:26} {column.field:18} {printable(values)}"
    return line if len(line) <= width else line[: width - 1] + "…"


def _person(row: Row) -> str:
    line, fields = row
    said = ", ".join(f"{name} {_value(value)}" for name, value in fields.items() if name != "full_name")
    return f"line {line}: {printable(str(fields['full_name']))}: {printable(said)}"


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return " + ".join(getattr(one, "code", str(one)) for one in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)


def _ranges(lines: Sequence[int]) -> str:
    """`2-5001, 5003`, four parts at the most."""
    parts: list[list[int]] = []
    for line in sorted(lines):
        if parts and line == parts[-1][1] + 1:
            parts[-1][1] = line
        else:
            parts.append([line, line])
    told = [str(first) if first == last else f"{first}-{last}" for first, last in parts]
    return ", ".join(told[:4]) + (", …" if len(told) > 4 else "")


def _wrapped(lines: Iterable[str], width: int) -> Iterator[str]:
    for line in lines:
        yield from textwrap.wrap(line, width, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)


def counted(number: int, thing: str, things: str = "") -> str:
    """`1 person`, `1,204 people`."""
    return f"{number:,} {thing if number == 1 else things or thing + 's'}"
