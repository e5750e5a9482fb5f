"""Whom rows name that nobody is made of: nobody is missing from a list for a cell that could not be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

from gymtui.cards.frame import framed
from gymtui.importing.card_cells import cards_in
from gymtui.importing.column import NAMES, NUMBERS, Column
from gymtui.importing.numbers import taken_out
from gymtui.importing.rows import Row


def in_cells(rows: Iterable[Sequence[str]], columns: Sequence[Column]) -> Iterator[str]:
    """Each name and number in these rows, as a text."""
    telling = [column for column in columns if column.field in (*NAMES, *NUMBERS)]
    for row in rows:
        said = {column.at: row[column.at].strip() for column in telling if column.at < len(row)}
        first_and_last = [said.get(column.at, "") for part in NAMES[1:] for column in telling if column.field == part]
        yield " ".join(filter(None, first_and_last))
        for column in telling:
            yield from _texts(column.field, taken_out(said.get(column.at, "")))


def in_rows(rows: Iterable[Row]) -> Iterator[str]:
    """The same of rows that were read."""
    for _, fields in rows:
        yield from (str(fields[name]) for name in ("id", "full_name", *NUMBERS) if fields.get(name))
        cards = fields.get("cards")
        yield from (card.code for card in cards) if isinstance(cards, tuple) else ()


def _texts(field: str, cell: str) -> Iterator[str]:
    if field == "cards":
        with suppress(ValueError):
            yield from (card.code for card in cards_in(cell))
    elif field != "full_name":
        cell = framed(cell)
    yield cell
