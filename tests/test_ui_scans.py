"""Scans at the desk: each is one text, compared with cards alone, on every screen and over whatever was begun."""

from __future__ import annotations

import pytest
from textual import events

from gymtui.client.state import Inside
from gymtui.ui.screens.front_desk import FrontDesk
from tests.factories import NOW, member
from tests.readers import READER, scan
from tests.settled import until_shown
from tests.ui_fakes import FakeDesk, make_app
from tests.ui_front_desk_kit import ANA, BEN, a_desk, go_back, screen_text

pytestmark = pytest.mark.slow

FAULTS = [
    ([*"4711", "enter", *"4712", "enter"], "several lines came at once — scan one card again"),
    (["down", "insert", "insert", "up", "enter"], "NumLock is off, the reader presses arrows"),
    ([*":quit", "enter"], "Command: came all at once, as from a card reader — Enter gives it"),
    ([*"ana", "enter"], "it has no digit"),
]


@pytest.mark.parametrize("screen", [[], ["f1"], ["f3"], ["f9"], ["f4"], [*"an"], [":"], ["/"], [*"ma", "enter"]])
async def test_a_card_is_taken_wherever_one_is(screen: list[str]) -> None:
    desk = a_desk()
    leaves = screen in (["f3"], ["f4"])
    desk.inside = [Inside(member=ANA.ref, since=NOW)] if leaves else []
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press(*screen)
        scan(app, *"4711", "enter")
        await pilot.pause()
        assert desk.done == [("check_out" if leaves else "check_in", "Ana Silva")]


@pytest.mark.parametrize("screen", [[], ["f3"], ["f4"], [*"an"]])
async def test_what_can_be_no_card_does_nothing_and_is_said(screen: list[str]) -> None:
    desk = a_desk()
    desk.inside = [Inside(member=ANA.ref, since=NOW), Inside(member=BEN.ref, since=NOW)]
    app = make_app(desk)
    async with app.run_test(size=(120, 30)) as pilot:
        for keys, said in FAULTS:
            await pilot.press(*screen)
            assert said not in screen_text(app)
            scan(app, *keys)
            await pilot.pause()
            assert desk.done == [], said
            assert said in screen_text(app)
            assert app.is_running
            await go_back(pilot, app)


@pytest.mark.parametrize(
    "keys", [["f3", *"12"], ["f8", *"12"], [*"1", "ctrl+q", *"2"], ["ctrl+l", *"12"], [*"12", "f9"]]
)
async def test_no_key_of_a_scan_opens_anything(keys: list[str]) -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        scan(app, *keys, "enter")
        await pilot.pause()
        assert isinstance(app.screen, FrontDesk)
        assert len(app.screen.modes) == 1
        assert [kind for kind, _ in desk.done] == ["check_in"]


@pytest.mark.parametrize("keys", [[], ["f9"], ["f1"], ["f6", "f9"], [*"an"]])
async def test_a_scan_takes_away_what_its_first_key_has_shown(keys: list[str]) -> None:
    desk = a_desk()
    desk.inside = [Inside(member=ANA.ref, since=NOW)]
    app = make_app(desk)
    async with app.run_test() as pilot:
        for key in ("ctrl+g", "f1", "f2", "f3", "f6", "f9"):
            desk.done.clear()
            await pilot.press(*keys)
            for _ in range(2):
                scan(app, key, *"4711", "enter")
            await until_shown(pilot, lambda: len(desk.done) == 2)
            assert desk.done == [("check_in", "\x1d4711")] * 2, key  # as if nothing had been shown
            assert isinstance(app.screen, FrontDesk), key
            assert (app.screen.text, len(app.screen.modes)) == ("", 1), key


@pytest.mark.parametrize(("keys", "key"), [(["f3"], "f2"), (["f2", *"an"], "f3")])
async def test_where_a_scan_would_not_find_what_was_there_its_first_key_shows_nothing(
    keys: list[str], key: str
) -> None:
    """A card is checked out there, or something is typed."""
    desk = a_desk()
    desk.inside = [Inside(member=ANA.ref, since=NOW), Inside(member=BEN.ref, since=NOW)]
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press(*keys)
        there = app.screen
        scan(app, key, *"4711", "enter")
        await until_shown(pilot, lambda: app.front_desk.verdict is not None)
        assert app.screen is there


async def test_the_history_goes_at_once_for_another_list_and_once_for_a_scan() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press("f2")
        scan(app, "f3", *"4711", "enter")
        await until_shown(pilot, lambda: len(desk.done) == 1)
        assert isinstance(app.screen, FrontDesk)
        await pilot.press("f2")
        history = app.screen
        scan(app, "f3", *"4711", "enter")
        await until_shown(pilot, lambda: len(desk.done) == 2)
        assert app.screen is history
        assert {kind for kind, _ in desk.done} == {"check_in"}


async def test_a_scan_is_no_name_no_phone_and_no_beginning_of_a_number() -> None:
    desk = FakeDesk([member(7700123, "Ana Silva", phone="+41 79 111 00 05")])
    app = make_app(desk)
    async with app.run_test() as pilot:
        codes = ["7700", "1110005", "0123", "GYM2-7700123", "è&éà"]
        for code in codes:
            scan(app, *code, "enter")
            await pilot.pause()
        assert [who for _, who in desk.done] == [*codes[:-1], "7120"]


async def test_a_line_that_is_pasted_is_a_card_or_nobody_s() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        app.post_message(events.Paste("ana"))
        await pilot.pause()
        await pilot.press("enter")
        assert desk.done == []
        assert "Unknown card refused: it has no digit" in screen_text(app)


async def test_a_command_that_comes_at_once_stands_there_until_enter() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        for line in (":handover", ":peak"):
            scan(app, *line, "enter")
            await pilot.pause()
            assert isinstance(app.screen, FrontDesk)  # a card may be printed so
        await pilot.press("enter")
        await until_shown(pilot, lambda: app.screen.TITLE == "Peak hours")
        assert desk.done == []


async def test_a_filter_that_comes_at_once_is_one() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        scan(app, *"/ana", "enter")
        await pilot.pause()
        assert app.front_desk.text == "/ana"
        assert "Unknown card" not in screen_text(app)


async def test_a_command_that_comes_at_once_in_a_form_is_no_card_and_no_answer() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test(size=(120, 30)) as pilot:
        await pilot.press("f5")
        scan(app, *":peak", "enter")
        await pilot.pause()
        assert "Esc leaves this, then type it" in screen_text(app)
        assert "Unknown card" not in screen_text(app)


async def test_a_timer_that_comes_late_takes_no_scan_apart() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        keys = [events.Key(key, key if len(key) == 1 else None) for key in ("f4", *"4711", "enter")]
        for number, key in enumerate(keys):
            key.time = 100.0 + number * READER
        await app.on_event(keys[0])
        waited = app.keys._bursts.waits
        for key in keys[1:4]:
            await app.on_event(key)
        await app.keys._rested(waited)  # it was on its way when the next key came
        for key in keys[4:]:
            await app.on_event(key)
        await pilot.pause()
        assert desk.done == [("check_in", "\x1d4711")]  # one text, with what stands for F4
