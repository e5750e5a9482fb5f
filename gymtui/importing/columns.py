"""Columns of a table and what each means: a field, or nothing. What its heading does not say for certain is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from gymtui.importing.cells import are_hours
from gymtui.importing.column import FLAGS, Column
from gymtui.importing.dates import NEVER, are_dates, is_no_date
from gymtui.importing.headings import FIELDS, is_no_matter, is_secret, meaning_of, rank_of, words_of
from gymtui.importing.numbers import is_amount
from gymtui.importing.questions import Questions
from gymtui.importing.rows import MembersFileError
from gymtui.importing.table import Table
from gymtui.importing.unknown import asked_about, fee_groups, name_and_number, printed
from gymtui.importing.vocabulary import are_yes_or_no, is_nothing, plain, state_of, yes_or_no
from gymtui.search.folding import fold

WORDS: Final = 12  # words of a status that nobody knows, at the most, for it to be one
# What several columns may be together: of a yes or no, each counts.
MANY: Final = frozenset(
    "membership_number cards notes alerts active archived frozen frozen_until banned payment_overdue owed paid "
    "fee_group".split()
)
BY_RANK: Final = frozenset({"phone", "email", "home_location", "plan"})  # of several, the best known one counts
OFTEN: Final = 10  # rows of a name, on average, that is a membership's, which has one too
MEMBERSHIPS: Final = 50  # that a gym has, at the most
SAID: Final = "the plan says so"
EARLIER: Final = "the earlier"
BARE: Final = ("name", "naam", "navn")  # headings that do not say whose name it is


def columns_of(table: Table, chosen: Mapping[str, str], questions: Questions, today: date) -> list[Column]:
    """Each column of the table; `chosen` are the fields that a plan has by heading."""
    columns = []
    for at, heading in enumerate(table.heading):
        cells = tuple(cell for _, row in table.rows if not is_nothing(cell := row[at].strip()))
        columns.append(Column(at, heading, "", cells))
    known = [_known(column, chosen) for column in columns]
    for column in _names_apart(known, chosen):
        _check(column)
        columns[column.at] = column
    columns = _one_each(columns, chosen, questions)
    settled = questions.settling | set(chosen)
    free = [column for column in columns if not column.field and column.heading not in settled]
    found = name_and_number(columns, free, questions)
    left = [column for column in free if column.heading not in found]
    found |= dict.fromkeys(fee_groups(left, questions), "fee_group")
    for column in free:
        field = found.get(column.heading) or asked_about(column, len(table.rows), questions, today)
        columns[column.at] = column._replace(field=field)
    columns = _one_each(columns, chosen, questions)  # also of those whose field is an answer
    return printed([column if column.field else _with_why(column) for column in columns], questions)


def _with_why(column: Column) -> Column:
    """Why it is ignored, where that is not known yet."""
    if column.why:
        return column
    if not column.cells:
        why = "it is empty"
    elif is_no_matter(column.heading) or is_secret(column.heading):
        why = "no door has to do with it"
    elif meaning_of(column.heading):
        why = "what it has is not what its heading says"
    else:
        why = "nobody knows its heading, and it has nothing that looks as if it mattered at the door"
    return column._replace(why=why)


def _known(column: Column, chosen: Mapping[str, str]) -> Column:
    """With the field of the plan, or the heading's, where its cells can be that."""
    if column.heading in chosen:
        return column._replace(field=chosen[column.heading], why="" if chosen[column.heading] else SAID)
    field = meaning_of(column.heading)
    if field == "archived" and are_dates(column.cells):
        field = "valid_until"  # when, and not whether
    return column._replace(field=field if _can_be(field, column.cells) else "")


def _can_be(field: str, cells: Sequence[str]) -> bool:
    """Can these cells have that field?"""
    if field in FLAGS:
        return are_yes_or_no(cells)
    if field == "status":
        return len({plain(cell) for cell in cells if not state_of(cell)}) <= WORDS
    if field in ("valid_from", "valid_until", "frozen_until"):
        days = [cell for cell in cells if not is_no_date(cell) and plain(cell) not in NEVER]
        return not days or are_dates(days)
    if field in ("payment_overdue", "owed", "balance"):
        return 2 * sum(yes_or_no(cell) is not None or is_amount(cell) for cell in cells) >= len(cells)
    if field == "hours":
        return all(map(are_hours, cells))
    if field == "full_name":
        return len(set(cells)) > MEMBERSHIPS or OFTEN * len(set(cells)) > len(cells)
    return field != "visits_left" or any(character.isdigit() for cell in cells for character in cell)


def _check(column: Column) -> None:
    if column.field not in ("", "fee_group", *FIELDS):
        raise MembersFileError(
            f"its plan takes “{column.heading}” as {column.field!r}: please take one of {', '.join(FIELDS)}, or none"
        )


def _names_apart(columns: list[Column], chosen: Mapping[str, str]) -> list[Column]:
    """`Name` beside the person's own name is the membership's, and beside a first name the last one."""
    named = [column for column in columns if column.field == "full_name"]
    fields = {column.field for column in columns}
    bare = next((column for column in named if words_of(column.heading) in BARE), None)
    if bare is None or bare.heading in chosen:
        return columns
    if "first_name" in fields and "last_name" not in fields and len(named) == 1:
        field = "last_name"
    elif "first_name" in fields or len(named) > 1:
        field = "" if "plan" in fields or _is_composed(bare, columns) else "plan"
    else:
        return columns
    why = "" if field else "other columns have the names, and the memberships"
    return [column._replace(field=field, why=why) if column.at == bare.at else column for column in columns]


def _is_composed(name: Column, columns: Sequence[Column]) -> bool:
    """Is it the first and the last name once more?"""
    parts = [set(map(fold, column.cells)) for column in columns if column.field == "last_name"]
    return bool(parts) and all(any(word in parts[0] for word in fold(cell).split()) for cell in name.cells[:50])


def _one_each(columns: list[Column], chosen: Mapping[str, str], questions: Questions) -> list[Column]:
    """Two columns for one field: the better known of two phones, cards and notes together, and else it is asked."""
    for field in dict.fromkeys(column.field for column in columns):
        same = [column for column in columns if column.field == field and column.cells]
        if not field or field in MANY or len(same) < 2:
            continue
        if field in BY_RANK:
            kept = min(same, key=lambda column: (column.heading not in chosen, rank_of(column.heading))).heading
        else:
            choices = {column.heading: ", ".join(column.shown) for column in same}
            asked = f"Which column is {field}?"
            settled = tuple(choices)
            if field == "valid_until":
                choices[EARLIER] = "of each row the earlier of them counts"
            kept = questions.ask(f"which is {field}", asked, choices, columns=settled) or same[0].heading
            if kept == EARLIER:
                continue
        why = f"“{kept}” is the {field}"
        columns = [c._replace(field="", why=why) if c.field == field and c.heading != kept else c for c in columns]
    return columns
