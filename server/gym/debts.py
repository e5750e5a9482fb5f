"""Since when a payment is overdue: the gym's day on which somebody said so first, for the days of grace."""

from __future__ import annotations

from msgspec.structs import replace

from gymtui.gym_day import day_of
from gymtui.protocol import Member
from server.gym.orders import wall
from server.store import Transaction


def dated(tx: Transaction, before: Member | None, member: Member) -> Member:
    """The member with that day, unless somebody has named another; of a debt from before there were such days nobody
    knows it."""
    since = member.payment_overdue_since
    if not member.payment_overdue:
        since = None
    elif since is None and (before is None or not before.payment_overdue):
        since = day_of(wall(tx, tx.at), tx.gym.policy).isoformat()
    return member if since == member.payment_overdue_since else replace(member, payment_overdue_since=since)
