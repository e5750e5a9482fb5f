"""What is pasted into the box: one line is text, several are asked about first, and none is a command."""

from __future__ import annotations

import pytest
from textual import events

from tests.settled import settled
from tests.ui_fakes import is_checking_out, make_app
from tests.ui_front_desk_kit import a_desk, front, screen_text

pytestmark = pytest.mark.slow


async def test_one_pasted_line_waits_for_enter() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        app.post_message(events.Paste("4711\r\n"))
        await settled(pilot)
        assert (desk.done, front(app).entry.value) == ([], "4711")
        await pilot.press("enter")
        assert desk.done == [("check_in", "Ana Silva")]


async def test_several_pasted_lines_are_shown_first_and_only_cards_are_taken() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        theme = app.theme
        app.post_message(events.Paste("4711\n:theme paper\n\nDear Max\n4712\n"))
        await settled(pilot)
        assert desk.done == []
        assert "Enter takes 2 of 4 lines, Esc none: Ana Silva" in screen_text(app)
        await pilot.press("enter")
        assert desk.done == [("check_in", "Ana Silva"), ("check_in", "Ben Ode")]
        assert app.theme == theme


async def test_pasted_lines_leave_with_those_who_are_checked_out() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press("f4")
        app.post_message(events.Paste("4711\n4712"))
        await settled(pilot)
        await pilot.press("enter")
        assert desk.done == [("check_out", "Ana Silva"), ("check_out", "Ben Ode")]
        assert not is_checking_out(app)


async def test_pasted_cards_are_taken_by_who_is_in_too() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press("f3")
        app.post_message(events.Paste("4711\n4712"))
        await settled(pilot)
        assert desk.done == []
        await pilot.press("enter")
        assert [who for _, who in desk.done] == ["Ana Silva", "Ben Ode"]


async def test_pasted_lines_are_dropped_by_esc_and_by_the_next_card() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        for keys in (["escape"], [*"81", "enter"]):
            app.post_message(events.Paste("4711\n4712"))
            await settled(pilot)
            await pilot.press(*keys)
        await pilot.press("enter")
        assert desk.done == [("check_in", "Maya Quist")]


async def test_pasted_lines_without_a_card_do_nothing_and_say_so() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        app.post_message(events.Paste(":theme paper\nDear Max"))
        await settled(pilot)
        assert "Paste: none of the 2 lines is a card" in screen_text(app)
        await pilot.press(*"an")
        app.post_message(events.Paste("4711\n4712"))
        await settled(pilot)
        assert "Paste: something stands in the box" in screen_text(app)
        assert (desk.done, front(app).entry.value) == ([], "an")
