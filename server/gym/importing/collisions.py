"""Cards of a list that no reader would tell apart: looked for before any row is taken, and told together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from gymtui.cards.frame import framed
from gymtui.cards.keys import collisions
from gymtui.cards.owned import cards_of
from gymtui.importing.rows import Row
from gymtui.protocol import CardCheck, Member

UNLIKE: Final = "no reader tells its card from another one"


class Held(NamedTuple):
    """A card, and who has it or would get it: by the line of the list, or None for somebody on file."""

    code: str
    owner: str
    name: str
    line: int | None

    @property
    def words(self) -> str:
        return f"{self.code} ({self.name}, {'on file' if self.line is None else f'line {self.line}'})"


def told_apart(
    members: Iterable[Member], rows: Sequence[Row], check: CardCheck | None = None
) -> tuple[list[Row], list[tuple[Held, ...]]]:
    """The rows whose cards are told from all others, of the list and of these members of the gym, which has that check
    character; and the groups of cards that are not: of different people, one number to some reader."""
    on_file = [
        Held(card.code, member.id, member.full_name, None)
        for member in members
        for card in cards_of(member)
        if card.state != "returned"
    ]
    listed = _listed(rows, {framed(held.code): held.owner for held in on_file})
    renewed = {held.owner for held in listed}  # what these have from then on is in the list
    given = {held.code for held in listed}  # the very number of somebody else is its row's own problem
    known = (held for held in on_file if held.owner not in renewed and held.code not in given)
    cards = {(held.code, held.owner): held for held in (*known, *listed)}
    groups = {
        tuple(sorted({cards[each] for each in alike.codes}, key=lambda held: (held.line or 0, held.code)))
        for alike in collisions(cards, check)
    }
    alike = sorted(
        (g for g in groups if g[-1].line is not None), key=lambda group: (group[-1].line or 0, group[0].code)
    )
    refused = {held.line for group in alike for held in group}
    return [row for row in rows if row[0] not in refused], alike


def _listed(rows: Iterable[Row], owners: Mapping[str, str]) -> list[Held]:
    """The cards of the list: those of a row belong to whoever has its number."""
    listed: list[Held] = []
    for line, fields in rows:
        owner = str(fields.get("id") or owners.get(framed(str(fields.get("membership_number"))), f"line {line}"))
        listed += [Held(code, owner, str(fields["full_name"]), line) for code in codes_of(fields)]
    return listed


def codes_of(fields: dict[str, Any]) -> Iterator[str]:
    """The codes that a row gives its member, in use or lost."""
    if fields.get("membership_number"):
        yield fields["membership_number"]
    yield from (card.code for card in fields.get("cards", ()) if card.state != "returned")
