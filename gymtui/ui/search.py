"""What is typed in the one box and whom it finds. Pure: each step makes the next `Search`."""

from __future__ import annotations

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from gymtui.client.state import Hit
from gymtui.words import fold

DIGITS: Final = "123456789"


class Search(Struct, frozen=True, kw_only=True):
    """The hits for a text. `chosen` is the row that Enter takes: the box may have its number, the `digit`, behind the
    text. While `picking`, the box is empty and the list waits."""

    text: str
    hits: tuple[Hit, ...] = ()
    chosen: int | None = None
    picking: bool = False
    digit: str = ""

    @property
    def pick(self) -> Hit | None:
        return None if self.chosen is None else self.hits[self.chosen]

    @property
    def clear_hit(self) -> Hit | None:
        """The one hit, or the only one of that very name: what Enter may take without a guess."""
        if len(self.hits) == 1:
            return self.hits[0]
        same = [hit for hit in self.hits if fold(hit.member.full_name) == fold(self.text)]
        return same[0] if len(same) == 1 else None

    def answers(self, text: str) -> bool:
        """Is this the search for what the box says now?"""
        return self.text + self.digit == text or (self.picking and not text)

    def moved(self, step: int) -> Search:
        """Down from the box is the first row, up from the first row is the box again (in a pick list it stays)."""
        if not self.hits:
            return self
        row = (-1 if self.chosen is None else self.chosen) + step
        if row < 0 and not self.picking:
            return replace(self, chosen=None)
        return replace(self, chosen=max(0, min(row, len(self.hits) - 1)))

    def numbered(self, text: str) -> Search | None:
        """The row that a digit behind the letters names, `ans2`: of this list, which is on the screen, and of no
        other. None where the text says something else."""
        digit = text[-1:]
        if text[:-1] != self.text or not self.text[-1:].isalpha() or digit not in DIGITS[: len(self.hits)]:
            return None
        return replace(self, chosen=DIGITS.index(digit), picking=False, digit=digit)

    def opened(self) -> Search:
        """The pick list: the first row is chosen, and the next Enter takes the chosen one."""
        return replace(self, chosen=0, picking=True)
