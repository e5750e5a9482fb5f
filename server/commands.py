"""What each command means: the rules on the truth, one row of the journal, one outcome, once.

`perform` is work for the writer's transaction and touches nothing else, so a command may come as often as it likes:
the row that it made the first time answers for it.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import blake2b
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from gymtui import clock, rules
from gymtui.codec import convert, encode
from gymtui.protocol import (
    CheckIn,
    CheckInEvent,
    CheckOut,
    Command,
    ErrorBody,
    ErrorCode,
    Member,
    Notification,
    Notify,
    Refusal,
    Role,
    Undo,
)
from server.store import Counts, Outcome, Settled, Transaction, Visit
from server.store.transaction import as_result

LATE: Final = 7 * 24 * 3600 * 1000  # milliseconds after which what a desk recorded alone is called late


class Order(Struct, frozen=True, kw_only=True):
    """A command with the one who gave it: `id` is its idempotency key, `user`, `role` and `desk` are the session's."""

    id: str
    payload: Command
    user: str
    role: Role
    desk: str | None

    @property
    def digest(self) -> bytes:
        return blake2b(self.payload.type.encode() + encode(self.payload), digest_size=16).digest()


class _No(Exception):
    """The rules say no: `reason` in a few words, `sentence` for a person."""

    def __init__(
        self,
        code: ErrorCode,
        reason: str,
        sentence: str,
        member: Member | None = None,
        visit: CheckInEvent | None = None,
    ) -> None:
        super().__init__(sentence)
        self.code: ErrorCode = code
        self.reason = reason
        self.member = member
        self.visit = visit


class _Unfit(Exception):
    """A command that is nothing the journal needs to know of: no row, and its id stays free."""

    def __init__(self, code: ErrorCode, sentence: str) -> None:
        super().__init__(sentence)
        self.code: ErrorCode = code


def perform(tx: Transaction, order: Order) -> Outcome:
    """Does what the order says, or finds that it is done; refusals of the rules make a row too."""
    settled = tx.settled(order.id)
    if settled is not None:
        if (settled.digest, settled.user) == (order.digest, order.user):
            return settled.outcome
        return _unfit("id_reused", "This id belongs to another command: every command needs an id of its own.")
    try:
        match order.payload:
            case CheckIn() as request:
                return _check_in(tx, order, request)
            case CheckOut() as request:
                return _check_out(tx, order, request)
            case Undo() as request:
                return _undo(tx, order, request)
            case Notify() as request:
                return _notify(tx, order, request)
    except _No as no:
        return _refuse(tx, order, no)
    except _Unfit as unfit:
        return _unfit(unfit.code, str(unfit))


def _unfit(code: ErrorCode, sentence: str) -> Outcome:
    return Outcome(error=ErrorBody(code=code, message=sentence, retryable=False))


# --- the four commands -------------------------------------------------------------------------------------------


