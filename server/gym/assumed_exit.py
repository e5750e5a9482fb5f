"""The exit that nobody has seen: when it must have happened, and the command that takes it for granted."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from gymtui import clock, gym_day
from gymtui.gym_day import instant
from gymtui.protocol import CheckOut, Gym
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
    zone = ZoneInfo(gym.timezone)
    came = datetime.fromtimestamp(since / 1000, zone)
    closings = (instant(closes, zone) for closes in gym_day.closings(gym.policy, came.date() - timedelta(days=1)))
    ends += islice((closes for closes in closings if closes > since), 1)
    return min(ends, default=None)


def day_over(gym: Gym, since: int) -> int:
    """When somebody who came in then, and was not seen to leave that day, has left (ms): by the policy, or at the end
    of that day where that has nothing to say, or later."""
    zone = ZoneInfo(gym.timezone)
    day = gym_day.day_of(datetime.fromtimestamp(since / 1000, zone), gym.policy)
    night = instant(gym_day.beginning(day + timedelta(days=1), gym.policy), zone)
    return min(left_at(gym, since) or night, night)
