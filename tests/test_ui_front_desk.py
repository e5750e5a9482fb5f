"""The front desk under a pilot: what is typed, what is said, what is shown."""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot
from textual.widgets import Button

from gymtui.client.state import ConnectionState, Verdict, VerdictKind
from gymtui.protocol import Gym
from gymtui.ui import GymApp
from gymtui.ui.feed_rows import row_of
from gymtui.ui.screens.front_desk import FrontDesk
from gymtui.ui.widgets.connection_status import ConnectionStatusIndicator
from gymtui.ui.widgets.counters import Counters
from gymtui.ui.widgets.error_boundary import FaultPanel
from gymtui.ui.widgets.feed import Feed
from gymtui.ui.widgets.verdict import VerdictLine
from tests.settled import settled
from tests.ui_fakes import GYM, LIVE, NOW, STATS, FakeDesk, is_checking_out, make_app, member, refusal, visit

ANA, BEN, MAYA, MAX = member(4711, "Ana Silva"), member(4712, "Ben Ode"), member(81, "Maya Quist"), member(82, "Max O")


def a_desk() -> FakeDesk:
    return FakeDesk([ANA, BEN, MAYA, MAX], [visit(1, "Zoe Huber", minutes=2), visit(2, "Ida Vogel")])


def screen_text(app: GymApp) -> str:
    lines = app.screen._compositor.render_strips()
    return "\n".join(strip.text for strip in lines)


def front(app: GymApp) -> FrontDesk:
    assert isinstance(app.screen, FrontDesk)
    return app.screen


def later(kind: VerdictKind, subject: str, command_id: str) -> Verdict:
    return Verdict(kind=kind, subject=subject, command_id=command_id, at=NOW, detail="payment overdue")


async def test_a_name_is_typed_found_and_checked_in() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press("a", "n")
        search = front(app).search
        assert search is not None
        assert [hit.member for hit in search.hits] == [ANA]
        assert "Ana Silva" in screen_text(app)
        await pilot.press("enter")
        assert desk.done == [("check_in", "Ana Silva")]
        assert front(app).search is None
        assert front(app).entry.value == ""
        assert "✓ Ana Silva checked in" in screen_text(app)
        assert app.screen.query_one(VerdictLine).has_class("-checked_in")


async def test_two_that_match_are_a_pick_list_and_never_a_guess() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press("m", "a", "enter")
        search = front(app).search
        assert desk.done == []
        assert search is not None
        assert (search.picking, search.chosen) == (True, 0)
        assert "2 match" in screen_text(app)
        await pilot.press("down", "enter")
        assert desk.done == [("check_in", "Max O")]


async def test_a_digit_behind_the_letters_takes_a_row_of_the_list_that_is_shown() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press("m", "a", "2")
        search = front(app).search
        assert search is not None
        assert (search.text, search.chosen, len(search.hits)) == ("ma", 1, 2)
        await pilot.press("backspace")
        search = front(app).search
        assert search is not None
        assert search.chosen is None
        await pilot.press("2", "enter")
        assert desk.done == [("check_in", "Max O")]


async def test_a_digit_that_comes_before_its_list_was_shown_is_no_row() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        for key in ("m", "a", "2", "enter"):
            app.simulate_key(key)
        await pilot.pause()
        assert desk.done == [("check_in", "ma2")]


async def test_escape_goes_back_one_step_at_a_time() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press("f4", "m", "a", "enter", "escape")
        assert front(app).entry.value == "ma"
        assert front(app).search is not None
        await pilot.press("escape")
        assert (front(app).entry.value, front(app).search) == ("", None)
        assert is_checking_out(app)
        await pilot.press("escape")
        assert not is_checking_out(app)
        assert desk.done == []


async def test_down_chooses_and_a_click_takes() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press("m", "down", "down", "enter")
        await pilot.press("m")
        await pilot.click("Hits", offset=(5, 0))
        assert desk.done == [("check_in", "Max O"), ("check_in", "Maya Quist")]
        assert front(app).entry.value == ""


async def test_an_exact_code_comes_before_whoever_else_matches() -> None:
    desk = FakeDesk([member(4711, "Ana Silva"), member(47110, "Other One")])
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press(*"4711", "enter")
        assert desk.done == [("check_in", "Ana Silva")]


async def test_what_nobody_is_found_by_is_asked_for_as_a_code() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press("9", "9", "enter")
        assert desk.done == [("check_in", "99")]
        assert "✗ 99 refused: nobody here has that number" in screen_text(app)


async def test_codes_that_come_back_to_back_are_check_ins_in_order() -> None:
    people = [member(100 + n, f"Person {n}") for n in range(50)]
    desk = FakeDesk(people)
    app = make_app(desk)
    async with app.run_test() as pilot:
        for person in people:
            for key in [*str(person.membership_number), "enter"]:
                app.simulate_key(key)
        await pilot.pause()
        assert desk.done == [("check_in", person.full_name) for person in people]
        assert front(app).entry.value == ""


