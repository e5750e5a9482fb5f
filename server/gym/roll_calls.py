"""Roll-calls: each step of one is a row of the journal, and whatever desks say of it in whichever order is kept.

Nothing here looks at the steps before: in an evacuation no mark is refused, late or twice or of a roll-call that this
server has not heard of.
"""

from __future__ import annotations

from gymtui import clock
from gymtui.protocol import ERASED, MemberRef, RollCall, RollCallUpdate
from server.gym.orders import Order, Rejected, current, occurred, record
from server.store import Outcome, Transaction


def roll_call(tx: Transaction, order: Order, request: RollCall) -> Outcome:
    """Rejected where a step does not say whom or what it is about."""
    if (problem := _unfit(request)) is not None:
        raise Rejected("invalid", problem)
    step = RollCallUpdate(
        roll_call_id=request.roll_call_id,
        step=request.step,
        drill=request.drill,
        member=None if request.member_id is None else _person(tx, request.member_id),
        name=request.name,
        takes_back=request.takes_back,
        found=request.found,
        missing=request.missing,
        ends_with=request.ends_with,
        at=clock.to_text(occurred(tx, request.occurred_at)),
        by=order.by,
        desk=order.desk,
        command_id=order.id,
        seq=tx.next_seq,
    )
    return Outcome(result=record(tx, order, step))


def _unfit(request: RollCall) -> str | None:
    if request.step == "safe" and (request.member_id is None) == (request.name is None):
        return "Say who is safe by `member_id` or by `name`, one of the two."
    if request.step != "end" and request.ends_with is not None:
        return "Only an `end` says in `ends_with` which roll-call it was one with."
    if request.step == "not_safe" and request.takes_back is None:
        return "Say in `takes_back` which mark was a mistake."
    return None


def _person(tx: Transaction, member_id: str) -> MemberRef:
    """By the name of today; whoever is in no directory any more is safe all the same."""
    member = current(tx, member_id)
    return MemberRef(member_id, ERASED) if member is None else member.ref
