"""When it is busy: check-ins by weekday and hour, this week beside the last, and how many are in at such a time."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from gymtui import clock
from gymtui.gym_day import NEXT, beginning, day_of, first_hour, instant
from gymtui.protocol import Gym, Peak, Policy
from server.store.sql.counters import until
from server.store.sql.database import Database

WEEK: Final = 7
IN_THEN: Final = (
    "SELECT count(*) FROM visits INDEXED BY visits_by_time WHERE check_in_at > ? AND check_in_at <= ? AND "
    "(check_out_at IS NULL OR check_out_at > ?)"
)
HOURS: Final = "SELECT hour, check_ins FROM hours WHERE hour >= ? AND hour < ?"

Hours = list[int]  # check-ins by the hour on the wall, 24 of them
_gym = msgspec.json.Decoder(Gym)


def read_peak(db: Database, now: int, weeks: int) -> Peak:
    """Of the gym's days in so many weeks before today; a day on which nobody came counts nowhere."""
    seq, data = db.execute("SELECT last_seq, gym FROM gym").fetchone()
    gym = _gym.decode(data)
    wall = datetime.fromtimestamp(now / 1000, ZoneInfo(gym.timezone))
    today = day_of(wall, gym.policy)
    days = _days(db, today, max(weeks, 2), gym.policy)
    past = {day: hours for day, hours in days.items() if 0 < (today - day).days <= weeks * WEEK and any(hours)}
    monday = today - timedelta(days=today.weekday())
    of_week = [sum(days[monday + timedelta(days=n)]) for n in range(-WEEK, WEEK)]
    so_far = until(tuple(days[today - WEEK * NEXT]), wall, first_hour(gym.policy))
    return Peak(
        weeks=weeks,
        heat=tuple(_mean([hours for day, hours in past.items() if day.weekday() == n]) for n in range(WEEK)),
        this_week=tuple(of_week[WEEK:]),
        last_week=tuple(of_week[:WEEK]),
        last_week_so_far=sum(of_week[: today.weekday()]) + so_far,
        expected_in=_expected(db, wall, [day for day in past if day.weekday() == today.weekday()], today),
        as_of_seq=seq,
    )


def _days(db: Database, today: date, weeks: int, policy: Policy) -> defaultdict[date, Hours]:
    days: defaultdict[date, Hours] = defaultdict(lambda: [0] * 24)
    first, last = today - weeks * WEEK * NEXT, today + NEXT
    bounds = [beginning(day, policy).strftime("%Y-%m-%dT%H") for day in (first, last)]
    for text, check_ins in db.execute(HOURS, bounds):
        hour = datetime.fromisoformat(f"{text}:00")
        days[day_of(hour, policy)][hour.hour] += check_ins
    return days


def _mean(days: list[Hours]) -> tuple[float, ...]:
    return tuple(round(sum(hours) / len(days), 1) for hours in zip(*days, strict=True)) if days else (0.0,) * 24


def _expected(db: Database, wall: datetime, days: list[date], today: date) -> float | None:
    """How many were in at this time of day, on the mean of these days; None where there are none."""
    assert wall.tzinfo is not None
    counts = []
    for day in days:
        at = instant(wall.replace(tzinfo=None) - (today - day), wall.tzinfo)
        counts.append(db.execute(IN_THEN, (at - clock.DAY, at, at)).fetchone()[0])
    return round(sum(counts) / len(counts), 1) if counts else None
