"""The one box: its commands, its filter, its keys in one gulp, and what it says when something fails."""

from __future__ import annotations

import pytest
from textual import events

from gymtui.client import ReplicaError
from gymtui.ui.box.offer import Option, offer
from gymtui.ui.feed_rows import row_of
from gymtui.ui.screens.front_desk import FrontDesk
from gymtui.ui.screens.help import HelpScreen
from gymtui.ui.screens.who import WhoIsIn
from gymtui.ui.widgets.feed import Feed
from tests.factories import member, refusal, visit
from tests.readers import gulp
from tests.settled import settled, until_shown
from tests.ui_fakes import FakeDesk, is_checking_out, make_app
from tests.ui_front_desk_kit import ANA, BEN, a_desk, front, screen_text

pytestmark = pytest.mark.slow

OPTIONS = [
    Option("help", "F1", "explains", also=("man", "?")),
    Option("undo", "Ctrl+Z", "takes back"),
    Option("theme ansi", "", "colours"),
]


def test_the_palette_offers_names_first_and_then_what_they_do() -> None:
    assert [option.name for option in offer(":", OPTIONS).options] == ["help", "undo", "theme ansi"]
    assert [option.name for option in offer(":T", OPTIONS).options] == ["theme ansi", "undo"]
    assert offer(":nothing", OPTIONS).options == ()
    assert offer(":", OPTIONS).moved(9).chosen == 2


@pytest.mark.parametrize(
    ("text", "given"),
    [
        (":help", "help"),
        (":HE", "help"),
        (":man", "help"),
        (":?", "help"),
        (":themeansi", "theme ansi"),
        (":unod", None),
        (":t", "theme ansi"),
    ],
)
def test_enter_gives_what_is_called_so_or_alone_begins_so(text: str, given: str | None) -> None:
    chosen = offer(text, OPTIONS).pick
    assert (chosen and chosen.name) == given


@pytest.mark.parametrize(
    ("text", "first"), [(":unod", "undo"), (":hlep", "help"), (":back tak", "undo"), (":", "help")]
)
def test_what_is_no_name_is_offered_and_given_once_it_was_seen(text: str, first: str) -> None:
    offered = offer(text, OPTIONS)
    assert (offered.options[0].name, offered.pick) == (first, None)
    assert offered.moved(0).pick == offered.options[0]


async def test_a_colon_lists_commands_and_enter_does_the_chosen_one() -> None:
    app = make_app(a_desk())
    async with app.run_test() as pilot:
        await pilot.press("ctrl+p")
        assert ":check-out" in screen_text(app)
        assert "COMMAND" in screen_text(app)
        await pilot.press(*"che", "tab")
        assert front(app).entry.value == ":check-out"
        await pilot.press("enter")
        assert (is_checking_out(app), front(app).palette, front(app).entry.value) == (True, None, "")
        await pilot.press(*":xyz", "enter")
        assert "✗ Command: there is none by that name — : alone lists what there is here" in screen_text(app)
        await pilot.press(*":theme p", "enter")
        assert app.theme == "paper"


async def test_a_command_that_several_could_mean_is_given_by_a_second_enter() -> None:
    app = make_app(a_desk())
    async with app.run_test() as pilot:
        await pilot.press(*":che", "enter")
        assert is_checking_out(app)
        await pilot.press("escape", *":c", "enter")
        assert (is_checking_out(app), front(app).entry.value) == (False, ":c")
        told = front(app).verdict
        assert told is not None
        assert "none is called just that — Enter again gives the chosen one" in told.words
        await pilot.press("enter")
        assert is_checking_out(app)


@pytest.mark.parametrize(
    ("typed", "command"), [("undo", "undo"), ("man", "help"), ("exit", "quit"), ("Check out", "check-out")]
)
async def test_a_command_typed_without_its_colon_is_offered_where_nobody_is_called_so(typed: str, command: str) -> None:
    app = make_app(a_desk())
    async with app.run_test() as pilot:
        await pilot.press(*typed)
        assert f"Enter offers :{command}" in screen_text(app)
        await pilot.press("enter")
        assert (front(app).entry.value, front(app).prompt) == (f":{command}", "COMMAND")
    called = FakeDesk([ANA, member(9, "Exit Undo")])
    app = make_app(called)
    async with app.run_test() as pilot:
        await pilot.press(*"undo", "enter")
        assert called.done == [("check_in", "Exit Undo")]


async def test_tab_goes_through_the_list_as_the_arrow_does() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press(*"ma", "tab", "tab", "enter")
        assert desk.done == [("check_in", "Max O")]


