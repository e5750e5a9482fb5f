"""By whom, and at which desk, somebody was let in and let out: `by` and `desk` of a visit are those of its last row."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from msgspec import UNSET

from gymtui.protocol import CheckInEvent, Hand

AUTOMATIC: Final = "automatic"  # in the place of a name, where the gym itself has taken an exit for granted
COLUMNS: Final = ("let_in_by", "let_in_desk", "let_out_by", "let_out_desk", "corrected_by")
AFTERWARDS: Final = frozenset({"undone", "corrected"})  # flags of rows that let nobody in or out


def let_in(visit: CheckInEvent) -> Hand | None:
    """Who let them in; None where the row says nothing of it, as rows from before there was `let_in`."""
    if visit.let_in is not UNSET:
        return visit.let_in
    is_first = (visit.status == "checked_in" or "clash" in visit.flags) and AFTERWARDS.isdisjoint(visit.flags)
    return Hand(visit.by, visit.desk) if is_first else None


def let_out(visit: CheckInEvent) -> Hand | None:
    """Who let them out, which is nobody by name where it was automatic; None where nobody has."""
    if visit.let_out is not UNSET:
        return visit.let_out
    is_exit = visit.status == "checked_out" and AFTERWARDS.isdisjoint(visit.flags) and "clash" not in visit.flags
    return Hand(visit.by, visit.desk) if is_exit else None


def corrected(visit: CheckInEvent) -> Hand | None:
    """Who has put the visit right last; None where nobody has."""
    if visit.corrected is not UNSET:
        return visit.corrected
    return Hand(visit.by, visit.desk) if "corrected" in visit.flags else None


def hands(visit: CheckInEvent) -> tuple[Hand, ...]:
    """All that a visit tells, whoever made its last row among them."""
    known = (let_in(visit), let_out(visit), corrected(visit))
    return (Hand(visit.by, visit.desk), *(hand for hand in known if hand is not None))


def is_at(told: Iterable[Hand], desk: str) -> bool:
    """Was it at that desk, whole words of its name?"""
    return any(_has_words(hand.desk or "", desk) for hand in told)


def is_by(told: Iterable[Hand], name: str) -> bool:
    """Was it by somebody of that name?"""
    return any(_has_words(hand.by, name) for hand in told)


def kept(visit: CheckInEvent) -> dict[str, Any]:
    """What the next row has to say of the rows before it; it lets out anew, or nobody."""
    return {"let_in": let_in(visit) or UNSET, "let_out": UNSET, "corrected": corrected(visit) or UNSET}


def cells(visit: CheckInEvent) -> tuple[str | None, ...]:
    """For a list of visits, in `COLUMNS`; None where nobody was, or nobody knows it."""
    came, left, put_right = let_in(visit), let_out(visit), corrected(visit)
    return (*_cells(came), *_cells(left), None if put_right is None else put_right.by)


def said_by(hand: Hand) -> str:
    """The name, or that it was automatic."""
    return hand.by or AUTOMATIC


def _has_words(text: str, typed: str) -> bool:
    return f" {typed.lower()} " in f" {text.lower()} "


def _cells(hand: Hand | None) -> tuple[str | None, str | None]:
    return (None, None) if hand is None else (said_by(hand), hand.desk)


def place_in(visit: CheckInEvent) -> str | None:
    """The desk at which they were let in, as far as that is known."""
    hand = let_in(visit)
    return visit.desk if hand is None else hand.desk
