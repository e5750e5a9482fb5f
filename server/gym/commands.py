"""What each command means: the rules, applied to the truth; one row of the journal, one outcome, exactly once.

`perform` is work for the writer's transaction and has no other effect. Its idempotency key is the command's id: sent
again, a command is answered by the row that it made the first time. What is refused makes a row too (`refusal`).
"""

from __future__ import annotations

from msgspec import UNSET
from msgspec.structs import replace

from gymtui import clock
from gymtui.protocol import (
    CheckIn,
    CheckOut,
    Configure,
    Correct,
    ErrorBody,
    ErrorCode,
    Gym,
    HandOver,
    Notification,
    Notify,
    Refusal,
    RollCall,
    SaveCard,
    SaveMember,
    ShareReader,
    Undo,
)
from server.gym.cards import save_card
from server.gym.correcting import correct
from server.gym.handover import hand_over
from server.gym.members import save_member
from server.gym.orders import Order, Refused, Rejected, record
from server.gym.readers import share_reader
from server.gym.roll_calls import roll_call
from server.gym.settings import WrongSetting, changed, refuse_alike
from server.gym.visits import check_in, check_out, undo
from server.store import Outcome, Settled, Transaction, as_result


def perform(tx: Transaction, order: Order) -> Outcome:
    """Does what the order says, or finds its row; a refusal is a row too, a rejection is none."""
    settled = tx.settled(order.id)
    if settled is not None:
        return _once_more(tx, order, settled)
    # What has happened is recorded, also where a backup does not know yet who did it.
    if order.queued_by is not None and not order.has_happened and tx.user(order.queued_by) is None:
        return _reject("invalid", f"{order.queued_by}, who is said to have queued this, is no user here.")
    if order.names_another:
        order = replace(order, is_attested=_were_there(tx, order, order.queued_by))
    try:
        return _done(tx, order)
    except Refused as refused:
        return _refuse(tx, order, refused)
    except Rejected as rejected:
        return _reject(rejected.code, str(rejected))


def _done(tx: Transaction, order: Order) -> Outcome:
    match order.payload:
        case CheckIn() as request:
            return check_in(tx, order, request)
        case CheckOut() as request:
            return check_out(tx, order, request)
        case Undo() as request:
            return undo(tx, order, request)
        case Correct() as request:
            return correct(tx, order, request)
        case SaveMember() as request:
            return save_member(tx, order, request)
        case SaveCard() as request:
            return save_card(tx, order, request)
        case Notify() as request:
            return _notify(tx, order, request)
        case Configure() as request:
            return _configure(tx, order, request)
        case ShareReader() as request:
            return share_reader(tx, order, request)
        case RollCall() as request:
            return roll_call(tx, order, request)
        case HandOver() as request:
            return hand_over(tx, order, request)


def _once_more(tx: Transaction, order: Order, settled: Settled) -> Outcome:
    """The answer of the first time. A command of an outbox says who queued it, and whoever is at the same desk may send
    it again, as others may have there; any other only its user."""
    is_theirs = settled.user == order.user or _were_there(tx, order, order.queued_by, settled.user)
    if is_theirs and order.has(settled.digest):
        return replace(settled.outcome, duplicate=True)
    return _reject("id_reused", "This id belongs to another command: every command needs an id of its own.")


def _were_there(tx: Transaction, order: Order, *names: str | None) -> bool:
    """Have these had a login at the desk at which the order was given?"""
    device = order.device
    return device is not None and all(name is not None and tx.was_at(device, name) for name in names)


def _reject(code: ErrorCode, sentence: str) -> Outcome:
    return Outcome(error=ErrorBody(code=code, message=sentence, retryable=False))


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
    payload = record(tx, order, notification)
    return Outcome(result=as_result(Notification.type, payload))


def _configure(tx: Transaction, order: Order, request: Configure) -> Outcome:
    try:
        gym = changed(tx.gym, request.gym)
        refuse_alike(tx, gym)
    except WrongSetting as wrong:
        raise Rejected("invalid", f"That cannot be set: {wrong}.") from wrong
    gym = replace(gym, by=order.by, seq=tx.next_seq)
    tx.put_gym(gym)
    payload = record(tx, order, gym)
    return Outcome(result=as_result(Gym.type, payload))


def _refuse(tx: Transaction, order: Order, refused: Refused) -> Outcome:
    details: dict[str, object] = {"reason": refused.reason}
    if refused.visit is not None:
        details["check_in"] = refused.visit
    details |= refused.details
    error = ErrorBody(code=refused.code, message=str(refused), retryable=False, details=details)
    refusal = Refusal(
        id=clock.new_id(tx.at),
        member=None if refused.member is None else refused.member.ref,
        code=refused.code,
        reason=refused.reason,
        message=str(refused),
        at=clock.to_text(tx.at if refused.told_at is None else refused.told_at),
        by=order.by,
        desk=order.desk,
        command_id=order.id,
        unknown_card=UNSET if refused.card is None else refused.card,
        count=UNSET if refused.count is None else refused.count,
        offline=UNSET if refused.told_at is None else True,
        seq=tx.next_seq,
    )
    record(tx, order, refusal, error)
    return Outcome(error=error)
