"""How many are in, and of how many that is only assumed."""

from __future__ import annotations

from typing import Final

import pytest
from msgspec.structs import replace

from gymtui import rules
from gymtui.client.state import Inside
from tests.factories import NOW, STATS
from tests.ui_fakes import make_app
from tests.ui_front_desk_kit import ANA, BEN, a_desk, screen_text
from tests.waiting import until

MINUTE: Final = 60_000


def test_whoever_came_more_than_three_hours_ago_is_assumed_to_be_in() -> None:
    assert [rules.is_assumed_in(NOW - minutes * MINUTE, NOW) for minutes in (0, 180, 181)] == [False, False, True]


def test_occupancy_in_words() -> None:
    assert rules.occupancy(47, 6) == "41 seen, ~6 assumed"
    assert rules.occupancy(47, 0) == ""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("size", "words"),
    [((60, 20), "47 of 220, ~6 "), ((80, 24), "47 of 220, ~6 assumed"), ((120, 40), "21 % of 220, ~6 assumed")],
)
async def test_the_screens_say_so(size: tuple[int, int], words: str) -> None:
    desk = a_desk()
    desk.replica.stats = replace(STATS, currently_in=47, assumed=6)
    desk.inside = [Inside(member=who.ref, since=NOW - minutes * MINUTE) for who, minutes in ((BEN, 20), (ANA, 200))]
    app = make_app(desk)
    async with app.run_test(size=size) as pilot:
        await until(lambda: words in screen_text(app))
        await pilot.press("f3")
        await until(lambda: "2 people: 1 seen, ~1 assumed" in screen_text(app))
        assert "~200 min" in screen_text(app)
        assert "  20 min" in screen_text(app)
