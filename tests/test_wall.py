"""Times on the gym's wall, with their day where that is another one."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from gymtui.protocol import Policy
from gymtui.ui.wall import moment, to_the_minute

ZURICH = ZoneInfo("Europe/Zurich")
TODAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("at", "day_begins", "said"),
    [
        ("2026-11-27T23:30:05Z", "00:00", "00:30:05"),
        ("2026-11-27T22:59:59Z", "00:00", "Fri 23:59"),
        ("2026-11-27T21:00:00Z", "00:00", "Fri 22:00"),
        ("2026-11-28T04:52:00Z", "04:00", "05:52:00"),
        ("2026-11-28T02:59:00Z", "04:00", "Sat 03:59"),
        ("2026-11-27T23:30:00Z", "22:00", "00:30:00"),
        ("2026-11-27T21:30:00Z", "22:00", "22:30:00"),
        ("2026-11-27T20:59:00Z", "22:00", "Fri 21:59"),
        ("2026-11-22T10:00:00Z", "00:00", "Sun 11:00"),
        ("2026-11-21T10:00:00Z", "00:00", "21 Nov"),
        ("2026-11-29T10:00:00Z", "00:00", "11:00:00"),
    ],
)
def test_a_time_of_a_day_before_says_which(at: str, day_begins: str, said: str) -> None:
    assert moment(at, ZURICH, Policy(day_begins=day_begins), TODAY) == said


def test_what_is_no_time_is_none() -> None:
    with pytest.raises(ValueError, match="isoformat"):
        moment("soon", ZURICH, Policy(), TODAY)


@pytest.mark.parametrize(("second", "seconds"), [(0, 60.05), (30, 30.05), (59.999, 0.051)])
def test_the_next_minute_is_never_so_near_that_its_timer_is_over_at_once(second: float, seconds: float) -> None:
    assert to_the_minute(round(second * 1000)) == pytest.approx(seconds)
