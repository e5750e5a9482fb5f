"""Import of members into the gym, some hundreds in a commit: a server beside it has its turn in between."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Final

from msgspec.structs import replace

from gymtui import clock
from gymtui.cards.keys import find
from gymtui.cards.owned import cards_of, with_cards, with_number
from gymtui.importing.rows import Problem, Row
from gymtui.protocol import Member
from server.gym.cards import unfit
from server.store import Store, Transaction

CHUNK: Final = 500  # members in one commit
OWN: Final = frozenset({"id", "membership_number", "cards", "deleted"})  # each has a line of its own


class _Undone(Exception):
    """Raised inside a commit, to roll it back."""


def import_members(
    store: Store,
    members: Iterable[Row],
    *,
    strict: bool = False,
    go_on: Callable[[int], bool] = lambda _: True,
) -> tuple[int, list[Problem]]:
    """Takes members by line and fields; gives how many are as the file says now, and the rows that could not be.

    `strict` takes all of them in one commit, or none. `go_on` is asked before each row, with the number of rows behind
    it; where it says no, the import ends with its last commit.
    """
    rows = list(members)
    problems: list[Problem] = []
    taken = 0
    step = max(len(rows), 1) if strict else CHUNK
    for start in range(0, len(rows), step):
        chunk, found = rows[start : start + step], list[Problem]()
        try:
            store.write([partial(_take_all, rows=chunk, behind=start, strict=strict, go_on=go_on, problems=found)])
        except _Undone:
            return taken, problems + found
        taken += len(chunk) - len(found)
        problems += found
    return taken, problems


def _take_all(
    tx: Transaction,
    *,
    rows: list[Row],
    behind: int,
    strict: bool,
    go_on: Callable[[int], bool],
    problems: list[Problem],
) -> None:
    for number, (line, fields) in enumerate(rows, behind):
        if not go_on(number):
            raise _Undone
        if (sentence := _take(tx, fields)) is not None:
            problems.append(Problem(line, sentence))
    if strict and problems:
        raise _Undone


def _take(tx: Transaction, fields: dict[str, Any]) -> str | None:
    """One row of the file; a sentence where it cannot be."""
    id, number = fields.get("id"), fields.get("membership_number")
    holder = _holder(tx, number)
    before = tx.member(id) if id is not None else holder
    if holder is not None and before is not holder and (before is None or before.id != holder.id):
        return f"the number {number} belongs to {holder.full_name}"
    member = _as_the_file_says(tx, before, fields)
    if (sentence := _clash(tx, member, before)) is not None:
        return sentence
    if member != before:
        member = replace(member, seq=tx.next_seq)
        tx.put_member(member)
        tx.append(member, kind="import", user="")
    return None


def _holder(tx: Transaction, number: str | None) -> Member | None:
    """Who has this very number, on whichever card."""
    found = [] if number is None else [owned for owned in find(number, tx.cards) if owned.card.code == number]
    return found[0].member if found else None


def _as_the_file_says(tx: Transaction, before: Member | None, fields: dict[str, Any]) -> Member:
    """The member with these fields, which `read_members` has checked; of a cell of cards, with these and no others."""
    others = {name: value for name, value in fields.items() if name not in OWN}
    known = before or Member(id=fields.get("id") or clock.new_id(tx.at), full_name=others["full_name"])
    at = clock.to_text(tx.at)
    member = replace(known, **others, deleted=False)
    member = with_number(member, fields.get("membership_number", known.membership_number), at, "")
    return with_cards(member, fields["cards"], at) if "cards" in fields else member


def _clash(tx: Transaction, member: Member, before: Member | None) -> str | None:
    """Why one of the cards that are new to the member cannot be."""
    known = {card.code for card in cards_of(before)} if before else set()
    fresh = [card.code for card in cards_of(member) if card.state != "returned" and card.code not in known]
    return next((why for code in fresh if (why := unfit(tx, code, member.id))), None)
