"""When it is busy, in figures and words, and on the screen."""

from __future__ import annotations

from typing import Final

import pytest
from msgspec.structs import replace

from gymtui.protocol import Peak
from gymtui.ui.peak import busiest, level, now_words, week_words, window
from tests.factories import STATS
from tests.ui_fakes import make_app
from tests.ui_front_desk_kit import a_desk, screen_text
from tests.waiting import until

DAY: Final = (0.0,) * 6 + (3.0, 4.0, 6.0, 9.0, 8.0, 8.0, 9.0, 5.0, 6.0, 8.0, 9.0, 12.0, 13.0, 10.0, 5.0) + (0.0,) * 3
PEAK: Final = Peak(
    weeks=8, heat=(DAY,) * 5 + ((0.0,) * 24,) * 2, this_week=(120, 119, 66, 0, 0, 0, 0), last_week=(110,) * 5 + (0, 0),
    last_week_so_far=290, expected_in=38.4, as_of_seq=9,
)  # fmt: skip


def test_the_hours_that_are_shown() -> None:
    assert window(PEAK.heat, 24) == range(6, 21)
    assert window(PEAK.heat, 3) == range(17, 20)
    assert window(((0.0,) * 24,) * 7, 10) == range(1)


def test_how_hot_it_is() -> None:
    assert [level(value, 12) for value in (0, 0.1, 3, 6, 9, 12)] == [0, 1, 2, 3, 4, 4]
    assert level(0, 0) == 0


def test_in_words() -> None:
    assert busiest(DAY) == "busiest 18–19 h with 13"
    assert busiest((0.0,) * 24) == "no visits in the weeks before"
    assert week_words(PEAK) == "305 this week, 290 last week by now, +5 %"
    assert week_words(replace(PEAK, last_week_so_far=0)) == "305 this week, 0 last week by now"
    stats = replace(STATS, currently_in=47, assumed=6)
    assert now_words(PEAK, stats) == "47 in now: 41 seen, ~6 assumed; 38 expected"
    assert now_words(replace(PEAK, expected_in=None), replace(STATS, currently_in=3)) == "3 in now"
    assert now_words(PEAK, None) == "–"


@pytest.mark.slow
@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40)])
async def test_the_screen_shows_the_week_and_another_day_is_chosen(size: tuple[int, int]) -> None:
    desk = a_desk()
    desk.service.peak = PEAK
    desk.replica.stats = replace(STATS, hours=(0,) * 6 + (2, 3, 5) + (0,) * 15)
    app = make_app(desk)
    async with app.run_test(size=size) as pilot:
        await pilot.press(*":peak", "enter")
        await until(lambda: "busiest 18–19 h with 13" in screen_text(app))
        text = screen_text(app)
        assert "PEAK HOURS   check-ins an hour, the mean of 8 weeks" in text
        assert (" › Wed   3  4  6  9" if size[0] == 60 else " › Wed    3   4   6   9") in text
        assert "TODAY   ▄▅█" in text
        assert "305 this week, 290 last week by now, +5 %" in text
        assert "38 expected" in text
        await pilot.press("up", "up", "up")
        await until(lambda: " › Mon " in screen_text(app))


@pytest.mark.slow
async def test_without_the_server_it_says_so_and_is_asked_again() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*":peak", "enter")
        await until(lambda: "PEAK HOURS   not connected" in screen_text(app))
        desk.service.peak = PEAK
        await pilot.press("ctrl+r")
        await until(lambda: "the mean of 8 weeks" in screen_text(app))
