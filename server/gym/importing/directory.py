"""Everybody of a gym in memory, found by what a list may know of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, Final

from msgspec.structs import replace

from gymtui.cards.owned import cards_of, with_card, with_cards, with_number
from gymtui.protocol import Card, Member
from gymtui.search.folding import words

OWN: Final = frozenset({"id", "membership_number", "cards", "deleted"})  # each has a line of its own

Called = tuple[str, ...]


class Directory:
    """Members by id, by the id of the program before, by each code that is theirs, and by name."""

    def __init__(self, members: Iterable[Member]) -> None:
        self.by_id: dict[str, Member] = {}
        self.by_external_id: dict[str, str] = {}
        self.holders: dict[str, str] = {}
        self._namesakes: dict[Called, dict[str | None, dict[str, None]]] = {}  # by birth date
        for member in members:
            self.put(member)

    def put(self, member: Member) -> None:
        """Adds the member, or takes the place of what was there."""
        before = self.by_id.get(member.id)
        if before is not None:
            for code in codes_of(before) - codes_of(member):
                if self.holders.get(code) == member.id:
                    del self.holders[code]
        self.by_id[member.id] = member
        self.holders |= dict.fromkeys(codes_of(member), member.id)
        if member.external_id is not None:
            self.by_external_id[member.external_id] = member.id
        if before is not None:
            self.settle(before)
        if not member.deleted:
            of_name = self._namesakes.setdefault(called(member.full_name), {})
            of_name.setdefault(member.birth_date, {})[member.id] = None

    def settle(self, member: Member) -> None:
        """Who that is, is known: nobody finds him by name any more."""
        self._namesakes.get(called(member.full_name), {}).get(member.birth_date, {}).pop(member.id, None)

    def holder(self, code: object) -> Member | None:
        """Who has this very code, on whichever card."""
        return self.by_id.get(self.holders.get(str(code), ""))

    def named(self, name: str, *births: str | None) -> Iterator[Member]:
        """Who is called so, was born on one of these days, if any are given, and was not deleted."""
        of_name = self._namesakes.get(called(name), {})
        for birth in births or tuple(of_name):
            yield from (self.by_id[id] for id in tuple(of_name.get(birth, ())))


@lru_cache(maxsize=1 << 17)
def called(name: str) -> Called:
    """What two writings of one name have in common: its words in any order, without accents and capitals."""
    return tuple(sorted(words(name)))


def codes_of(member: Member) -> set[str]:
    """What stands on the cards that are the member's now, lost or not."""
    return {card.code for card in cards_of(member) if card.state != "returned"}


def as_the_list_says(known: Member, fields: dict[str, Any], at: str) -> Member:
    """The member with these fields, which are in order; of a list of cards, with these and no others."""
    member = replace(known, **{name: value for name, value in fields.items() if name not in OWN}, deleted=False)
    member = with_number(member, fields.get("membership_number", known.membership_number), at, "")
    return with_cards(member, fields["cards"], at) if "cards" in fields else member


def without(holder: Member, code: str, at: str, by: str) -> Member:
    """The member whose card it was, and who has it no longer."""
    return with_card(holder, Card(code=code, state="returned", since=at, by=by))
