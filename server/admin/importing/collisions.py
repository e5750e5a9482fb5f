"""Cards of a list that no reader would tell apart: looked for before any row is taken, and told together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Final, NamedTuple

from gymtui.cards.frame import framed
from gymtui.cards.keys import EXACT, collisions, keys_of
from gymtui.importing.rows import Row
from server.store import Store, Transaction

CHUNK: Final = 500  # rows that are looked up at a time: a server beside it has its turn in between


class Held(NamedTuple):
    """A card, and who has it or would get it: by the line of the list, or None for somebody on file."""

    code: str
    owner: str
    name: str
    line: int | None

    @property
    def words(self) -> str:
        return f"{self.code} ({self.name}, {'on file' if self.line is None else f'line {self.line}'})"


def told_apart(store: Store, rows: Sequence[Row]) -> tuple[list[Row], list[tuple[Held, ...]]]:
    """The rows whose cards are told from all others, of the list and of the gym; and the groups of cards that are not:
    of different people, one number to some reader."""
    listed, on_file = list[Held](), set[Held]()
    for start in range(0, len(rows), CHUNK):
        store.write([partial(_look_up, rows=rows[start : start + CHUNK], listed=listed, on_file=on_file)])
    renewed = {held.owner for held in listed}  # what these have from then on is in the list
    known = [held for held in on_file if held.owner not in renewed]
    cards = {(held.code, held.owner): held for held in (*known, *listed)}
    groups = {
        tuple(sorted({cards[each] for each in alike.codes}, key=lambda held: (held.line or 0, held.code)))
        for alike in collisions(cards)
    }
    alike = sorted(groups, key=lambda group: (group[-1].line or 0, group[0].code))
    refused = {held.line for group in alike for held in group}
    return [row for row in rows if row[0] not in refused], alike


def _look_up(tx: Transaction, rows: Sequence[Row], listed: list[Held], on_file: set[Held]) -> None:
    """Notes the cards of these rows, and those of the gym that are like one of them."""
    for line, fields in rows:
        number = fields.get("membership_number")
        known = tx.cards(EXACT + framed(str(number))) if number else ()
        owner = str(fields.get("id") or next((held.member.id for held in known), f"line {line}"))
        for code in codes_of(fields):
            listed.append(Held(code, owner, str(fields["full_name"]), line))
            for held in (held for key in keys_of(code) for held in tx.cards(key)):
                if held.member.id != owner and held.card.code != code:  # the very number is its row's own problem
                    on_file.add(Held(held.card.code, held.member.id, held.member.full_name, None))


def codes_of(fields: dict[str, Any]) -> Iterator[str]:
    """The codes that a row gives its member, in use or lost."""
    if fields.get("membership_number"):
        yield fields["membership_number"]
    yield from (card.code for card in fields.get("cards", ()) if card.state != "returned")
