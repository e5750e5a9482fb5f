"""A column of a table: what it is called, what it means, and its cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from gymtui.importing.headings import is_secret
from gymtui.importing.vocabulary import yes_or_no

SHOWN: Final = 3  # values of a column in the plan
FEW: Final = 8  # words that a column may have, again and again, to look like a state
FLAGS: Final = ("active", "archived", "frozen", "banned", "waiver_signed", "paid")
GIVEN: Final = ("active", "waiver_signed", "paid")  # a yes that somebody needs
DOOR: Final = frozenset("status valid_until visits_left active archived frozen frozen_until banned fee_group".split())
NAMES: Final = ("full_name", "first_name", "last_name")
NUMBERS: Final = ("membership_number", "cards", "external_id")


class Column(NamedTuple):
    """`field` is what it means, "" where it is ignored, and `why` then says why; `cells` are those that are not
    empty."""

    at: int
    heading: str
    field: str
    cells: tuple[str, ...]
    why: str = ""

    @property
    def shown(self) -> list[str]:
        """Three of its values; none that is a secret."""
        if is_secret(self.heading) and not self.field:
            return ["not shown"] if self.cells else []
        return list(dict.fromkeys(self.cells))[:SHOWN]


def has_yes_or_nothing(column: Column, rows: int) -> bool:
    """Has it a yes where somebody has what is needed, and nothing where not, in so many rows? Nothing is no, then."""
    is_flag = column.field in GIVEN and 0 < len(column.cells) < rows
    return is_flag and all(yes_or_no(cell) for cell in set(column.cells))


def are_few_words(cells: Sequence[str]) -> bool:
    """Are they the same few words, again and again?"""
    distinct = set(cells)
    digits = any(character.isdigit() for cell in distinct for character in cell)
    return bool(cells) and len(distinct) <= FEW and 2 * len(distinct) <= len(cells) and not digits
