"""The counters and the feed turn over at the gym's midnight, also where no server says so."""

from __future__ import annotations

from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace
from textual.app import App, ComposeResult

from gymtui import clock
from gymtui.protocol import Policy
from gymtui.ui.widgets.counters import Counters
from gymtui.ui.widgets.feed import Feed
from tests.factories import GYM, STATS, visit
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


# --- the feed ---------------------------------------------------------------------------------------------------------


class FeedHost(App[None]):
    """The feed alone, with a row of the last minute before midnight."""

    CSS = "Feed { height: 4; width: 100%; }"

    def __init__(self, day_begins: str) -> None:
        super().__init__()
        self.now, self._policy = EVENING, Policy(day_begins=day_begins)

    def compose(self) -> ComposeResult:
        yield Feed(lambda: self.now)

    def on_mount(self) -> None:
        self.feed.zone, self.feed.gym = ZURICH, replace(GYM, policy=self._policy)
        self.feed.extend([replace(visit(1, "Zoe Huber"), check_in_time="2026-11-22T22:59:10Z")])

    @property
    def feed(self) -> Feed:
        return self.query_one(Feed)

    @property
    def row(self) -> str:
        return self.feed.render_line(1).text.strip()


@pytest.mark.parametrize(("day_begins", "hours"), [("00:00", 0), ("04:00", 4)])
async def test_a_row_says_its_day_once_that_is_over(day_begins: str, hours: int) -> None:
    app = FeedHost(day_begins)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: "Zoe Huber" in app.row)
        app.now += hours * 3_600_000
        app.feed._tick()  # as the timer does at the end of each minute
        await settled(pilot)
        assert app.row.startswith("23:59:10  ▲ Zoe")
        app.now += 60_000
        app.feed._tick()
        await until(lambda: app.row.startswith("Sun 23:59 ▲ Zoe"))
