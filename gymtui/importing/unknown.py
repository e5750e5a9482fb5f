"""Columns whose headings nobody knows: what they look like is no more than a reason to ask what they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Final

from gymtui.importing.column import DOOR, NAMES, NUMBERS, Column, are_few_words
from gymtui.importing.dates import FORMATS, are_dates, read_as
from gymtui.importing.headings import is_no_matter, is_secret, meaning_of, words_of
from gymtui.importing.numbers import is_amount, sign_of
from gymtui.importing.questions import Questions
from gymtui.importing.rows import MembersFileError
from gymtui.importing.vocabulary import are_yes_or_no, plain

MATTERING: Final = DOOR | {"valid_from", "payment_overdue", "owed", "balance", "hours"}
# What is in the headings of columns that keep people out: a reason to ask, and to take nothing for anything.
TELLING: Final = re.compile(
    r"\b(?:cancel|terminat|expir|laps|unpaid|arrear|owe|debt|remain|suspend|freez|froz|block|barred|kundig|gekundigt|"
    r"gesperr|sperr|ausgetret|ablauf|schuld|ruckstand|ubrig|resili|echeance|impay|bloqu|venc|caduc|moros|deud|scad|"
    r"disdett|sospes|residu|inadimpl|opgezegd|opzeg|geblok|verlop|zablok|zawiesz|pozost|wygas)|"
    r"\b(?:until|ends?|ended|left|leaving|ban|banned|hold|due|bis|ende|offen|rest|fin|jusqu|baja|hasta|fine|fino|baixa|"
    r"eind|tot|do)\b"
)
IGNORE: Final = "ignore"
NONE: Final = "none"
# What a column may be that looks so, and nobody knows.
AHEAD: Final = {
    "valid_until": "the last day",
    "valid_from": "the first day",
    "frozen_until": "the last day on which they may not come in",
}
AMOUNTS: Final = {
    "visits_left": "how many visits are left",
    "owed": "what they owe",
    "balance": "what is on their account",
}
FEW_WORDS: Final = {"status": "who may come in", "plan": "the membership's name"}
YES_OR_NO: Final = {
    "active": "only yes comes in",
    "archived": "yes does not come in",
    "frozen": "yes is frozen",
    "banned": "yes may not come in at all",
    "payment_overdue": "yes owes money",
    "paid": "no owes money",
    "waiver_signed": "yes has signed the waiver",
}


def name_and_number(columns: Sequence[Column], free: Sequence[Column], questions: Questions) -> dict[str, str]:
    """The fields, by heading, of what is asked because no heading says which column has the names and which the cards.
    MembersFileError where none could have the names."""
    fields = {column.field for column in columns}
    found = {}
    if fields.isdisjoint(NAMES):
        likely = [column for column in free if _are_names(column)]
        if not likely:
            raise MembersFileError("no column of it has names: please give each its heading, `full_name` for the names")
        found[_which("full_name", "Which column has the names?", likely, questions)] = "full_name"
    if fields.isdisjoint(NUMBERS):
        likely = [column for column in free if column.heading not in found and _are_numbers(column)]
        if likely:
            text = "Which column is what the cards or key tags have on them?"
            found[_which("membership_number", text, likely, questions, {NONE: "no column"})] = "membership_number"
    return found


def _which(
    field: str, text: str, likely: Sequence[Column], questions: Questions, others: dict[str, str] | None = None
) -> str:
    choices = {column.heading: ", ".join(column.shown) for column in likely} | (others or {})
    return questions.ask(f"which is {field}", text, choices, columns=tuple(column.heading for column in likely))


def _are_names(column: Column) -> bool:
    cells = column.cells
    letters = all(any(character.isalpha() for character in cell) and "@" not in cell for cell in cells)
    return bool(cells) and letters and not are_few_words(cells) and not are_dates(cells)


def _are_numbers(column: Column) -> bool:
    """Are they all different, with a digit in each?"""
    cells = column.cells
    digits = all(any(character.isdigit() for character in cell) and "@" not in cell for cell in cells)
    is_known = is_no_matter(column.heading) or is_secret(column.heading) or bool(column.why)
    return len(cells) > 1 and digits and len(set(cells)) == len(cells) and not are_dates(cells) and not is_known


def fee_groups(unknown: list[Column], questions: Questions) -> set[str]:
    """Columns side by side that have an X or nothing: memberships, one a column?"""
    marked = [column.heading for column in unknown if {plain(cell) for cell in column.cells} == {"x"}]
    if len(marked) < 2:
        return set()
    answer = questions.ask(
        "columns with an X",
        f"{', '.join(f'“{heading}”' for heading in marked)} have an X or nothing. Are they memberships?",
        {"memberships": "each is one; who has no X has none and does not come in", IGNORE: "they say nothing"},
        columns=tuple(marked),
    )
    return set(marked) if answer == "memberships" else set()


def asked_about(column: Column, rows: int, questions: Questions, today: date) -> str:
    """The field of a column that nobody knows, where it looks as if it mattered at the door: of so many `rows`."""
    distinct = dict.fromkeys(column.cells)
    choices: dict[str, str]
    if any(_is_ahead(cell, today) for cell in distinct):
        looks, choices = "has days to come", AHEAD
    elif not column.cells or is_no_matter(column.heading) or is_secret(column.heading):
        return ""
    elif are_yes_or_no(distinct):
        looks, choices = "says yes and no", YES_OR_NO | (AMOUNTS if all(map(str.isdecimal, distinct)) else {})
    elif are_few_words(column.cells):
        looks, choices = "has few words, again and again", FEW_WORDS
    elif are_dates(distinct) and 2 * len(column.cells) < rows:
        looks, choices = "has a day for some, and for most it has none", AHEAD
    elif any(is_amount(cell) and sign_of(column.heading, cell) < 0 for cell in distinct):
        looks, choices = "has amounts below nothing", AMOUNTS
    elif meaning_of(column.heading) in MATTERING or (not column.why and TELLING.search(words_of(column.heading))):
        choices = AHEAD | AMOUNTS | FEW_WORDS
        looks = "is called like what matters at the door, and has what nobody knows"
    else:
        return ""
    shown = ", ".join(column.shown)
    answer = questions.ask(
        f"column {column.heading}",
        f"“{column.heading}” {looks} ({shown}). What is it?",
        {**choices, IGNORE: "nothing that matters at the door"},
        columns=(column.heading,),
    )
    return "" if answer == IGNORE else answer


def _is_ahead(cell: str, today: date) -> bool:
    days = (read_as(cell, format) for format in FORMATS if format != "20261130")
    return any(day is not None and day > today for day in days)


def printed(columns: list[Column], questions: Questions) -> list[Column]:
    """Where there is no number of a card, the old program's own may be what is printed on it."""
    ids = [column for column in columns if column.field == "external_id"]
    if not ids or any(column.field in ("membership_number", "cards") for column in columns):
        return columns
    answer = questions.ask(
        "number on the card",
        f"Is “{ids[0].heading}” ({', '.join(ids[0].shown)}) what a card or a key tag has on it?",
        {"yes": "it is what is scanned", "no": "it is the old program's own; cards are given out anew"},
    )
    return [*columns, ids[0]._replace(field="membership_number")] if answer == "yes" else columns
