"""The commands about visits: check-in, check-out, and the undo of either."""

from __future__ import annotations

from typing import cast

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from gymtui import clock, rules
from gymtui.codec import convert
from gymtui.protocol import CheckIn, CheckInEvent, CheckOut, Member, MemberRef, Undo
from gymtui.visit_hands import kept, place_in
from server.gym.alone import alone_from, had_to_refuse
from server.gym.assumed_exit import assumed_exit, day_over
from server.gym.cards import by_card, lost_card
from server.gym.guests import place
from server.gym.members import turned_away, written
from server.gym.orders import (
    Order,
    Refused,
    Rejected,
    flags_of,
    hour,
    member_of,
    occurred,
    read_as,
    record,
    wall,
    wrong_time,
)
from server.gym.passed_over import passed_over, refused_more
from server.store import Counts, Outcome, Settled, Transaction, Visit


def check_in(tx: Transaction, order: Order, request: CheckIn) -> Outcome:
    if request.override is not None and request.offline:
        raise Rejected("invalid", "An override needs the server: it cannot have happened offline.")
    if request.refused_more is not None:
        raise refused_more(tx, request, request.refused_more)
    if request.passed_over is not None:
        raise passed_over(tx, request, request.passed_over)
    at, desk_time = occurred(tx, request.occurred_at), wrong_time(request)
    member = member_of(tx, request) if request.guest is None else turned_away(tx, order, request, request.guest)
    lost = lost_card(tx, request, member)
    if lost is not None and not request.offline:
        raise lost
    was_in = _is_in(tx, request, member, at)
    ref, reissued = by_card(tx, request, member.ref)
    ruled = _ruled(tx, order, request, member, at, is_lost=lost is not None)
    member = member if request.guest is None else written(tx, order, member)
    clash = was_in or "unproven" in ruled
    flags = flags_of(tx, at, request) + ruled + ("clash",) * clash + reissued
    override = request.override if "override" in flags else None
    event = CheckInEvent(
        id=clock.new_id(tx.at),
        member=ref,
        check_in_time=clock.to_text(at),
        check_out_time=clock.to_text(at) if clash else None,
        status="checked_out" if clash else "checked_in",
        location=request.location,
        by=f"{order.by} + {override.manager}" if override else order.by,
        desk=order.desk,
        flags=flags,
        command_id=order.id,
        visits_left=UNSET if clash else punch(tx, member, -1),
        desk_time=desk_time,
        seq=tx.next_seq,
    )
    visit = Visit(
        id=event.id,
        member_id=member.id,
        check_in_at=at,
        check_out_at=at if clash else None,
        check_out_command=None,
        punched=event.visits_left is not UNSET,
        event=event,
    )
    came = 0 if clash else 1  # of two desks that have seen one person come in, one has counted it
    tx.count(Counts(hour=hour(tx, at), currently_in=came, check_ins=came))
    reason = override.reason if override else None
    payload = record(tx, order, event)
    tx.add_visit(visit, payload, "\n".join(filter(None, (reason, request.notes))) or None)
    return Outcome(result=payload)


def _is_in(tx: Transaction, request: CheckIn, member: Member, at: int) -> bool:
    """Does an open visit clash with this check-in? A forgotten one ends first, as a row of its own; Refused where
    somebody stands at the desk who is in already."""
    visit = tx.open_visit(member.id)
    if visit is None:
        return False
    if _is_forgotten(tx, visit, at):
        left = assumed_exit(visit, day_over(tx.gym, visit.check_in_at))
        check_out(tx, left, cast(CheckOut, left.payload))
        return False
    if not request.offline:
        since = rules.since(wall(tx, visit.check_in_at), wall(tx, tx.at))
        place = place_in(visit.event)
        since += f", {place}" if place else ""
        sentence = f"{member.full_name} is in already, since {since}."
        raise Refused("already_checked_in", f"already in since {since}", sentence, member, visit.event)
    return True


