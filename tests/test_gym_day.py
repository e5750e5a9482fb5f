"""A gym's days on real zones: without a midnight, with two, of 23, 23.5, 24.5 and 25 hours, or not there at all."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest

from gymtui import clock, gym_day, rules
from gymtui.client.desk.verdicts import judge, today
from gymtui.protocol import Gym, Policy
from server.gym.assumed_exit import day_over, left_at
from tests.factories import member, member_row
from tests.gym_kit import name_gym
from tests.till import HOUR, MINUTE, Till

# The first moment of a day that is not as others are, and of the one behind it.
DAYS: Final = [
    ("America/Santiago", "2026-09-06", "2026-09-06T04:00Z", "2026-09-07T03:00Z"),  # begins at 01:00
    ("America/Santiago", "2026-04-04", "2026-04-04T03:00Z", "2026-04-05T04:00Z"),  # 23:00 comes twice
    ("Africa/Cairo", "2026-04-24", "2026-04-23T22:00Z", "2026-04-24T21:00Z"),  # begins at 01:00
    ("Africa/Cairo", "2026-10-29", "2026-10-28T21:00Z", "2026-10-29T22:00Z"),  # 23:00 comes twice
    ("Asia/Beirut", "2026-03-29", "2026-03-28T22:00Z", "2026-03-29T21:00Z"),  # begins at 01:00
    ("Asia/Beirut", "2026-10-24", "2026-10-23T21:00Z", "2026-10-24T22:00Z"),  # 23:00 comes twice
    ("Australia/Lord_Howe", "2026-10-04", "2026-10-03T13:30Z", "2026-10-04T13:00Z"),  # half an hour less
    ("Australia/Lord_Howe", "2026-04-05", "2026-04-04T13:00Z", "2026-04-05T13:30Z"),  # half an hour more
    ("Europe/Zurich", "2026-03-29", "2026-03-28T23:00Z", "2026-03-29T22:00Z"),
    ("Europe/Zurich", "2026-10-25", "2026-10-24T22:00Z", "2026-10-25T23:00Z"),
    ("Europe/Istanbul", "2016-10-30", "2016-10-29T21:00Z", "2016-10-30T21:00Z"),  # the rule of before was given up
    ("Asia/Pyongyang", "2018-05-04", "2018-05-03T15:30Z", "2018-05-04T15:00Z"),  # another offset from then on
]


def ms(text: str) -> int:
    return clock.to_ms(text.replace("Z", ":00Z"))


def gym(zone: str, **policy: Any) -> Gym:
    return Gym(name="g", timezone=zone, capacity=None, policy=Policy(**policy), seq=1)


@pytest.mark.parametrize(("zone", "day", "begins", "ends"), DAYS)
def test_a_day_begins_and_ends_where_its_date_does(zone: str, day: str, begins: str, ends: str) -> None:
    there = gym(zone)
    for moment in (ms(begins), ms(ends) - 1):
        assert today(there, moment).isoformat() == day
        assert day_over(there, moment) == ms(ends)
    assert today(there, ms(begins) - 1) < date.fromisoformat(day) < today(there, ms(ends))
    assert judge(member(1, "Ana", valid_until=day), there, ms(ends) - 1) == rules.ALLOWED
    assert judge(member(1, "Ana", valid_until=day), there, ms(ends)).code == "membership_expired"


def test_a_day_that_an_island_leaves_out_is_nobodys() -> None:
    """Samoa went from the 29th to the 31st of December 2011."""
    samoa = gym("Pacific/Apia")
    end = ms("2011-12-30T10:00Z")
    assert (today(samoa, end - 1), today(samoa, end)) == (date(2011, 12, 29), date(2011, 12, 31))
    assert day_over(samoa, end - 1) == end


@pytest.mark.parametrize(("zone", "day", "begins", "ends"), DAYS)
def test_days_that_turn_in_the_small_hours(zone: str, day: str, begins: str, ends: str) -> None:
    """What turns at 04:00 turns at 04:00 on that wall, on every day of the year."""
    there, here = gym(zone, day_begins="04:00"), ZoneInfo(zone)
    for at in range(ms(begins) - 24 * HOUR, ms(ends) + 24 * HOUR, 10 * MINUTE):
        wall = datetime.fromtimestamp(at / 1000, here)
        assert today(there, at) == (wall.replace(tzinfo=None) - timedelta(hours=4)).date()
        assert today(there, day_over(there, at) - 1) <= today(there, at) < today(there, day_over(there, at))


# --- closing ---------------------------------------------------------------------------------------------------------

CLOSINGS: Final = [  # the zone, its closing, since when somebody is in, and when that one has left
    ("Europe/Zurich", "02:30", "2026-03-28T22:00Z", "2026-03-29T01:30Z"),  # there is none: 03:30, as long after 22:00
    ("Europe/Zurich", "02:30", "2026-10-24T22:00Z", "2026-10-25T01:30Z"),  # there are two: the second
    ("Europe/Zurich", "02:30", "2026-10-25T00:10Z", "2026-10-25T01:30Z"),  # from 02:10 of the first to the second
    ("Europe/Zurich", "02:30", "2026-10-25T00:40Z", "2026-10-25T01:30Z"),  # between both
    ("Europe/Zurich", "02:30", "2026-10-25T01:30Z", "2026-10-26T01:30Z"),  # behind both
    ("America/Santiago", "24:00", "2026-09-05T22:00Z", "2026-09-06T04:00Z"),  # a midnight that is not there
    ("America/Santiago", "00:30", "2026-09-05T22:00Z", "2026-09-06T04:30Z"),
    ("America/Santiago", "23:30", "2026-04-04T22:00Z", "2026-04-05T03:30Z"),  # the second
    ("Africa/Cairo", "24:00", "2026-04-23T18:00Z", "2026-04-23T22:00Z"),
    ("Asia/Beirut", "24:00", "2026-03-28T18:00Z", "2026-03-28T22:00Z"),
    ("Australia/Lord_Howe", "02:15", "2026-10-03T12:00Z", "2026-10-03T15:45Z"),  # there is none: 02:45
    ("Australia/Lord_Howe", "01:45", "2026-04-04T12:00Z", "2026-04-04T15:15Z"),  # there are two: the second
    ("America/Havana", "24:00", "2026-10-31T20:00Z", "2026-11-01T05:00Z"),  # two midnights: the second
]


@pytest.mark.parametrize(("zone", "closing", "since", "left"), CLOSINGS)
def test_a_closing_that_there_is_not_or_that_comes_twice(zone: str, closing: str, since: str, left: str) -> None:
    assert clock.to_text(left_at(gym(zone, closing_time=closing), ms(since)) or 0) == clock.to_text(ms(left))


@pytest.mark.parametrize("zone", sorted({row[0] for row in DAYS}))
def test_nobody_leaves_before_coming_and_everybody_within_a_day(zone: str) -> None:
    there = gym(zone, closing_time="02:30")
    for at in range(ms("2026-03-01T00:00Z"), ms("2026-11-15T00:00Z"), 6 * HOUR + 10 * MINUTE):
        left = left_at(there, at)
        assert left is not None
        assert at < left <= at + 25 * HOUR


HOURS: Final[dict[str, Any]] = {
    "opening_hours": {
        "fri": "18:00-02:00",
        "sat": "10:00-24:00",
        "sun": "closed",
        "mon": "00:00-00:00",
        "tue": "06:00-22:00",
    },
    "exceptions": {"2026-11-24": "06:00-12:00"},
}


@pytest.mark.parametrize(
    ("since", "left"),
    [
        ("2026-11-20T20:00Z", "2026-11-21T01:00Z"),  # a Friday: over midnight
        ("2026-11-21T00:30Z", "2026-11-21T01:00Z"),
        ("2026-11-21T01:00Z", "2026-11-21T23:00Z"),
        ("2026-11-22T12:00Z", "2026-11-24T11:00Z"),  # a Sunday that is closed, a Monday all round the clock
        ("2026-11-24T11:00Z", "2026-11-28T01:00Z"),  # of Wednesday and Thursday nothing is said
    ],
)
def test_each_day_has_the_closing_of_its_opening_hours(since: str, left: str) -> None:
    assert clock.to_text(left_at(gym("Europe/Zurich", **HOURS), ms(since)) or 0) == clock.to_text(ms(left))


def test_its_own_closing_goes_before_that_of_the_hours_and_a_closed_gym_has_none() -> None:
    own = gym("Europe/Zurich", closing_time="21:00", **HOURS)
    assert left_at(own, ms("2026-11-24T12:00Z")) == ms("2026-11-24T20:00Z")
    closed = gym("Europe/Zurich", opening_hours=dict.fromkeys(gym_day.WEEKDAYS, "closed"))
    assert left_at(closed, ms("2026-11-24T12:00Z")) is None


# --- visits, counted -------------------------------------------------------------------------------------------------

NIGHTS: Final = [  # a zone, when somebody comes in the evening, and leaves seven hours and a half later
    ("Europe/Zurich", "2026-03-28T21:00Z"),
    ("Europe/Zurich", "2026-10-24T20:30Z"),
    ("America/Santiago", "2026-09-06T02:00Z"),
    ("America/Santiago", "2026-04-05T02:30Z"),
    ("Australia/Lord_Howe", "2026-10-03T12:00Z"),
    ("Australia/Lord_Howe", "2026-04-04T12:00Z"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("zone", "came"), NIGHTS)
@pytest.mark.parametrize("day_begins", ["00:00", "04:00", "22:00"])
def test_the_counters_of_a_night_in_which_the_clock_is_changed(
    tmp_path: Path, zone: str, came: str, day_begins: str
) -> None:
    till = Till(tmp_path / "gym.db", *(member_row(str(n), f"Name {n}") for n in range(1, 60)))
    name_gym(tmp_path / "gym.db", timezone=zone, policy=Policy(day_begins=day_begins))
    for n in range(1, 60):
        till.now = ms(came) + n * 20 * MINUTE
        till.check_in(str(n))
        assert till.store.stats() == till.recount()
        if n % 3 == 0:
            till.check_out(str(n - 1))
            assert till.store.stats() == till.recount()
    till.now += 7 * 24 * HOUR - 5 * HOUR  # the same weekday a week later, across the change
    assert till.store.stats() == till.recount()
    till.store.close()


@pytest.mark.parametrize(
    ("zone", "came", "hours", "forgotten"),
    [
        ("Europe/Zurich", "2026-10-24T21:30Z", 6.0, False),  # 23:30 to 04:30 on the wall
        ("Europe/Zurich", "2026-10-24T21:30Z", 6.1, True),  # 5.1 hours on the wall
        ("Europe/Zurich", "2026-03-28T22:30Z", 5.9, False),  # 6.9 hours on the wall
        ("Europe/Zurich", "2026-03-28T22:30Z", 6.1, True),
        ("Australia/Lord_Howe", "2026-04-04T12:30Z", 6.1, True),  # 5.6 hours on the wall
    ],
)
def test_a_visit_across_the_change_is_as_long_as_it_was(zone: str, came: str, hours: float, forgotten: bool) -> None:
    began, at = (datetime.fromtimestamp(t / 1000, ZoneInfo(zone)) for t in (ms(came), ms(came) + int(hours * HOUR)))
    assert rules.is_forgotten(began, at, Policy()) is forgotten


def test_a_night_that_belongs_to_the_day_before_is_not_forgotten(tmp_path: Path) -> None:
    """A gym that is open until five: whoever came at ten in the evening is in at four."""
    till = Till(tmp_path / "gym.db", member_row("1", "Ana"))
    name_gym(tmp_path / "gym.db", timezone="UTC", policy=Policy(day_begins="05:00"))
    till.now = ms("2026-11-20T21:30Z")
    came = till.check_in("1")
    till.now = ms("2026-11-21T04:30Z")
    assert till.counts() == (1, 1, None)
    assert till.check_out("1").id == came.id
    assert till.counts() == (0, 1, 420.0)
    till.now = ms("2026-11-21T05:00Z")
    assert till.counts() == (0, 0, None)
    till.now = ms("2026-11-28T02:00Z")
    assert till.store.stats().same_weekday == 1  # Friday's, though it is Saturday on the wall
    till.store.close()
