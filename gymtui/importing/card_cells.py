"""A member's cards as one cell of a CSV file, `100042; B2 (lost); C3 (returned)`; and the cell as cards again."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from gymtui.cards.frame import framed
from gymtui.importing.csv_cells import joined, taken_apart
from gymtui.protocol import MAX_CARDS, Card, CardState

LONGEST: Final = 64  # characters of a code
STATES: Final[dict[str, CardState]] = {"in use": "in_use", "lost": "lost", "returned": "returned"}
WORDS: Final = {state: words for words, state in STATES.items()}
_MARKED: Final = re.compile(
    r"(?P<code>.+?)\s*\((?P<state>in use|lost|returned)"
    r"(?: since (?P<since>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z))?(?: by (?P<by>[^()]*))?\)"
)


def card_cell(cards: Iterable[Card]) -> str:
    """The cards as text, each with what is known of it behind it: its state, where it is not just in use, since when
    and by whom. A user's name with a bracket in it stays out."""
    return joined(_text(card) for card in cards)


def _text(card: Card) -> str:
    since = "" if card.since is None else f" since {card.since}"
    by = "" if card.by is None or set("()") & set(card.by) else f" by {card.by}"
    is_plain = card.state == "in_use" and not since and not by and not _MARKED.fullmatch(card.code)
    return card.code if is_plain else f"{card.code} ({WORDS[card.state]}{since}{by})"


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
    if not marked:
        return Card(code=code)
    return Card(code=code, state=STATES[marked["state"]], since=marked["since"], by=marked["by"])
