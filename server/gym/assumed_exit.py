"""The exit that nobody has seen: when it must have happened, and the command that takes it for granted."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from gymtui import clock
from gymtui.protocol import CheckOut, Gym
from gymtui.rules import end_of
from server.gym.orders import Order
from server.store import Visit


def assumed_exit(visit: Visit, left: int) -> Order:
    """The command that nobody gives: whoever is in by this visit has left at `left` (ms)."""
    return Order(
        id=f"auto:{visit.id}:{visit.event.seq}",
        payload=CheckOut(check_in_id=visit.id, occurred_at=clock.to_text(left)),
        user="",
        role="manager",
        desk=None,
        assumed=True,
    )


def left_at(gym: Gym, since: int) -> int | None:
    """When somebody who was seen to be in then has left for certain (ms): after the longest stay, or at the next
    closing."""
    ends: list[int] = []
    if gym.policy.max_stay_minutes is not None:
        ends.append(since + gym.policy.max_stay_minutes * 60_000)
    if gym.policy.closing_time is not None:
        came = datetime.fromtimestamp(since / 1000, ZoneInfo(gym.timezone))
        closes = datetime.combine(came.date(), end_of(gym.policy.closing_time), came.tzinfo)
        ends.append(round((closes if closes > came else closes + timedelta(days=1)).timestamp() * 1000))
    return min(ends, default=None)


def day_over(gym: Gym, since: int) -> int:
    """When somebody who came in then, and was not seen to leave that day, has left (ms): by the policy, or at its
    midnight where that has nothing to say, or later."""
    came = datetime.fromtimestamp(since / 1000, ZoneInfo(gym.timezone))
    midnight = datetime.combine(came.date() + timedelta(days=1), time(), came.tzinfo)
    night = round(midnight.timestamp() * 1000)
    return min(left_at(gym, since) or night, night)
