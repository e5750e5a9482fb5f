"""Whoever was asked about in a full gym, and has not been let in: a refusal like any other."""

from __future__ import annotations

from gymtui import rules
from gymtui.protocol import CheckIn
from server.gym.orders import Refused, Rejected, current, wall
from server.store import Transaction


def passed_over(tx: Transaction, request: CheckIn, member_id: str) -> Refused:
    """The no of whoever stood at the desk; Rejected where somebody else is named beside."""
    if (request.member_id, request.code, request.unknown_card, request.override) != (None,) * 4 or request.offline:
        raise Rejected("invalid", "Whoever was `passed_over` comes in by no other field: please name them alone.")
    member = current(tx, member_id)
    if member is None or member.deleted:
        return Refused("unknown_member", "nobody here by that id", "There is no such member: please search by name.")
    ruling = rules.house(tx.gym.policy, wall(tx, tx.at), rules.Crowd(tx.currently_in, tx.gym.capacity))
    reason = ruling.reason if ruling.code == "gym_full" and ruling.reason else "the gym was full"  # one may have left
    return Refused("gym_full", reason, f"{member.full_name} was not let in: {reason}.", member)