async def test_a_key_reaches_the_box_whatever_has_the_focus() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await app.screen.mount(Button("elsewhere"))
        app.screen.set_focus(app.screen.query_one(Button))
        for key in [*"4711", "enter"]:
            app.simulate_key(key)
        await pilot.pause()
        assert desk.done == [("check_in", "Ana Silva")]
        app.screen.set_focus(None)
        await pilot.press("a")
        assert front(app).entry.value == "a"


async def test_nothing_but_the_box_takes_the_focus() -> None:
    app = make_app(a_desk())
    async with app.run_test() as pilot:
        await pilot.pause()
        assert [type(widget).__name__ for widget in app.screen.focus_chain] == ["Entry"]


async def test_check_out_mode_is_marked_and_lasts_for_one() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press("f4")
        assert "CHECK OUT" in screen_text(app)
        await pilot.press(*"4711", "enter", *"4712", "enter")
        assert desk.done == [("check_out", "Ana Silva"), ("check_in", "Ben Ode")]
        assert "CHECK IN" in screen_text(app)


async def test_undo_says_what_it_took_back() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press(*"4711", "enter", "ctrl+z")
        assert "✓ Ana Silva undone" in screen_text(app)
        await pilot.press("ctrl+z")
        assert "Undo refused: this desk has done nothing" in screen_text(app)


async def test_a_later_word_takes_the_place_of_the_first_and_a_bad_one_is_always_heard(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = a_desk()
    app = make_app(desk)
    bells: list[int] = []
    monkeypatch.setattr(app, "bell", lambda: bells.append(1))
    async with app.run_test() as pilot:
        await pilot.press(*"4711", "enter", *"4712", "enter")
        desk.publish("verdict", later("checked_in", "Ana Silva", "c1"))
        assert "✓ Ben Ode checked in" in screen_text(app)
        assert bells == []
        desk.publish("verdict", later("warned", "Ana Silva", "c1"))
        await pilot.pause()
        assert "! Ana Silva checked in: payment overdue" in screen_text(app)
        assert bells == [1]


async def test_a_warning_rings_once_and_its_repeat_leaves_the_line_to_whoever_came_since(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = a_desk()
    app = make_app(desk)
    bells: list[int] = []
    monkeypatch.setattr(app, "bell", lambda: bells.append(1))
    async with app.run_test() as pilot:
        desk.publish("verdict", replace(later("queued", "Ana Silva", "q1"), warning="payment overdue", detail=None))
        await pilot.pause()
        assert "… Ana Silva queued, not sent yet: payment overdue" in screen_text(app)
        assert bells == [1]
        repeat = replace(later("warned", "Ana Silva", "q1"), repeats=True)
        desk.publish("verdict", repeat)
        await pilot.pause()
        assert "! Ana Silva checked in: payment overdue" in screen_text(app)
        await pilot.press(*"4712", "enter")
        desk.publish("verdict", repeat)
        await pilot.pause()
        assert "✓ Ben Ode checked in" in screen_text(app)
        assert bells == [1]


async def test_what_waits_stands_beside_who_is_in_while_the_server_is_away() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        desk.queued = 4
        desk.publish("queue", 4)
        await settled(pilot)
        assert "4 queued" not in screen_text(app)
        desk.service.becomes(ConnectionState(phase="waiting", since=NOW, attempt=1, retry_at=NOW + 5000))
        await settled(pilot)
        assert "148 of 220, 4 queued" in screen_text(app)


async def test_the_header_names_who_is_logged_in_where_there_is_room() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test(size=(120, 30)) as pilot:
        desk.service.becomes(replace(LIVE, user="maria"))
        await settled(pilot)
        assert "Riverside   desk 2 · maria" in screen_text(app)
        await pilot.resize_terminal(80, 24)
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
        assert "nobody is found by “qw” — look at the spelling" in screen_text(app)
        await pilot.press("7")
        assert "nobody is found by “qw7” — Enter asks for it as a card number" in screen_text(app)


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
        while app.screen.query(Feed):
            await pilot.pause()
        assert "Ctrl+R try again" in screen_text(app)
        await pilot.click(FaultPanel)
        await pilot.pause()
        assert [row_of(event).who for event in app.screen.query_one(Feed).rows] == ["Ida Vogel", "Zoe Huber"]
        assert "Ctrl+R" not in screen_text(app)
        desk.service.publish("events", [visit(4, "Next One")])
        while "Next One" not in screen_text(app):
            await pilot.pause()


async def test_counters_show_what_the_server_counts() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.pause()
        assert all(words in screen_text(app) for words in ("148 of 220", "67 %", "1,204", "1 h 12 min"))
        app.screen.query_one(Counters)._throttle._seconds = 0.01
        desk.service.publish("stats", replace(STATS, currently_in=215))
        while "215 of 220" not in screen_text(app):
            await pilot.pause()
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


def ticks(indicator: ConnectionStatusIndicator) -> bool:
    return indicator._tick is not None


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


async def resized(pilot: Pilot[None], width: int, height: int) -> None:
    await pilot.resize_terminal(width, height)
    await pilot.pause()
