"""Columns of a table and what each means: a field, or nothing. What its heading does not say for certain is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from gymtui.importing.dates import FORMATS, are_dates, read_as
from gymtui.importing.headings import FIELDS, is_no_matter, is_secret, meaning_of, rank_of, words_of
from gymtui.importing.questions import Questions
from gymtui.importing.rows import MembersFileError
from gymtui.importing.table import Table
from gymtui.importing.vocabulary import are_yes_or_no, is_nothing, plain, state_of, yes_or_no
from gymtui.search.folding import fold

SHOWN: Final = 3  # values of a column in the plan
FEW: Final = 8  # words that a column may have, again and again, to look like a state
WORDS: Final = 12  # words of a status that nobody knows, at the most, for it to be one
FLAGS: Final = ("active", "archived", "frozen", "banned", "waiver_signed")
MANY: Final = frozenset(
    {"membership_number", "cards", "notes", "alerts"}
)  # fields that several columns may be together
BY_RANK: Final = frozenset({"phone", "email", "home_location", "plan"})  # of several, the best known one counts
DOOR: Final = frozenset({"status", "valid_until", "visits_left", "active", "archived", "frozen", "banned", "fee_group"})
BARE: Final = ("name", "naam", "navn")  # headings that do not say whose name it is
IGNORE: Final = "ignore"
# What a column may be that looks so, and nobody knows.
AHEAD: Final = {"valid_until": "the last day", "valid_from": "the first day"}
FEW_WORDS: Final = {"status": "who may come in", "plan": "the membership's name"}
YES_OR_NO: Final = {
    "active": "only yes comes in",
    "archived": "yes does not come in",
    "frozen": "yes is frozen",
    "payment_overdue": "yes owes money",
    "waiver_signed": "yes has signed the waiver",
}


class Column(NamedTuple):
    """`field` is what it means, "" where it is ignored; `cells` are those that are not empty."""

    at: int
    heading: str
    field: str
    cells: tuple[str, ...]

    @property
    def shown(self) -> list[str]:
        """Three of its values; none that is a secret."""
        if is_secret(self.heading) and not self.field:
            return ["not shown"] if self.cells else []
        return list(dict.fromkeys(self.cells))[:SHOWN]


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
    free = [column for column in columns if column.heading not in settled]
    groups = _fee_groups([column for column in free if not columns[column.at].field], questions)
    for column in free:
        if not columns[column.at].field:
            field = "fee_group" if column.heading in groups else _asked(columns[column.at], questions, today)
            columns[column.at] = column._replace(field=field)
    return _printed(columns, questions)


def _known(column: Column, chosen: Mapping[str, str]) -> Column:
    """With the field of the plan, or the heading's, where its cells can be that."""
    if column.heading in chosen:
        return column._replace(field=chosen[column.heading])
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
    if field in ("valid_from", "valid_until"):
        return not cells or are_dates(cells)
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
    bare = next(
        (column for column in named if words_of(column.heading) in ("name", "nom", "nome", "naam", "navn")), None
    )
    if bare is None or bare.heading in chosen:
        return columns
    if "first_name" in fields and "last_name" not in fields and len(named) == 1:
        field = "last_name"
    elif "first_name" in fields or len(named) > 1:
        field = "" if "plan" in fields or _is_composed(bare, columns) else "plan"
    else:
        return columns
    return [column._replace(field=field) if column.at == bare.at else column for column in columns]


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
            kept = questions.ask(f"which is {field}", asked, choices, columns=tuple(choices)) or same[0].heading
        columns = [c._replace(field="") if c.field == field and c.heading != kept else c for c in columns]
    return columns


def _fee_groups(unknown: list[Column], questions: Questions) -> set[str]:
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


def _asked(column: Column, questions: Questions, today: date) -> str:
    """The field of a column that nobody knows, where it looks as if it mattered at the door."""
    distinct = dict.fromkeys(column.cells)
    if any(_is_ahead(cell, today) for cell in distinct):
        looks, choices = "has days to come", AHEAD
    elif not column.cells or is_no_matter(column.heading) or is_secret(column.heading):
        return ""
    elif all(yes_or_no(cell) is not None for cell in distinct):
        looks, choices = "says yes and no", YES_OR_NO
    elif _are_few_words(column.cells):
        looks, choices = "has few words, again and again", FEW_WORDS
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


def _are_few_words(cells: Sequence[str]) -> bool:
    distinct = set(cells)
    digits = any(character.isdigit() for cell in distinct for character in cell)
    return len(distinct) <= FEW and 2 * len(distinct) <= len(cells) and not digits


def _is_ahead(cell: str, today: date) -> bool:
    days = (read_as(cell, format) for format in FORMATS if format != "20261130")
    return any(day is not None and day > today for day in days)


def _printed(columns: list[Column], questions: Questions) -> list[Column]:
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
