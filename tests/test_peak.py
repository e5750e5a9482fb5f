"""When it is busy: by weekday and hour, this week beside the last, and how many are expected now."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gymtui import clock
from gymtui.protocol import CheckOut, Policy
from server.gym.settings import configure
from tests.engines import Engine
from tests.factories import member_row
from tests.till import DAY, HOUR, MINUTE, NINE, Till

SUNDAY = 6


@pytest.fixture
def till(engine: Engine) -> Iterator[Till]:
    till = Till(engine.database, *(member_row(str(n), f"Name {n}") for n in range(1, 6)))
    yield till
    till.store.close()


def visit(till: Till, code: str, at: int, minutes: int = 60) -> None:
    """Somebody was in from then on (ms), for so long."""
    came = till.offline(at, code)
    left = clock.to_text(at + minutes * MINUTE)
    till.done(CheckOut(check_in_id=came.id, occurred_at=left, offline=True))


def test_a_gym_that_is_new_has_nothing_to_expect(till: Till) -> None:
    peak = till.store.peak(8)
    assert peak.heat == ((0.0,) * 24,) * 7
    assert (peak.this_week, peak.last_week, peak.last_week_so_far) == ((0,) * 7, (0,) * 7, 0)
    assert peak.expected_in is None


def test_the_mean_is_of_the_days_on_which_anybody_came(till: Till) -> None:
    till.now = NINE + HOUR + 30 * MINUTE
    for weeks, people in ((1, 3), (3, 2), (9, 5)):
        for code in range(1, people + 1):
            visit(till, str(code), NINE - weeks * 7 * DAY + HOUR)
    visit(till, "1", NINE - DAY)  # a Saturday
    visit(till, "2", NINE)  # today
    peak = till.store.peak(8)
    assert peak.heat[SUNDAY][10] == 2.5
    assert peak.heat[SUNDAY - 1][9] == 1.0
    assert sum(map(sum, peak.heat)) == 3.5
    assert peak.expected_in == 2.5
    assert till.store.peak(2).heat[SUNDAY][10] == 3.0
    assert (sum(peak.this_week), sum(peak.last_week)) == (2, 3)
    assert peak.this_week == (0, 0, 0, 0, 0, 1, 1)


def test_last_week_goes_as_far_as_this_one(till: Till) -> None:
    till.now = NINE + 30 * MINUTE
    week_ago = NINE - 7 * DAY
    visit(till, "1", week_ago - 3 * DAY)
    visit(till, "2", week_ago - HOUR, 30)
    visit(till, "3", week_ago + 2 * HOUR)
    assert till.store.peak(8).last_week == (0, 0, 0, 1, 0, 0, 2)
    assert till.store.peak(8).last_week_so_far == 2


def test_the_days_are_the_gyms_own(till: Till) -> None:
    till.store.write([configure(name=None, timezone=None, capacity=None, policy=Policy(day_begins="04:00"))])
    visit(till, "1", NINE - 7 * DAY - 7 * HOUR)  # Sunday 02:00 is still Saturday
    assert till.store.peak(8).heat[SUNDAY - 1][2] == 1.0
