"""The counters turn over at the gym's midnight, also where no server says so."""

from __future__ import annotations

from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace
from textual.app import App, ComposeResult

from gymtui import clock
from gymtui.ui.widgets.counters import Counters
from tests.factories import STATS
from tests.settled import settled
from tests.waiting import until

pytestmark = pytest.mark.slow

ZURICH = ZoneInfo("Europe/Zurich")
EVENING = clock.to_ms("2026-11-22T22:59:30Z")  # half a minute before midnight in Zurich


FIGURES = replace(STATS, as_of=clock.to_text(EVENING), hours=(0,) * 20 + (4, 5, 0, 0), same_weekday=1000)


class Host(App[None]):
    """The counters alone, at a time that the test sets."""

    CSS = "Counters { height: 2; width: 100%; }"

    def __init__(self, zone: tzinfo) -> None:
        super().__init__()
        self.now, self._zone = EVENING, zone

    def compose(self) -> ComposeResult:
        yield Counters(lambda: self.now)

    def on_mount(self) -> None:
        self.counters.zone, self.counters.stats = self._zone, FIGURES

    @property
    def counters(self) -> Counters:
        return self.query_one(Counters)

    @property
    def text(self) -> str:
        return self.counters.render().plain


@pytest.mark.parametrize(("zone", "turns"), [(ZURICH, True), (UTC, False), (ZoneInfo("Asia/Tokyo"), False)])
async def test_today_begins_anew_at_the_gyms_midnight(zone: tzinfo, turns: bool) -> None:
    app = Host(zone)
    async with app.run_test() as pilot:
        await settled(pilot)
        assert "1,204" in app.text
        assert "148" in app.text
        app.now += 60_000
        assert ("1,204" not in app.text) == turns
        assert "148 of 220" in app.text  # who is in is still in
        if turns:
            assert "1 h 12 min" not in app.text
            assert "+20 %" not in app.text
            app.counters.stats = replace(FIGURES, today_total=3, as_of=clock.to_text(app.now))
            await settled(pilot)
            assert "1,204" not in app.text
            assert "3" in app.text


async def test_it_is_painted_anew_without_anybody_doing_anything() -> None:
    app = Host(ZURICH)
    async with app.run_test() as pilot:
        await settled(pilot)
        shown = app.counters._shown
        app.now += 60_000
        app.counters._tick()  # as the timer does at the end of each minute
        await until(lambda: app.counters._shown != shown)


async def test_a_clock_that_is_behind_takes_nothing_away() -> None:
    app = Host(ZURICH)
    async with app.run_test() as pilot:
        await settled(pilot)
        app.now = clock.to_ms("2000-01-01T00:00:00Z")
        assert "1,204" in app.text
