"""The front desk: its feed, at any size, in any state."""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from gymtui.client.state import ConnectionState
from gymtui.protocol import Gym
from gymtui.rules import Uncounted
from gymtui.ui.base_app import ScreenLate
from gymtui.ui.feed_rows import row_of
from gymtui.ui.widgets.connection_status import ConnectionStatusIndicator
from gymtui.ui.widgets.counters import Counters
from gymtui.ui.widgets.error_boundary import FaultPanel
from gymtui.ui.widgets.feed import Feed
from tests.factories import GYM, NOW, STATS, member, refusal, visit
from tests.settled import settled, until_shown
from tests.ui_fakes import LIVE, FakeDesk, make_app
from tests.ui_front_desk_kit import a_desk, front, screen_text

pytestmark = pytest.mark.slow


def ticks(indicator: ConnectionStatusIndicator) -> bool:
    return indicator._tick is not None


async def resized(pilot: Pilot[None], width: int, height: int) -> None:
    await pilot.resize_terminal(width, height)
    await pilot.pause()


@pytest.mark.parametrize(
    ("size", "said"),
    [
        ((60, 20), "148 of 220, +3 −1 queued    "),
        ((80, 24), "148 of 220, +3 −1 queued  67 %"),
        ((120, 24), "148 of 220, +3 −1 queued here  ━━"),
    ],
)
async def test_what_waits_stands_beside_who_is_in_while_the_server_is_away(size: tuple[int, int], said: str) -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test(size=size) as pilot:
        desk.queued, desk.presence.uncounted = 4, Uncounted(comes=3, goes=1)
        desk.publish("queue", 4)
        await settled(pilot)
        assert "queued here" not in screen_text(app)
        desk.service.becomes(ConnectionState(phase="waiting", since=NOW, attempt=1, retry_at=NOW + 5000))
        await settled(pilot)
        assert said in screen_text(app)


async def test_a_screen_that_opens_has_its_header_whole() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test(size=(120, 30)) as pilot:
        desk.service.becomes(replace(LIVE, user="maria"))
        app.front_desk.unread = 2
        await pilot.press("f3")
        await until_shown(pilot, lambda: "◆ 2 unread Riverside   desk 2 · maria" in screen_text(app))


async def test_the_header_names_who_is_logged_in_where_there_is_room() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test(size=(120, 30)) as pilot:
        desk.service.becomes(replace(LIVE, user="maria of the evening"))
        await settled(pilot)
        assert "Riverside   desk 2 · maria of the evening" in screen_text(app)
        await pilot.resize_terminal(60, 20)
        await settled(pilot)
        assert "· maria" not in screen_text(app)
        assert "Riverside   desk 2" in screen_text(app)


async def test_events_are_rows_with_the_newest_on_top_in_the_gyms_time() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        desk.service.publish("events", [visit(3, "Yara Ott"), refusal(4, "Ben Ode"), member(9, "Nobody")])
        await settled(pilot)
        lines = [line.strip() for line in screen_text(app).splitlines() if "17:2" in line and "◆ R" not in line]
        assert [line.split()[0] for line in lines] == ["17:24:00", "17:24:00", "17:24:00", "17:22:00"]
        assert [line.split()[2] for line in lines] == ["Ben", "Yara", "Ida", "Zoe"]
        assert "refused" in lines[0]
        assert "membership expired 3 Nov" in lines[0]


async def test_the_feed_is_bounded_formats_only_what_is_seen_and_lays_nothing_out() -> None:
    desk = FakeDesk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        feed = app.screen.query_one(Feed)
        size = feed.virtual_size
        desk.service.publish("events", [visit(seq, f"Person {seq}") for seq in range(1, 3001)])
        await settled(pilot)
        assert len(feed.rows) == 2000
        assert feed.rows[0].seq == 3000
        assert len(feed._strips) < 30
        assert feed.virtual_size == size


async def test_a_feed_that_is_scrolled_away_holds_still() -> None:
    desk = FakeDesk([], [visit(seq, f"Person {seq}") for seq in range(1, 101)])
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press("pagedown")
        feed = app.screen.query_one(Feed)
        top = feed.rows[feed.scroll_offset.y].seq
        desk.service.publish("events", [visit(101, "New One")])
        await settled(pilot)
        assert feed.rows[feed.scroll_offset.y].seq == top
        assert "1 new" in screen_text(app)
        await pilot.press("escape")
        assert feed.scroll_offset.y == 0
        assert "New One" in screen_text(app)


async def test_a_snapshot_starts_the_feed_and_the_counters_again() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        desk.replica.events = [visit(50, "Rosa Neu")]
        desk.replica.gym = Gym(name="Lakeside", timezone="UTC", capacity=50, policy=GYM.policy, seq=49)
        desk.service.publish("snapshot", None)
        await settled(pilot)
        assert [row_of(event).who for event in app.screen.query_one(Feed).rows] == ["Rosa Neu"]
        assert "◆ Lakeside" in screen_text(app)
        assert "16:24:00" in screen_text(app)


async def test_names_are_never_markup_and_never_speak_to_the_terminal() -> None:
    evil = "[red]Ana[/] \x1b]0;owned\x07\x1b[2J"
    desk = FakeDesk([member(1, evil)], [visit(1, evil)])
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press("1")
        assert screen_text(app).count("[red]Ana[/]") == 2
        await pilot.press("enter")
        text = screen_text(app)
        assert "✓ [red]Ana[/] ]0;owned[2J checked in" in text
        assert not any(c in text for c in "\x1b\x07")


