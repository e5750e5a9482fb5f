"""Cells as values: for each column, what reads its cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from gymtui.importing.cells import value_of
from gymtui.importing.column import FLAGS, NAMES, Column
from gymtui.importing.dates import NEVER, date_reader
from gymtui.importing.numbers import card_number, phone_number, sign_of, taken_out, visits_reader
from gymtui.importing.questions import Questions
from gymtui.importing.vocabulary import plain, state_of, yes_or_no

Reader = Callable[[str], object]
"""A cell that is not empty as a value; None says that there is none, `never`. ValueError: it cannot be read."""

SOFT: Final = frozenset({"phone", "email", "birth_date", "home_location", "notes", "plan"})  # nobody stays out for them
STATE: Final = {
    "active": "comes in",
    "overdue": "owes money",
    "inactive": "does not come in",
    "frozen": "does not come in for now",
    "banned": "may not come in at all",
}


def reader_of(column: Column, questions: Questions, today: date) -> Reader:
    """What reads the cells of a column that has a field."""
    heading, cells = column.heading, [taken_out(cell) for cell in column.cells]
    match column.field:
        case "membership_number" | "external_id":
            return lambda cell: card_number(heading, cell)
        case "phone":
            return lambda cell: phone_number(heading, cell)
        case "valid_from" | "valid_until":
            return _date_or_none(date_reader(heading, [c for c in cells if plain(c) not in NEVER], questions))
        case "birth_date":
            return _born(date_reader(heading, cells, questions, past=today), today)
        case "status":
            return _state_reader(heading, cells, questions)
        case "visits_left":
            return visits_reader(heading, cells, questions)
        case "owed" | "balance" | "payment_overdue" | "paid":
            return _debt_reader(column.field, heading, cells, questions)
        case "fee_group":
            return lambda _: heading
        case "frozen_until":
            return _thawing(date_reader(heading, cells, questions), today)
        case field if field in FLAGS:
            return lambda cell: _flag(heading, cell)
        case field:
            return lambda cell: value_of("full_name" if field in NAMES else field, cell)


def _date_or_none(read: Callable[[str], date]) -> Reader:
    return lambda cell: None if plain(cell) in NEVER else read(cell).isoformat()


def _thawing(read: Callable[[str], date], today: date) -> Reader:
    """The first day after the last on which somebody does not come in, None where that is behind."""

    def reader(cell: str) -> str | None:
        last = read(cell)
        return (last + timedelta(1)).isoformat() if today <= last < date.max else None

    return reader


def _born(read: Callable[[str], date], today: date) -> Reader:
    def reader(cell: str) -> str | None:
        day = read(cell)
        if day > today:
            raise ValueError(f"the birth date {cell!r} is yet to come")
        return None if (day.year, day.month, day.day) == (1900, 1, 1) else day.isoformat()  # how some write "unknown"

    return reader


def _state_reader(heading: str, cells: list[str], questions: Questions) -> Reader:
    unknown = [cell for cell in cells if not state_of(cell)]
    written = {plain(cell): cell for cell in reversed(unknown)}  # as it stands where it is first
    told = {}
    for word, count in Counter(map(plain, unknown)).items():
        people = f"{count:,} {'row' if count == 1 else 'rows'}"
        text = f"What is “{written[word]}” in “{heading}” ({people})?"
        told[word] = questions.ask(f"{heading}: {word}", text, STATE, otherwise="inactive")
    return lambda cell: state_of(cell) or told[plain(cell)]


def _debt_reader(field: str, heading: str, cells: list[str], questions: Questions) -> Reader:
    """Whether somebody owes."""
    match field:
        case "balance":
            return _balance_reader(heading, cells, questions)
        case "paid":
            return lambda cell: not _flag(heading, cell)
        case "owed":
            return lambda cell: sign_of(heading, cell) > 0
        case _:
            return lambda cell: sign_of(heading, cell) > 0 if yes_or_no(cell) is None else bool(yes_or_no(cell))


def _balance_reader(heading: str, cells: list[str], questions: Questions) -> Reader:
    """Whether an amount below nothing is a debt or a credit is asked, once there is an amount."""
    for cell in cells:
        try:
            sign = sign_of(heading, cell)
        except ValueError:
            continue
        if sign:
            choices = {"owes": "owes the gym that", "has": "has that to its credit"}
            answer = questions.ask(f"sign of {heading}", f"Whoever has “{cell}” in “{heading}” …", choices)
            debt = sign if answer == "owes" else -sign
            return lambda cell: sign_of(heading, cell) == debt
    return lambda cell: sign_of(heading, cell) != 0


def _flag(heading: str, cell: str) -> bool:
    said = yes_or_no(cell)
    if said is None:
        raise ValueError(f"“{heading}” is yes or no, not {cell!r}")
    return said
