"""The list of who is in: its order, what is typed to narrow it, who is chosen and marked. Pure, step by step."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property, lru_cache
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from gymtui.client.state import Inside
from gymtui.protocol import MemberRef
from gymtui.search.folding import fold, spellings, words

Order = Literal["time", "name"]


class Roster(Struct, frozen=True, kw_only=True, dict=True):
    """`people` come the newest first; `chosen` and `marked` are member ids, and stay with the people as these move.
    What follows from them is asked for by each row that is painted, and made once."""

    people: tuple[Inside, ...] = ()
    text: str = ""
    order: Order = "time"
    chosen: str | None = None
    marked: frozenset[str] = frozenset()

    @cached_property
    def rows(self) -> tuple[Inside, ...]:
        """Who is seen: those whose name has words that begin as typed, in any spelling, or whose number begins so."""
        typed = list(spellings(self.text))
        found = [inside for inside in self.people if any(answers_to(_called(inside), one) for one in typed)]
        return tuple(sorted(found, key=lambda i: fold(i.member.full_name)) if self.order == "name" else found)

    @cached_property
    def index(self) -> int | None:
        """Which row is chosen."""
        return next((n for n, inside in enumerate(self.rows) if inside.member.id == self.chosen), None)

    @property
    def targets(self) -> tuple[Inside, ...]:
        """Whom Enter checks out: those marked, or the chosen one, or the only one that was typed for."""
        if self.marked:
            return tuple(inside for inside in self.people if inside.member.id in self.marked)
        rows = self.rows
        if self.index is not None:
            return (rows[self.index],)
        return rows if self.text and len(rows) == 1 else ()

    def now(self, people: tuple[Inside, ...]) -> Roster:
        """The same list an event later; who has left is marked no more."""
        here = {inside.member.id for inside in people}
        return replace(
            self,
            people=people,
            marked=self.marked & here,
            chosen=self.chosen if self.chosen in here else None,
        )

    def moved(self, step: int) -> Roster:
        """Down from the box is the first row, up from the first row is the box again."""
        row = (-1 if self.index is None else self.index) + step
        rows = self.rows
        if row < 0 or not rows:
            return replace(self, chosen=None)
        return replace(self, chosen=rows[min(row, len(rows) - 1)].member.id)

    def toggled(self) -> Roster:
        """The chosen one is marked, or no more, and the next is chosen."""
        at = self.targets[0].member.id if len(self.targets) == 1 and not self.marked else self.chosen
        if at is None:
            return self.moved(1)
        return replace(self, marked=self.marked ^ {at}, chosen=at).moved(1)

    def sorted(self) -> Roster:
        return replace(self, order="time" if self.order == "name" else "name")


def _called(inside: Inside) -> Iterable[MemberRef]:
    """The name and number of today, and those of the visit's beginning."""
    return [inside.member] if inside.came_as is None else [inside.member, inside.came_as]


def answers_to(called: Iterable[MemberRef], typed: list[str]) -> bool:
    """Does each word that was typed begin a word of these names, in any spelling, or a number?"""
    known = [said for ref in called for said in (*_words(ref.full_name), *words(ref.membership_number or ""))]
    return all(any(said.startswith(word) for said in known) for word in typed)


@lru_cache(maxsize=4096)
def _words(name: str) -> frozenset[str]:
    """The words of a name, in each spelling: asked for each row at each key."""
    return frozenset(word for spelled in spellings(name) for word in spelled)
