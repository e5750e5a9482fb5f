"""Whom a desk has not let in, and tells of: who was asked about in a full gym; and whoever it refused while alone."""

from __future__ import annotations

from gymtui import rules
from gymtui.protocol import CheckIn, ErrorCode, Member
from gymtui.refused_as import REFUSED_AS, more
from server.gym.orders import Refused, Rejected, current, occurred, wall
from server.store import Transaction


def passed_over(tx: Transaction, request: CheckIn, member_id: str) -> Refused:
    """The no of whoever stood at the desk, or of a desk that was alone, at its time; Rejected where somebody else is
    named beside, or where no desk refuses for that."""
    _named_alone(request)
    code = _code(request)
    at = occurred(tx, request.occurred_at) if request.offline else tx.at
    member = current(tx, member_id)
    if member is None or member.deleted:
        sentence = "There is no such member: please search by name."
        return Refused("unknown_member", "nobody here by that id", sentence, told_at=_then(request, at))
    reason = _reason(tx, member, code, at, crowd=None if request.offline else tx.currently_in)
    sentence = f"{member.full_name} was not let in: {reason}."
    return Refused(code, reason, sentence, member, told_at=_then(request, at))


def refused_more(tx: Transaction, request: CheckIn, count: int) -> Refused:
    """So many more, of whom a desk that was alone has only counted how many they were."""
    _named_alone(request)
    if not request.offline:
        raise Rejected("invalid", "Only a desk that was alone has counted whom it refused: please say `offline`.")
    reason = more(count)
    sentence = f"Somebody was refused, {reason}."
    return Refused("rate_limited", reason, sentence, told_at=occurred(tx, request.occurred_at), count=count)


def _named_alone(request: CheckIn) -> None:
    others = (request.member_id, request.code, request.unknown_card, request.override)
    if others != (None,) * 4 or None not in (request.passed_over, request.refused_more):
        raise Rejected("invalid", "Whoever was `passed_over` comes in by no other field: please name them alone.")


def _code(request: CheckIn) -> ErrorCode:
    for code in REFUSED_AS:
        if code == (request.refused_as or "gym_full"):
            return code
    raise Rejected("invalid", f"`refused_as` is nothing that a desk refuses for: {request.refused_as}.")


def _then(request: CheckIn, at: int) -> int | None:
    return at if request.offline else None


def _reason(tx: Transaction, member: Member, code: ErrorCode, at: int, *, crowd: int | None) -> str:
    """As the rules say it of that time, where they say the same as the desk; somebody may have left since."""
    then = wall(tx, at)
    inside = None if crowd is None else rules.Crowd(crowd, tx.gym.capacity)
    for ruling in (rules.decide(member, tx.gym.policy, then), rules.house(tx.gym.policy, then, inside)):
        if ruling.code == code and ruling.reason:
            return ruling.reason
    return REFUSED_AS[code]
