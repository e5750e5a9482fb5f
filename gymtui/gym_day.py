"""A gym's own days: when one turns, when the gym is open, when it closes. Pure.

Times are those of the clock on the gym's wall; only `instant` knows a zone, whose clock now and then passes over an
hour, or has one twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Final, get_args

from gymtui.protocol import Policy, Weekday

WEEKDAYS: Final[tuple[Weekday, ...]] = get_args(Weekday)
NEXT: Final = timedelta(days=1)
NOON: Final = 12
LOOK_AHEAD: Final = 31  # days in which a gym that ever closes does so


def day_of(at: datetime, policy: Policy) -> date:
    """The gym's day that this time belongs to: in the small hours it may still be yesterday."""
    return (at.replace(tzinfo=None) - _turn(policy)).date()


def beginning(day: date, policy: Policy) -> datetime:
    """When the gym's day begins, on the wall."""
    return datetime.combine(day, time()) + _turn(policy)


def on_day(day: date, at: time, policy: Policy) -> datetime:
    """That time of the gym's day, which may be on the date before or after it."""
    begins = beginning(day, policy)
    then = datetime.combine(begins.date(), at)
    return then if then >= begins else then + NEXT


def first_hour(policy: Policy) -> int:
    """The hour on the wall with which the gym's days begin."""
    return int(policy.day_begins[:2])


def _turn(policy: Policy) -> timedelta:
    """From midnight to the beginning of the day; back from it where that is an evening."""
    return _turn_at(policy.day_begins)


@lru_cache(24)
def _turn_at(day_begins: str) -> timedelta:
    hour = int(day_begins[:2])
    return timedelta(hours=hour if hour <= NOON else hour - 24)


def opening(policy: Policy, day: date) -> str | None:
    """`06:00-22:00` or `closed`, as an exception has it or the weekday; None where nothing is said."""
    return policy.exceptions.get(day.isoformat()) or policy.opening_hours.get(WEEKDAYS[day.weekday()])


def is_open(policy: Policy, at: datetime) -> bool:
    """Is the gym open then? Of a day of which nothing is said, all the time."""
    wall = at.replace(tzinfo=None)
    today = wall.date()
    if opening(policy, today) is None:
        return True
    spans = [span for day in (today - NEXT, today) if (span := _span(policy, day))]
    return any(begins <= wall < ends for begins, ends in spans)


def closings(policy: Policy, day: date) -> Iterator[datetime]:
    """The closings of that day and those that follow, on the wall; a gym that is open all round the clock has none."""
    for ahead in range(LOOK_AHEAD):
        of_day = day + ahead * NEXT
        if policy.closing_time is not None:
            yield _end(of_day, time.min, policy.closing_time)
        elif (span := _span(policy, of_day)) is not None and span[1] - span[0] < NEXT:
            yield span[1]


def instant(wall: datetime, zone: tzinfo) -> int:
    """When the clock on the wall shows that (ms). Of two such times it is the later one; one that is passed over comes
    as much later as the clock is put forward."""
    return round(max(wall.replace(tzinfo=zone, fold=fold).timestamp() for fold in (0, 1)) * 1000)


def end_of(text: str) -> time:
    """The time at which something ends: `24:00` is the next midnight. Else a ValueError."""
    return time.min if text == "24:00" else time.fromisoformat(text)


def _span(policy: Policy, day: date) -> tuple[datetime, datetime] | None:
    """From when to when it is open on that day, or over its midnight."""
    said = opening(policy, day)
    if said is None or said == "closed":
        return None
    begins, ends = said.split("-")
    opens = time.fromisoformat(begins)
    return datetime.combine(day, opens), _end(day, opens, ends)


def _end(day: date, opens: time, ends: str) -> datetime:
    """`24:00`, and what is no later than the beginning, is on the next day."""
    closes = end_of(ends)
    return datetime.combine(day if closes > opens else day + NEXT, closes)
