"""Logging in, being logged out, and leaving."""

from __future__ import annotations

import pytest

from gymtui.client.errors import AuthenticationProblem, ConnectionProblem
from gymtui.ui.screens.front_desk import FrontDesk
from gymtui.ui.screens.login import LoginScreen
from tests.test_ui_front_desk import ANA, screen_text
from tests.ui_fakes import LIVE, LOGGED_OUT, FakeDesk, FakeLogin, make_app


async def test_no_login_is_asked_for_while_the_connection_needs_none() -> None:
    desk = FakeDesk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        desk.service.becomes(LIVE)
        await pilot.pause()
        assert isinstance(app.screen, FrontDesk)


async def test_enter_walks_from_the_user_to_the_password_to_the_desk_even_in_one_gulp() -> None:
    desk, login = FakeDesk(), FakeLogin(user=None)
    app = make_app(desk, login)
    async with app.run_test() as pilot:
        desk.service.becomes(LOGGED_OUT)
        await pilot.pause()
        assert "Riverside" in screen_text(app)
        assert "ws://127.0.0.1:8765/ws/checkins/" in screen_text(app)
        for key in [*"tom", "enter", *"open", "enter"]:
            app.simulate_key(key)
        while not isinstance(app.screen, FrontDesk):
            await pilot.pause()
        assert login.tried == [("tom", "open")]
        assert desk.service.calls == ["logged_in"]


@pytest.mark.parametrize(
    ("failure", "server"),
    [
        (AuthenticationProblem("User name or password is wrong."), "● answers"),
        (AuthenticationProblem("Too many tries: wait 30 s."), "● answers"),
        (ConnectionProblem("Nobody answers at 127.0.0.1:8765.", attempt=1, retry_in=0), "○ does not answer"),
    ],
)
async def test_each_failure_is_a_sentence_and_the_password_is_asked_again(failure: Exception, server: str) -> None:
    desk, login = FakeDesk(), FakeLogin()
    login.failure = failure
    app = make_app(desk, login)
    async with app.run_test() as pilot:
        desk.service.becomes(LOGGED_OUT)
        await pilot.pause()
        assert "Your shift has ended: log in again." in screen_text(app)
        await pilot.press("x", "enter")
        await pilot.pause()
        assert str(failure) in screen_text(app)
        assert server in screen_text(app)
        assert desk.service.calls == []
        assert app.focused is app.screen.query_one("#password")
        login.failure = None
        await pilot.press("y", "enter")
        await pilot.pause()
        assert login.tried == [("maria", "x"), ("maria", "y")]
        assert desk.service.calls == ["logged_in"]


async def test_what_was_typed_survives_the_end_of_a_session() -> None:
    desk = FakeDesk([ANA])
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press("a", "n")
        desk.service.becomes(LOGGED_OUT)
        await pilot.pause()
        assert isinstance(app.screen, LoginScreen)
        await pilot.press("x", "enter")
        await pilot.pause()
        assert isinstance(app.screen, FrontDesk)
        assert app.screen.entry.value == "an"
        await pilot.press("enter")
        assert desk.done == [("check_in", "Ana Silva")]


async def test_a_second_word_of_the_same_logout_opens_no_second_login() -> None:
    desk = FakeDesk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        desk.service.becomes(LOGGED_OUT)
        desk.service.becomes(LOGGED_OUT)
        await pilot.pause()
        assert [type(screen) for screen in app.screen_stack[-2:]] == [FrontDesk, LoginScreen]


async def test_leaving_closes_the_connection_first() -> None:
    desk = FakeDesk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press("ctrl+q")
        await pilot.pause()
        assert desk.service.calls == ["close"]
    assert app.return_code == 0


async def test_a_desk_that_stops_is_said_and_leaves_the_screen_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail() -> None:
        raise OSError("the disk is full")

    desk = FakeDesk([ANA])
    monkeypatch.setattr(desk, "run", fail)
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.pause()
        assert "✗ stopped" in screen_text(app)
        await pilot.press(*"4711", "enter")
        assert "✓ Ana Silva checked in" in screen_text(app)
