"""What is laid out, styled and painted for what happens: counted, since a screen that does too much is only slow."""

from __future__ import annotations

import pytest
from textual.app import App
from textual.dom import DOMNode
from textual.geometry import Region
from textual.screen import Screen
from textual.widget import Widget

from gymtui.client.state import ConnectionState
from gymtui.ui.widgets.connection_status import ConnectionStatusIndicator
from gymtui.ui.widgets.counters import Counters
from gymtui.ui.widgets.feed import Feed
from gymtui.ui.widgets.hits import Hits
from gymtui.ui.widgets.verdict import VerdictLine
from tests.factories import NOW, STATS, member, visit
from tests.settled import settled
from tests.ui_fakes import FakeDesk, make_app
from tests.ui_front_desk_kit import a_desk, front

pytestmark = pytest.mark.slow

SIZES = [(80, 24), (120, 40)]


class Work:
    """What Textual has done since the last `clear`."""

    def __init__(self) -> None:
        self.layouts = 0
        self.styled: list[DOMNode] = []
        self.painted: list[Region] = []

    def clear(self) -> None:
        self.layouts = 0
        self.styled.clear()
        self.painted.clear()

    def is_within(self, *regions: Region) -> bool:
        def inside(painted: Region) -> bool:
            return any(region.contains_region(painted) for region in regions)

        return bool(self.painted) and all(map(inside, self.painted))


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    work = Work()
    lay_out, paint, style = Screen._refresh_layout, Screen._compositor_refresh, App.update_styles

    def laying_out(screen: Screen[None], *args: object, **kwargs: object) -> None:
        work.layouts += 1
        lay_out(screen, *args, **kwargs)  # type: ignore[arg-type]  # as they came

    def painting(screen: Screen[None]) -> None:
        work.painted += screen._compositor._dirty_regions
        paint(screen)

    def styling(app: App[None], node: DOMNode, animate: bool = True) -> None:
        work.styled.append(node)
        style(app, node, animate)

    monkeypatch.setattr(Screen, "_refresh_layout", laying_out)
    monkeypatch.setattr(Screen, "_compositor_refresh", painting)
    monkeypatch.setattr(App, "update_styles", styling)
    return work


@pytest.mark.parametrize("size", SIZES)
async def test_hits_that_open_and_close_move_and_style_nothing_else(work: Work, size: tuple[int, int]) -> None:
    app = make_app(a_desk())
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        box, hits = app.screen.query_one("#box"), app.screen.query_one(Hits)
        others = [widget for widget in app.screen.query(Widget) if widget not in (hits, hits.parent)]
        places = [widget.region for widget in others]
        work.clear()
        await pilot.press("m")
        await settled(pilot)
        opened = hits.region
        assert opened.height == 2
        assert opened.y >= app.screen.query_one(VerdictLine).region.bottom
        assert work.layouts == 1
        assert set(work.styled) <= {front(app).entry}  # which has a value now
        assert work.is_within(box.region, opened)
        assert [widget.region for widget in others] == places
        work.clear()
        await pilot.press("escape")
        await settled(pilot)
        assert hits.region.height == 0
        assert work.layouts == 1
        assert set(work.styled) <= {front(app).entry}
        assert work.is_within(box.region, opened)


async def test_letters_that_leave_as_many_hits_lay_nothing_out(work: Work) -> None:
    app = make_app(FakeDesk([member(1, "Maya Quist"), member(2, "Maya Stone")]))
    async with app.run_test() as pilot:
        await pilot.press("m")
        await settled(pilot)
        work.clear()
        await pilot.press("a", "y", "down")
        await settled(pilot)
        assert work.layouts == 0
        assert work.is_within(app.screen.query_one("#box").region, app.screen.query_one(Hits).region)


async def test_commands_that_open_move_and_style_nothing_else(work: Work) -> None:
    app = make_app(a_desk())
    async with app.run_test() as pilot:
        await settled(pilot)
        feed = app.screen.query_one(Feed).region
        work.clear()
        await pilot.press(":")
        await settled(pilot)
        assert work.layouts == 1
        assert set(work.styled) <= {front(app).entry}
        assert app.screen.query_one(Feed).region == feed
        assert app.screen.query_one("#commands").region.y >= app.screen.query_one("#verdict").region.bottom


async def test_a_batch_paints_the_feed_and_lays_nothing_out(work: Work) -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await settled(pilot)
        feed = app.screen.query_one(Feed)
        work.clear()
        for first in range(10, 1010, 100):
            desk.service.publish("events", [visit(seq, f"Person {seq}") for seq in range(first, first + 100)])
        await settled(pilot)
        assert (work.layouts, work.styled) == (0, [])
        assert work.is_within(feed.region)
        assert len(work.painted) == 1


async def test_figures_paint_the_counters_only_when_their_words_change(work: Work) -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await settled(pilot)
        counters = app.screen.query_one(Counters)
        counters._throttle._seconds = 0.01
        work.clear()
        desk.service.publish("stats", STATS)
        await settled(pilot)
        assert work.painted == []


async def test_a_verdict_styles_its_own_line_once(work: Work) -> None:
    app = make_app(a_desk())
    async with app.run_test() as pilot:
        await pilot.press(*"4711")
        await settled(pilot)
        line = app.screen.query_one(VerdictLine)
        work.clear()
        await pilot.press("enter")
        await settled(pilot)
        assert line.has_class("-checked_in")
        assert work.styled == [line]
        assert work.layouts == 1


async def test_a_queue_that_changes_no_words_paints_nothing(work: Work) -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await settled(pilot)
        indicator = app.screen.query_one(ConnectionStatusIndicator)
        work.clear()
        desk.publish("queue", 1)
        await settled(pilot)
        assert front(app).queued == 1
        assert indicator.region not in work.painted
        desk.service.becomes(ConnectionState(phase="connecting", since=NOW, attempt=1))
        await settled(pilot)
        work.clear()
        desk.publish("queue", 2)
        await settled(pilot)
        assert indicator.region in work.painted


@pytest.mark.parametrize("action", ["history", "who", "connection", "conflicts", "policy", "peak", "help"])
async def test_a_screen_comes_up_with_a_few_layouts_and_no_work_for_the_one_below(work: Work, action: str) -> None:
    app = make_app(a_desk())
    async with app.run_test() as pilot:
        await settled(pilot)
        below = set(app.screen.walk_children(with_self=True))
        work.clear()
        await app.run_action(action)
        await settled(pilot)
        assert app.screen not in below
        assert 0 < work.layouts <= 4  # each is felt: this is what opening a screen costs
        assert below.isdisjoint(work.styled)
        assert work.styled.count(app.screen) == 1  # as it began, when it had no parts yet


async def test_a_box_that_means_something_else_styles_itself_and_its_hits(work: Work) -> None:
    app = make_app(a_desk())
    async with app.run_test() as pilot:
        await settled(pilot)
        for _ in range(2):
            work.clear()
            await pilot.press("f4")
            await settled(pilot)
            assert set(work.styled) <= {*app.screen.query("#box, #hits"), front(app).entry}