async def test_a_name_of_three_hundred_letters_leaves_the_words_readable() -> None:
    endless = "Anastasia " * 30
    desk = FakeDesk([member(1, endless)])
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press("1", "enter")
        assert re.search(r"✓ Anastasia .*… checked in\b", screen_text(app))
        desk.answers = {endless: "refused"}
        for height in (24, 20):
            await pilot.resize_terminal(80, height)
            await pilot.press("1", "enter")
            assert re.search(r"✗ Anastasia .*… refused: nobody here\b", screen_text(app))


async def test_what_can_be_no_card_is_not_called_one() -> None:
    app = make_app(a_desk())
    async with app.run_test() as pilot:
        await pilot.press(*"qw")
        assert "nobody is found by “qw” — Enter looks for the nearest" in screen_text(app)
        await pilot.press("7")
        assert "nobody is found by “qw7” — Enter takes it for a card" in screen_text(app)


async def test_before_the_first_figures_nothing_is_said_that_the_connection_denies() -> None:
    desk = a_desk()
    desk.replica.stats = None
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.pause()
        assert "● live" in screen_text(app)
        assert "No figures yet: they come with the server's first answer." in screen_text(app)


async def test_two_desks_that_checked_in_one_person_are_seen_at_once() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        at = visit(3, "Uma Clay").check_in_time
        desk.service.publish(
            "events", [visit(3, "Uma Clay", status="checked_out", check_out_time=at, flags=("offline", "clash"))]
        )
        await settled(pilot)
        assert re.search(r"≡ Uma Clay +clash ", screen_text(app))


async def test_a_row_that_cannot_be_shown_stops_the_feed_which_begins_anew_with_what_the_desk_has() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        desk.service.publish("events", [visit(3, "Broken", check_in_time="no time at all")])
        await until_shown(pilot, lambda: not app.screen.query(Feed))
        assert "Ctrl+R try again" in screen_text(app)
        await pilot.click(FaultPanel)
        await pilot.pause()
        assert [row_of(event).who for event in app.screen.query_one(Feed).rows] == ["Ida Vogel", "Zoe Huber"]
        assert "Ctrl+R" not in screen_text(app)
        desk.service.publish("events", [visit(4, "Next One")])
        await until_shown(pilot, lambda: "Next One" in screen_text(app))


async def test_counters_show_what_the_server_counts() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.pause()
        assert all(words in screen_text(app) for words in ("148 of 220", "67 %", "1,204", "1 h 12 min"))
        app.screen.query_one(Counters)._throttle._seconds = 0.01
        desk.service.publish("stats", replace(STATS, currently_in=215))
        await until_shown(pilot, lambda: "215 of 220" in screen_text(app))
        assert "98 %" in screen_text(app)


async def test_without_a_connection_old_data_stays_dimmed_and_the_words_say_so() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        assert "● live 12 ms" in screen_text(app)
        waiting = ConnectionState(phase="waiting", since=NOW - 44 * 60_000, attempt=9, retry_at=NOW + 4000)
        desk.service.becomes(waiting)
        desk.publish("queue", 12)
        await pilot.pause()
        assert "○ offline since 16:40, 12 queued" in screen_text(app)
        assert "Ida Vogel" in screen_text(app)
        assert app.screen.query_one("#feed").styles.opacity < 1
        await pilot.press("ctrl+r")
        assert desk.service.calls == ["retry_now"]
        desk.service.becomes(LIVE)
        await pilot.pause()
        assert app.screen.query_one("#feed").styles.opacity == 1


async def test_the_header_says_how_late_the_screen_stands_over_a_slow_line() -> None:
    app = make_app(a_desk())
    async with app.run_test() as pilot:
        for seconds, said in ((3, "◐ screen 3 s late"), (0, "● live 12 ms")):
            app.screen.post_message(ScreenLate(seconds))
            await pilot.pause()
            assert said in screen_text(app)


async def test_the_indicator_ticks_only_while_it_counts() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        indicator = app.screen.query_one(ConnectionStatusIndicator)
        assert not ticks(indicator)
        desk.service.becomes(ConnectionState(phase="waiting", since=NOW, attempt=1, retry_at=NOW + 4000))
        await pilot.pause()
        assert ticks(indicator)
        assert "◐ back in 4 s (try 1)" in screen_text(app)
        desk.service.becomes(LIVE)
        await pilot.pause()
        assert not ticks(indicator)


@pytest.mark.parametrize("start", [(80, 24), (120, 40)])
async def test_a_small_terminal_and_back(start: tuple[int, int]) -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test(size=start) as pilot:
        await pilot.press("m")
        await resized(pilot, 60, 20)
        assert all(len(line) <= 60 for line in screen_text(app).splitlines())
        assert "Maya Quist" in screen_text(app)
        assert "● live 12 ms" in screen_text(app)
        await resized(pilot, 20, 5)
        await resized(pilot, *start)
        assert front(app).entry.value == "m"
        await pilot.press("escape")
        assert "Ida Vogel" in screen_text(app)
        assert not app.screen.query(FaultPanel)
