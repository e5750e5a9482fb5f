"""A day's guests: how many of them staff may take, and who has one of the places."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from gymtui.gym_day import beginning, day_of, instant
from gymtui.protocol import Member
from gymtui.rules import ALLOWED, Ruling
from server.gym.orders import Order, wall
from server.store import Transaction


def place(tx: Transaction, order: Order, guest: Member) -> Ruling:
    """What the day's number of guests says to one for today: a refusal where as many others have a place, and staff are
    asked. Whoever was signed up has one, until every check-in of theirs that day is taken back."""
    policy = tx.gym.policy
    if not guest.guest or policy.guests_a_day is None or order.role == "manager":
        return ALLOWED
    today = day_of(wall(tx, tx.at), policy)
    if guest.valid_until != today.isoformat():
        return ALLOWED
    places = tx.guests_on(today.isoformat(), instant(beginning(today, policy), ZoneInfo(tx.gym.timezone)))
    if guest.id in places or len(places) < policy.guests_a_day:
        return ALLOWED
    return Ruling("refuse", "guest_limit", f"{len(places)} guests have come today, and no more may")
