"""What is typed in the one box and whom it finds. Pure: each step makes the next `Search`."""

from __future__ import annotations

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from gymtui.client.state import Hit
from gymtui.protocol import Member, MemberRef
from gymtui.search.folding import fold

DIGITS: Final = "123456789"
FOUND: Final = 40  # hits that a list goes through at most


def member_of(ref: MemberRef) -> Member:
    """As much of a member as a command needs."""
    return Member(id=ref.id, membership_number=ref.membership_number, full_name=ref.full_name)


class Search(Struct, frozen=True, kw_only=True):
    """The hits for a text, `rows` of which are seen at a time, from `first` on. `chosen` is the one that Enter takes:
    the box may have its number, the `digit`, behind the text. While `picking`, the box has at most that digit, and the
    list waits."""

    text: str
    hits: tuple[Hit, ...] = ()
    rows: int = len(DIGITS)
    first: int = 0
    chosen: int | None = None
    picking: bool = False
    digit: str = ""

    @property
    def pick(self) -> Hit | None:
        return None if self.chosen is None else self.hits[self.chosen]

    @property
    def exact(self) -> tuple[Hit, ...]:
        """The hits but for the near ones, which come after them and are taken by nobody who has not chosen one."""
        return tuple(hit for hit in self.hits if not hit.near)

    @property
    def clear_hit(self) -> Hit | None:
        """The one hit, or the only one of that very name: what Enter may take without a guess."""
        exact = self.exact
        if len(exact) == 1:
            return exact[0]
        same = [hit for hit in exact if fold(hit.member.full_name) == fold(self.text)]
        return same[0] if len(same) == 1 else None

    @property
    def seen(self) -> range:
        """The hits that are seen; the digits are theirs, from the first row down."""
        return range(self.first, min(self.first + self.rows, len(self.hits)))

    def answers(self, text: str) -> bool:
        """Is this the search for what the box says now?"""
        return text == (self.digit if self.picking else self.text + self.digit)

    def moved(self, step: int) -> Search:
        """Down from the box is the first row, up from the first row is the box again (in a pick list it stays)."""
        if not self.hits:
            return self
        row = (-1 if self.chosen is None else self.chosen) + step
        if row < 0 and not self.picking:
            return replace(self, chosen=None)
        return self._at(max(0, min(row, len(self.hits) - 1)))

    def numbered(self, text: str) -> Search | None:
        """The row that a digit names, behind the letters, `ans2`, or alone while the list waits: of this list, which is
        on the screen, and of no other. None where the text says something else."""
        digit, before = text[-1:], text[:-1]
        named = not before if self.picking else before == self.text and before[-1:].isalpha()
        if not named or not digit or digit not in DIGITS[: len(self.seen)]:
            return None
        return replace(self, chosen=self.seen[DIGITS.index(digit)], digit=digit)

    def opened(self, *, leaving: bool) -> Search:
        """The pick list: the next Enter takes the chosen one, at first the likeliest of those who are in, where they
        are `leaving`, or who are not; where all are near hits, none."""
        waiting, exact = replace(self, picking=True, digit=""), self.exact
        fitting = (row for row, hit in enumerate(exact) if (hit.in_since is not None) == leaving)
        return waiting._at(next(fitting, 0)) if exact else replace(waiting, chosen=None)

    def waiting(self) -> Search:
        """The pick list once the box is empty again."""
        return replace(self, digit="")

    def _at(self, row: int) -> Search:
        """That row is chosen, and seen."""
        return replace(self, chosen=row, first=max(0, min(self.first, row), row - self.rows + 1))
