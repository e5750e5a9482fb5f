"""The clock on the gym's wall: times of day in the gym's own time zone, and how long something took."""

from __future__ import annotations

from datetime import date, datetime, tzinfo

from gymtui import rules
from gymtui.gym_day import day_of
from gymtui.protocol import Policy

LATE = 0.05  # seconds behind a minute that nobody sees
WEEK = 7  # days after which a weekday is another one


def to_the_minute(ms: int) -> float:
    """Seconds until the clock shows another minute, and a moment more: what comes before it shows the old one again,
    and Textual forgets a timer whose time is over before it has begun."""
    return 60 - ms / 1000 % 60 + LATE


def wall(ms: int, zone: tzinfo) -> datetime:
    """The date and time on the wall at `ms` milliseconds since 1970."""
    return datetime.fromtimestamp(ms / 1000, zone)


def stay(minutes: float) -> str:
    """`43 min`, `1 h 12 min`."""
    hours, rest = divmod(round(minutes), 60)
    return f"{hours} h {rest:02d} min" if hours else f"{rest} min"


def hours_minutes(ms: int, zone: tzinfo) -> str:
    return f"{wall(ms, zone):%H:%M}"


def since(ms: int, zone: tzinfo, now: int) -> str:
    """`17:02`, with its day where that is not the one of `now`."""
    return rules.since(wall(ms, zone), wall(now, zone))


def hours_minutes_seconds(text: str, zone: tzinfo) -> str:
    """`HH:MM:SS` of a time as it stands on the wire; ValueError where it is none."""
    return f"{datetime.fromisoformat(text).astimezone(zone):%H:%M:%S}"


def moment(text: str, zone: tzinfo, policy: Policy, today: date) -> str:
    """`HH:MM:SS` of a time as it stands on the wire; `Fri 22:00` or `3 Nov` where that is of one of the gym's days
    before this one; ValueError where it is none."""
    at = datetime.fromisoformat(text).astimezone(zone)
    days = (today - day_of(at, policy)).days
    if days <= 0:  # or this clock is behind
        return f"{at:%H:%M:%S}"
    return f"{at:%a %H:%M}" if days < WEEK else f"{at.day} {at:%b}"
