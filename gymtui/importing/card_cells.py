"""A member's cards as one cell of a CSV file, `100042; B2 (lost); C3 (returned)`; and the cell as cards again."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from gymtui.cards.frame import framed
from gymtui.importing.csv_cells import joined, taken_apart
from gymtui.protocol import MAX_CARDS, Card, CardState

LONGEST: Final = 64  # characters of a code
MARKS: Final[dict[str, CardState]] = {"lost": "lost", "returned": "returned"}
_MARKED: Final = re.compile(r"(?P<code>.+?)\s*\((?P<mark>lost|returned)\)")


def card_cell(cards: Iterable[Card]) -> str:
    """The cards as text, each that is not in use with its state behind it."""
    return joined(card.code if card.state == "in_use" else f"{card.code} ({card.state})" for card in cards)


def cards_in(cell: str) -> tuple[Card, ...]:
    """The cards that a cell names; ValueError says what is wrong."""
    cards = tuple(_card(part) for part in taken_apart(cell))
    if len(cards) > MAX_CARDS:
        raise ValueError(f"cards has {len(cards)}, and a member has {MAX_CARDS} at the most")
    if len({card.code for card in cards}) < len(cards):
        raise ValueError("cards names one of them twice")
    return cards


def _card(part: str) -> Card:
    marked = _MARKED.fullmatch(part)
    code = framed(marked["code"] if marked else part)
    if not 0 < len(code) <= LONGEST or not code.isprintable():
        raise ValueError(
            f"cards has one that is empty, has more than {LONGEST} characters, or some that cannot be printed"
        )
    return Card(code=code, state=MARKS[marked["mark"]] if marked else "in_use")