def _ruled(
    tx: Transaction, order: Order, request: CheckIn, member: Member, at: int, *, is_lost: bool
) -> tuple[str, ...]:
    """The flags that the rules leave on a check-in; Refused where they keep the member out. What a desk did alone they
    judge as of then, but for a card that is lost by now: somebody should look. A desk that cannot have been alone, or
    had to refuse, is believed no more than one that asks now; but it may be the server that is wrong, so what it says
    is recorded, for a manager to look at, and lets nobody in."""
    alone = alone_from(tx, order, at) if request.offline else None
    then = wall(tx, tx.at if alone is None else alone.at)
    crowd = rules.Crowd(tx.currently_in, tx.gym.capacity) if alone is None else None
    guests = rules.ALLOWED if alone is not None else place(tx, order, member)
    ruling = rules.hardest(rules.decide(member, tx.gym.policy, then), rules.house(tx.gym.policy, then, crowd), guests)
    if ruling.action != "refuse" and not is_lost:
        return () if ruling.action == "allow" else ("warned",)
    if request.override is not None:
        return ("override",)
    if request.offline:
        return ("warned", "unproven") if alone is None or had_to_refuse(tx, member, alone) else ("warned",)
    assert ruling.code is not None
    assert ruling.reason is not None
    raise Refused(ruling.code, ruling.reason, f"{member.full_name} may not come in: {ruling.reason}.", member)


def check_out(tx: Transaction, order: Order, request: CheckOut) -> Outcome:
    visit = _visit(tx, request)
    at, desk_time = max(occurred(tx, request.occurred_at), visit.check_in_at), wrong_time(request)
    was_assumed, forgotten = "assumed_out" in visit.event.flags, _is_forgotten(tx, visit, at)
    if visit.check_out_at is not None and (order.assumed or forgotten or not was_assumed):
        name = _as_called_now(tx, visit).full_name
        raise Refused(
            "not_checked_in", "not in", f"{name} is not in: nothing to check out.", tx.member(visit.member_id)
        )
    is_assumed = order.assumed or forgotten  # how long somebody stayed whom nobody saw leave is not known
    ref, reissued = by_card(tx, request, _as_called_now(tx, visit))
    seen = () if order.assumed else flags_of(tx, at, request) + reissued
    event = replace(
        visit.event,
        member=ref,
        check_out_time=clock.to_text(at),
        status="checked_out",
        by=order.by,
        desk=order.desk,
        flags=seen + ("assumed_out",) * is_assumed,
        command_id=order.id,
        visits_left=UNSET,
        desk_time=desk_time,
        **kept(visit.event),
        seq=tx.next_seq,
    )
    out = 0 if was_assumed else -1
    if is_assumed:
        tx.count(Counts(hour=hour(tx, at), currently_in=out))
    else:
        tx.count(Counts(hour=hour(tx, at), currently_in=out, stays=1, stay=at - visit.check_in_at))
    return _put(tx, order, replace(visit, check_out_at=at, check_out_command=order.id, event=event), request.notes)


def undo(tx: Transaction, order: Order, request: Undo) -> Outcome:
    settled = tx.settled(request.command_id)
    visit = None if settled is None else _visit_of(tx, settled)
    if settled is None or visit is None or settled.kind not in (CheckIn.type, CheckOut.type):
        raise Refused("unknown_visit", "nothing to undo", "There is no check-in or check-out by that id to undo.")
    if order.role != "manager" and settled.user != order.user:
        raise Rejected("not_allowed", f"{settled.user} did that: only {settled.user} or a manager can undo it.")
    if settled.kind == CheckIn.type:
        return _undo_check_in(tx, order, visit)
    return _undo_check_out(tx, order, visit, request.command_id)


def _undo_check_in(tx: Transaction, order: Order, visit: Visit) -> Outcome:
    member, name = tx.member(visit.member_id), _as_called_now(tx, visit).full_name
    if visit.check_out_at is not None and "undone" in visit.event.flags:
        raise Refused("unknown_visit", "undone already", f"The check-in of {name} has been undone already.")
    if "unproven" in visit.event.flags:
        raise Refused("not_checked_in", "was not let in", f"{name} was not let in: there is nothing to undo.", member)
    if "clash" in visit.event.flags:
        sentence = f"{name} was in already by an earlier check-in: there is nothing to undo."
        raise Refused("not_checked_in", "in by an earlier check-in", sentence, member)
    if visit.check_out_at is not None or member is None:
        raise Refused(
            "not_checked_in", "has left already", f"{name} has left already: undo the check-out first.", member
        )
    event = replace(
        visit.event,
        member=member.ref,
        check_out_time=visit.event.check_in_time,
        status="checked_out",
        by=order.by,
        desk=order.desk,
        flags=("undone",),
        command_id=order.id,
        visits_left=punch(tx, member, 1) if visit.punched else UNSET,
        desk_time=UNSET,
        **kept(visit.event),
        seq=tx.next_seq,
    )
    tx.count(Counts(hour=hour(tx, visit.check_in_at), currently_in=-1, check_ins=-1))
    return _put(tx, order, replace(visit, check_out_at=visit.check_in_at, check_out_command=order.id, event=event))