def _check_in(tx: Transaction, order: Order, request: CheckIn) -> Outcome:
    member = _member(tx, request.member_id, request.code)
    at = _occurred(tx, request.occurred_at)
    flags = _flags(tx, at, offline=request.offline)
    visit = tx.open_visit(member.id)
    if visit is not None and not request.offline:
        since = f"{_wall(tx, visit.check_in_at):%H:%M}" + (f", {visit.event.desk}" if visit.event.desk else "")
        sentence = f"{member.full_name} is in already, since {since}."
        raise _No("already_checked_in", f"already in since {since}", sentence, member, visit.event)
    ruling = rules.decide(member, tx.gym.policy, _wall(tx, at))
    if ruling.action == "refuse" and not request.offline:
        assert ruling.code is not None
        assert ruling.reason is not None
        raise _No(ruling.code, ruling.reason, f"{member.full_name} may not come in: {ruling.reason}.", member)
    clash = visit is not None
    if ruling.action != "allow":
        flags += ("warned",)
    if clash:
        flags += ("clash",)
    event = CheckInEvent(
        id=clock.new_id(tx.at),
        member=member.ref,
        check_in_time=clock.to_text(at),
        check_out_time=clock.to_text(at) if clash else None,
        status="checked_out" if clash else "checked_in",
        location=request.location,
        by=order.user,
        desk=order.desk,
        flags=flags,
        command_id=order.id,
        visits_left=UNSET if clash else _punch(tx, member, -1),
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
    tx.count(Counts(day=_day(tx, at), currently_in=0 if clash else 1, check_ins=1))
    return _put(tx, order, visit, request.notes)


def _check_out(tx: Transaction, order: Order, request: CheckOut) -> Outcome:
    visit = _visit(tx, request)
    if visit.check_out_at is not None:
        name = visit.event.member.full_name
        raise _No("not_checked_in", "not in", f"{name} is not in: nothing to check out.", tx.member(visit.member_id))
    at = max(_occurred(tx, request.occurred_at), visit.check_in_at)
    event = replace(
        visit.event,
        check_out_time=clock.to_text(at),
        status="checked_out",
        by=order.user,
        desk=order.desk,
        flags=_flags(tx, at, offline=request.offline),
        command_id=order.id,
        visits_left=UNSET,
        seq=tx.next_seq,
    )
    tx.count(Counts(day=_day(tx, at), currently_in=-1, stays=1, stay=at - visit.check_in_at))
    return _put(tx, order, replace(visit, check_out_at=at, check_out_command=order.id, event=event), request.notes)


def _undo(tx: Transaction, order: Order, request: Undo) -> Outcome:
    settled = tx.settled(request.command_id)
    visit = None if settled is None else _visit_of(tx, settled)
    if settled is None or visit is None or settled.kind not in (CheckIn.type, CheckOut.type):
        raise _No("unknown_visit", "nothing to undo", "There is no check-in or check-out by that id to undo.")
    if order.role != "manager" and settled.user != order.user:
        raise _Unfit("not_allowed", f"{settled.user} did that: only {settled.user} or a manager can undo it.")
    if settled.kind == CheckIn.type:
        return _undo_check_in(tx, order, visit)
    return _undo_check_out(tx, order, visit, request.command_id)


def _undo_check_in(tx: Transaction, order: Order, visit: Visit) -> Outcome:
    member, name = tx.member(visit.member_id), visit.event.member.full_name
    if visit.check_out_at is not None and "undone" in visit.event.flags:
        raise _No("unknown_visit", "undone already", f"The check-in of {name} has been undone already.")
    if "clash" in visit.event.flags:
        sentence = f"{name} was in already by an earlier check-in: there is nothing to undo."
        raise _No("not_checked_in", "in by an earlier check-in", sentence, member)
    if visit.check_out_at is not None or member is None:
        raise _No("not_checked_in", "has left already", f"{name} has left already: undo the check-out first.", member)
    event = replace(
        visit.event,
        check_out_time=visit.event.check_in_time,
        status="checked_out",
        by=order.user,
        desk=order.desk,
        flags=("undone",),
        command_id=order.id,
        visits_left=_punch(tx, member, 1) if visit.punched else UNSET,
        seq=tx.next_seq,
    )
    tx.count(Counts(day=_day(tx, visit.check_in_at), currently_in=-1, check_ins=-1))
    return _put(tx, order, replace(visit, check_out_at=visit.check_in_at, check_out_command=order.id, event=event))


def _undo_check_out(tx: Transaction, order: Order, visit: Visit, command_id: str) -> Outcome:
    name = visit.event.member.full_name
    if visit.check_out_command != command_id or visit.check_out_at is None:
        raise _No("unknown_visit", "undone already", f"The check-out of {name} has been undone already.")
    if (newer := tx.open_visit(visit.member_id)) is not None:
        sentence = f"{name} has come in again since: nothing to undo."
        raise _No("already_checked_in", "has come in again", sentence, tx.member(visit.member_id), newer.event)
    event = replace(
        visit.event,
        check_out_time=None,
        status="checked_in",
        by=order.user,
        desk=order.desk,
        flags=("undone",),
        command_id=order.id,
        visits_left=UNSET,
        seq=tx.next_seq,
    )
    stay = visit.check_out_at - visit.check_in_at
    tx.count(Counts(day=_day(tx, visit.check_out_at), currently_in=1, stays=-1, stay=-stay))
    return _put(tx, order, replace(visit, check_out_at=None, check_out_command=None, event=event))


def _notify(tx: Transaction, order: Order, request: Notify) -> Outcome:
    notification = Notification(
        id=clock.new_id(tx.at),
        level=request.level,
        title=request.title,
        message=request.message,
        at=clock.to_text(tx.at),
        member_id=request.member_id,
        seq=tx.next_seq,
    )
    payload = tx.append(notification, kind=Notify.type, user=order.user, command_id=order.id, digest=order.digest)
    return Outcome(result=as_result(Notification.type, payload))


# --- their parts -------------------------------------------------------------------------------------------------


def _put(tx: Transaction, order: Order, visit: Visit, notes: str | None = None) -> Outcome:
    payload = tx.append(visit.event, kind=order.payload.type, user=order.user, command_id=order.id, digest=order.digest)
    tx.put_visit(visit, payload, notes)
    return Outcome(result=payload)


def _refuse(tx: Transaction, order: Order, no: _No) -> Outcome:
    details: dict[str, object] = {"reason": no.reason}
    if no.visit is not None:
        details["check_in"] = no.visit
    error = ErrorBody(code=no.code, message=str(no), retryable=False, details=details)
    refusal = Refusal(
        id=clock.new_id(tx.at),
        member=None if no.member is None else no.member.ref,
        code=no.code,
        reason=no.reason,
        message=str(no),
        at=clock.to_text(tx.at),
        by=order.user,
        desk=order.desk,
        command_id=order.id,
        seq=tx.next_seq,
    )
    tx.append(refusal, kind=order.payload.type, user=order.user, command_id=order.id, digest=order.digest, error=error)
    return Outcome(error=error)


def _member(tx: Transaction, member_id: str | None, code: str | None) -> Member:
    if (member_id is None) == (code is None):
        raise _Unfit("invalid", "Name the member by `member_id` or by `code`, one of the two.")
    if code is not None:
        member = tx.member_by_code(code)
        if member is None or member.deleted:
            raise _No("unknown_member", "nobody here has that number", f"Nobody here has the number {code}.")
        return member
    member = tx.member(member_id or "")
    if member is None or member.deleted:
        raise _No("unknown_member", "nobody here by that id", "There is no such member: please search by name.")
    return member


def _visit(tx: Transaction, request: CheckOut) -> Visit:
    """The visit that a check-out means; a member who is out is not in, a visit that never was is unknown."""
    named = [request.check_in_id, request.command_id, request.member_id, request.code]
    if sum(name is not None for name in named) != 1:
        raise _Unfit("invalid", "Name the visit by one of `check_in_id`, `command_id`, `member_id` and `code`.")
    if request.check_in_id is not None:
        visit = tx.visit(request.check_in_id)
    elif request.command_id is not None:
        settled = tx.settled(request.command_id)
        visit = None if settled is None else _visit_of(tx, settled)
    else:
        member = _member(tx, request.member_id, request.code)
        visit = tx.open_visit(member.id)
        if visit is None:
            sentence = f"{member.full_name} is not in: nothing to check out."
            raise _No("not_checked_in", "not in", sentence, member)
    if visit is None:
        raise _No("unknown_visit", "no such visit", "There is no such visit: please choose the member by name.")
    return visit


def _visit_of(tx: Transaction, settled: Settled) -> Visit | None:
    if settled.type != CheckInEvent.type:
        return None
    return tx.visit(convert(settled.payload, CheckInEvent).id)


def _punch(tx: Transaction, member: Member, by: int) -> int | UnsetType:
    """Moves a punch card, and gives its new count; UNSET where there is no card, or nothing on it to take."""
    if member.visits_left is None or member.visits_left + by < 0:
        return UNSET
    left = member.visits_left + by
    tx.put_member(replace(member, visits_left=left, seq=tx.next_seq))
    return left


def _occurred(tx: Transaction, occurred_at: str | None) -> int:
    if occurred_at is None:
        return tx.at
    try:
        at = clock.to_ms(occurred_at)
    except (ValueError, OverflowError) as error:
        raise _Unfit("invalid", f"`occurred_at` is no time there is: {occurred_at}.") from error
    if at < 0:
        raise _Unfit("invalid", f"`occurred_at` is before 1970: {occurred_at}.")
    return min(at, tx.at)


def _flags(tx: Transaction, at: int, *, offline: bool) -> tuple[str, ...]:
    if not offline:
        return ()
    return ("offline", "late") if tx.at - at > LATE else ("offline",)


def _wall(tx: Transaction, ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, ZoneInfo(tx.gym.timezone))


def _day(tx: Transaction, ms: int) -> str:
    return _wall(tx, ms).strftime("%Y-%m-%d")