async def test_a_slash_narrows_the_feed_and_going_back_ends_it() -> None:
    desk = FakeDesk([ANA], [visit(1, "Zoe Huber"), refusal(2, "Ben Ode"), visit(3, "Ida Vogel")])
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press(*"/refu", "enter")
        feed = app.screen.query_one(Feed)
        assert [row_of(event).who for event in feed.rows] == ["Ben Ode"]
        assert "1 with “refu” — Esc shows all" in screen_text(app)
        desk.service.publish("events", [refusal(4, "Max O"), visit(5, "Zoe Huber")])
        await pilot.press(*"4711", "enter")
        await settled(pilot)
        assert desk.done == [("check_in", "Ana Silva")]
        assert [row_of(event).who for event in feed.rows] == ["Max O", "Ben Ode"]
        await pilot.press("escape")
        assert len(feed.rows) == 5


async def test_what_is_typed_right_after_going_back_is_kept() -> None:
    app = make_app(a_desk())
    async with app.run_test() as pilot:
        gulp(app, "m", "a", "escape", "a", "n")
        await pilot.pause()
        assert front(app).entry.value == "an"
        await pilot.press("escape", *"ma", "enter")
        gulp(app, "escape", "x")
        await pilot.pause()
        assert front(app).entry.value == "max"


async def test_rows_are_chosen_in_the_order_of_the_keys_even_in_one_gulp() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press(*"ma", "enter")
        gulp(app, "down", "enter", *"ma", "down", "down", "up", "enter")
        await pilot.pause()
        assert desk.done == [("check_in", "Max O"), ("check_in", "Maya Quist")]


async def test_escape_and_a_letter_in_one_gulp_are_no_alt() -> None:
    app = make_app(a_desk())
    async with app.run_test() as pilot:
        await pilot.press("m")
        app.post_message(events.Key("alt+a", "a"))  # as Textual reads ESC and `a` that come together
        await pilot.press("n")
        assert front(app).entry.value == "an"


@pytest.mark.parametrize("broken", ["find", "check_in"])
async def test_a_disk_that_cannot_be_read_is_a_sentence_and_not_the_end(
    broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ReplicaError("This desk cannot read its own copy: disk I/O error. Please check the disk.")

    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        monkeypatch.setattr(desk, broken, fail)
        await pilot.press("a", "enter")
        assert ": This desk cannot read its own copy: disk I/O error" in screen_text(app)
        monkeypatch.undo()
        await pilot.press("escape", *"4712", "enter")
        assert "✓ Ben Ode checked in" in screen_text(app)


async def test_what_is_typed_over_help_goes_to_the_box_beneath() -> None:
    desk = FakeDesk([ANA, BEN])
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press("f1")
        assert isinstance(app.screen, HelpScreen)
        for key in [*"4711", "enter"]:
            app.simulate_key(key)
        await pilot.pause()
        assert isinstance(app.screen, FrontDesk)
        assert desk.done == [("check_in", "Ana Silva")]


async def test_help_is_about_the_screen_one_is_on() -> None:
    app = make_app(a_desk())
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("f1")
        assert "HELP   Front desk" in screen_text(app)
        assert "F4           :check-out" in screen_text(app)
        assert ":sort" not in screen_text(app)
        await pilot.press("escape", "f3", "f1")
        assert "Ctrl+T       :sort" in screen_text(app)
        assert ":check-out" not in screen_text(app)
        await pilot.press("f1", "escape")
        assert isinstance(app.screen, FrontDesk)


async def test_check_out_mode_that_nobody_uses_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gymtui.ui.box.check_out.UNUSED", 0.01)
    app = make_app(a_desk())
    async with app.run_test() as pilot:
        await pilot.press("f4")
        await until_shown(pilot, lambda: not is_checking_out(app))
        assert "CHECK IN" in screen_text(app)


async def test_a_refusal_rings_twice_and_a_warning_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gymtui.ui.screens.desk.BETWEEN_BELLS", 0.01)
    desk = a_desk()
    app = make_app(desk)
    bells: list[str] = []
    async with app.run_test() as pilot:
        monkeypatch.setattr(app, "bell", lambda: bells.append("bell"))
        desk.answers = {"Ana Silva": "warned", "Ben Ode": "refused"}
        await pilot.press(*"4711", "enter")
        assert len(bells) == 1
        await pilot.press(*"4712", "enter")
        await until_shown(pilot, lambda: len(bells) == 3)


@pytest.mark.parametrize("key", ["f3", "f9", "f1"])
async def test_every_screen_survives_a_small_terminal(key: str) -> None:
    desk = FakeDesk([member(1, "田中" * 100)], [visit(1, "\x1b]0;owned\x07[red]Ana[/]")])
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(key)
        for size in [(60, 20), (20, 5), (160, 45)]:
            await pilot.resize_terminal(*size)
            await pilot.pause()
        assert "✗ stopped" not in screen_text(app)
        assert isinstance(app.screen, WhoIsIn) == (key == "f3")