def _undo_check_out(tx: Transaction, order: Order, visit: Visit, command_id: str) -> Outcome:
    name = _as_called_now(tx, visit).full_name
    if visit.check_out_command != command_id or visit.check_out_at is None:
        raise Refused("unknown_visit", "undone already", f"The check-out of {name} has been undone already.")
    if (newer := tx.open_visit(visit.member_id)) is not None:
        sentence = f"{name} has come in again since: nothing to undo."
        raise Refused("already_checked_in", "has come in again", sentence, tx.member(visit.member_id), newer.event)
    event = replace(
        visit.event,
        member=_as_called_now(tx, visit),
        check_out_time=None,
        status="checked_in",
        by=order.by,
        desk=order.desk,
        flags=("undone",),
        command_id=order.id,
        visits_left=UNSET,
        desk_time=UNSET,
        **kept(visit.event),
        seq=tx.next_seq,
    )
    was_counted = "assumed_out" not in visit.event.flags
    stay = visit.check_out_at - visit.check_in_at if was_counted else 0
    tx.count(Counts(hour=hour(tx, visit.check_out_at), currently_in=1, stays=-was_counted, stay=-stay))
    return _put(tx, order, replace(visit, check_out_at=None, check_out_command=None, event=event))


def _put(tx: Transaction, order: Order, visit: Visit, notes: str | None = None) -> Outcome:
    payload = record(tx, order, visit.event)
    tx.put_visit(visit, payload, notes)
    return Outcome(result=payload)


def _visit(tx: Transaction, request: CheckOut) -> Visit:
    """The visit that a check-out means; a member who is out is not in, a visit that never was is unknown."""
    named = [request.check_in_id, request.command_id, request.member_id, request.code, request.unknown_card]
    if sum(name is not None for name in named) != 1:
        raise Rejected("invalid", "Name the visit by one of `check_in_id`, `command_id`, `member_id` and `code`.")
    if request.check_in_id is not None:
        visit = tx.visit(request.check_in_id)
    elif request.command_id is not None:
        settled = tx.settled(request.command_id)
        visit = None if settled is None else _visit_of(tx, settled)
    else:
        member, visit = _leaver(tx, request)
        visit = visit or _assumed(tx.last_visit(member.id))
        if visit is None:
            sentence = f"{member.full_name} is not in: nothing to check out."
            raise Refused("not_checked_in", "not in", sentence, member)
    if visit is None:
        raise Refused("unknown_visit", "no such visit", "There is no such visit: please choose the member by name.")
    return visit


def _is_forgotten(tx: Transaction, visit: Visit, at: int) -> bool:
    return rules.is_forgotten(wall(tx, visit.check_in_at), wall(tx, at), tx.gym.policy)


def _leaver(tx: Transaction, request: CheckOut) -> tuple[Member, Visit | None]:
    """Whom a check-out names, with the visit that is open: whoever is in may leave, deleted meanwhile or not."""
    found = [tx.member(request.member_id)] if request.member_id else [m for m, _ in read_as(tx, request.code or "")]
    if len(found) == 1 and (leaver := found[0]) is not None and (visit := tx.open_visit(leaver.id)) is not None:
        return leaver, visit
    member = member_of(tx, request)
    return member, tx.open_visit(member.id)


def _as_called_now(tx: Transaction, visit: Visit) -> MemberRef:
    """The member of a visit by the name and number of today, which may be others than when it began."""
    member = tx.member(visit.member_id)
    return visit.event.member if member is None else member.ref


def _assumed(visit: Visit | None) -> Visit | None:
    """A visit that the gym has ended by itself: a real exit afterwards corrects it."""
    return visit if visit is not None and "assumed_out" in visit.event.flags else None


def _visit_of(tx: Transaction, settled: Settled) -> Visit | None:
    if settled.type != CheckInEvent.type:
        return None
    return tx.visit(convert(settled.payload, CheckInEvent).id)


def punch(tx: Transaction, member: Member, by: int) -> int | UnsetType:
    """Moves a punch card, and gives its new count; UNSET where there is no card, or nothing on it to take."""
    if member.visits_left is None or member.visits_left + by < 0:
        return UNSET
    left = member.visits_left + by
    tx.put_member(replace(member, visits_left=left, seq=tx.next_seq))
    return left
