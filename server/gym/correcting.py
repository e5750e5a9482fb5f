"""Corrections: what is wrong about a visit is put right afterwards, by a manager, as a row of its own."""

from __future__ import annotations

from typing import Final

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from gymtui import clock, rules
from gymtui.protocol import Correct, Member
from gymtui.visit_hands import kept, let_out
from server.gym.orders import Order, Refused, Rejected, hour, record, wall
from server.gym.visits import punch
from server.store import Counts, Outcome, Transaction, Visit

NEVER: Final = "undone"  # the flag of a visit that counts nowhere


def correct(tx: Transaction, order: Order, request: Correct) -> Outcome:
    """Another member, other times, or that the visit never was. No rules are asked: it has happened. Refused where the
    member was in then by another visit, Rejected where it cannot have been so."""
    before = tx.visit(request.check_in_id)
    if before is None or not _counts(before):
        sentence = "There is no such visit, or it was taken back: please choose another one."
        raise Refused("unknown_visit", "no visit that counts", sentence)
    asked = (request.member_id, request.check_in_time, request.check_out_time, request.void or None)
    if asked == (None,) * 4 or (request.void and asked[:3] != (None,) * 3):
        raise Rejected("invalid", "Say another member, another time, or that the visit never was.")
    member = _whose(tx, before, request)
    after = _at_its_times(tx, before, request)
    if not request.void:
        _refuse_overlap(tx, after, member)
    after = _on_cards(tx, order, before, after, member, void=request.void)
    _count(tx, before, -1)
    if not request.void:
        _count(tx, after, 1)
    event = replace(after.event, seq=tx.next_seq)
    payload = record(tx, order, event)
    tx.put_visit(replace(after, event=event), payload, request.reason)
    return Outcome(result=payload)


def _counts(visit: Visit) -> bool:
    return "clash" not in visit.event.flags and (visit.check_out_at is None or NEVER not in visit.event.flags)


def _whose(tx: Transaction, visit: Visit, request: Correct) -> Member:
    member = tx.member(request.member_id or visit.member_id)
    if member is None or (request.member_id is not None and member.deleted):
        raise Refused("unknown_member", "nobody here by that id", "There is no such member: please search by name.")
    return member


def _at_its_times(tx: Transaction, visit: Visit, request: Correct) -> Visit:
    """The visit from when to when it was; Rejected where that cannot be."""
    began = visit.check_in_at if request.check_in_time is None else _time(tx, request.check_in_time)
    ended = visit.check_out_at if request.check_out_time is None else _time(tx, request.check_out_time)
    if request.void:
        ended = began
    if ended is not None and ended < began:
        raise Rejected("invalid", "Nobody leaves before they come: please look at both times.")
    return replace(visit, check_in_at=began, check_out_at=ended)


def _time(tx: Transaction, text: str) -> int:
    try:
        at = clock.to_ms(text)
    except (ValueError, OverflowError) as error:
        raise Rejected("invalid", f"There is no such time: {text}.") from error
    if not 0 <= at <= tx.at:
        raise Rejected("invalid", "That is still to come: a visit can be corrected to what has been.")
    return at


def _refuse_overlap(tx: Transaction, visit: Visit, member: Member) -> None:
    other = tx.overlapping(member.id, visit.check_in_at, visit.check_out_at, but=visit.id)
    if other is None:
        return
    since = rules.since(wall(tx, other.check_in_at), wall(tx, tx.at))
    until = "" if other.check_out_at is None else f" until {wall(tx, other.check_out_at):%H:%M}"
    reason = f"in from {since}{until or ' on'}"
    sentence = f"{member.full_name} was {reason} by another visit: correct that one first."
    raise Refused("already_checked_in", reason, sentence, member, other.event)


def _on_cards(tx: Transaction, order: Order, before: Visit, after: Visit, member: Member, *, void: bool) -> Visit:
    """The visit as the one row tells it, with the punch cards of both put right: the other's has a row of its own."""
    left: int | UnsetType = UNSET
    punched = before.punched
    if void and before.punched:
        left, punched = punch(tx, member, 1), False
    elif not void and member.id != before.event.member.id:
        _give_back(tx, order, before)
        left = punch(tx, tx.member(member.id) or member, -1)
        punched = left is not UNSET
    is_assumed = not void and "assumed_out" in before.event.flags and after.check_out_at == before.check_out_at
    was_seen_out = is_assumed or "assumed_out" not in before.event.flags
    by_whom = let_out(before.event) if was_seen_out and not void else None
    event = replace(
        before.event,
        **kept(before.event) | {"let_out": by_whom or UNSET, "corrected": UNSET},
        member=member.ref,
        check_in_time=clock.to_text(after.check_in_at),
        check_out_time=None if after.check_out_at is None else clock.to_text(after.check_out_at),
        status="checked_in" if after.check_out_at is None else "checked_out",
        by=order.by,
        desk=order.desk,
        flags=("corrected", *(NEVER,) * void, *("assumed_out",) * is_assumed),
        command_id=order.id,
        visits_left=left,
        desk_time=UNSET,
    )
    ended_by = None if after.check_out_at is None else order.id
    return replace(after, member_id=member.id, punched=punched, check_out_command=ended_by, event=event)


def _give_back(tx: Transaction, order: Order, visit: Visit) -> None:
    other = tx.member(visit.member_id)
    if visit.punched and other is not None and punch(tx, other, 1) is not UNSET:
        told = tx.member(other.id)
        assert told is not None
        tx.append(told, kind=Correct.type, user=order.user)


def _count(tx: Transaction, visit: Visit, by: int) -> None:
    """The visit is in the counters, or is no more."""
    is_open = visit.check_out_at is None
    tx.count(Counts(hour=hour(tx, visit.check_in_at), currently_in=by * is_open, check_ins=by))
    if visit.check_out_at is not None and "assumed_out" not in visit.event.flags:
        stay = visit.check_out_at - visit.check_in_at
        tx.count(Counts(hour=hour(tx, visit.check_out_at), stays=by, stay=by * stay))
