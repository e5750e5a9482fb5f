"""The login: who this is, and what stands in the way."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest
from textual.widgets import Input

from gymtui.client.errors import AuthenticationProblem, ConnectionProblem
from gymtui.client.login.login import Login
from gymtui.ui.screens.front_desk import FrontDesk
from gymtui.ui.screens.login import LOOK_EVERY, LoginScreen
from tests.factories import member
from tests.fake_login import FakeLogin, SlowLogin
from tests.settled import until_shown
from tests.ui_fakes import LIVE, LOGGED_OUT, FakeDesk, make_app
from tests.ui_front_desk_kit import ANA, screen_text
from tests.ui_login_kit import shows

pytestmark = pytest.mark.slow


class Steps:
    """Stands in for `asyncio.sleep`: each pause ends when the test says so."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self._go_on = asyncio.Event()

    async def __call__(self, seconds: float) -> None:
        self.asked.append(seconds)
        if seconds:
            await self._go_on.wait()
            self._go_on.clear()

    def end(self) -> None:
        self._go_on.set()


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
        await until_shown(pilot, lambda: isinstance(app.screen, FrontDesk))
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


async def test_no_empty_password_is_sent_and_enter_is_said_to_log_in() -> None:
    desk, login = FakeDesk(), FakeLogin()
    app = make_app(desk, login)
    async with app.run_test() as pilot:
        desk.service.becomes(LOGGED_OUT)
        await pilot.press("enter")
        await until_shown(pilot, shows(app, "Type your password first."))
        assert login.tried == []
        await pilot.press("x")
        await until_shown(pilot, shows(app, "Enter logs in."))
        await pilot.press("tab")
        await until_shown(pilot, shows(app, "Enter goes on to the password, then logs in."))


async def test_what_is_typed_while_a_try_is_answered_is_kept() -> None:
    desk, login = FakeDesk(), SlowLogin()
    login.failure = AuthenticationProblem("User name or password is wrong.")
    app = make_app(desk, login)
    async with app.run_test() as pilot:
        desk.service.becomes(LOGGED_OUT)
        await pilot.pause()
        await pilot.press("x", "enter")
        await until_shown(pilot, lambda: login.tried == [("maria", "x")])
        await pilot.press(*"op")
        login.may_answer.set()
        await until_shown(pilot, shows(app, "User name or password is wrong."))
        login.failure = None
        await pilot.press(*"en", "enter")
        await until_shown(pilot, lambda: isinstance(app.screen, FrontDesk))
        assert login.tried == [("maria", "x"), ("maria", "open")]


@pytest.mark.parametrize(("key", "done"), [("enter", [("check_in", "Ana Silva")]), ("escape", [])])
async def test_a_login_waits_until_nobody_is_typing(key: str, done: list[tuple[str, str]]) -> None:
    desk = FakeDesk([ANA])
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press("a", "n")
        desk.service.becomes(LOGGED_OUT)
        await pilot.press("a")
        assert isinstance(app.screen, FrontDesk)
        assert app.screen.entry.value == "ana"
        assert "⚠ log in again" in screen_text(app)
        await pilot.press(key)
        await until_shown(pilot, lambda: isinstance(app.screen, LoginScreen))
        assert desk.done == done


async def test_a_login_waits_for_a_choice_that_is_asked_for() -> None:
    desk = FakeDesk([ANA, member(4712, "Ana Roe")])
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press("a", "n", "a", "enter")
        desk.service.becomes(LOGGED_OUT)
        await pilot.pause()
        assert isinstance(app.screen, FrontDesk)
        await pilot.press("enter")
        await until_shown(pilot, lambda: isinstance(app.screen, LoginScreen))
        assert len(desk.done) == 1


async def test_somebody_else_logs_in_while_the_connection_is_live() -> None:
    desk, login = FakeDesk(), FakeLogin()
    app = make_app(desk, login)
    async with app.run_test() as pilot:
        assert "log in" not in screen_text(app)
        for opens in (["ctrl+l"], [*":log-in", "enter"]):
            await pilot.press(*opens)
            await until_shown(pilot, shows(app, "Esc goes back; maria stays logged in."))
            await pilot.press("escape")
            await until_shown(pilot, lambda: isinstance(app.screen, FrontDesk))
        assert desk.service.calls == []
        await pilot.press("ctrl+l", *"tom", "enter", *"open", "enter")
        await until_shown(pilot, lambda: isinstance(app.screen, FrontDesk))
        assert login.tried == [("tom", "open")]
        assert desk.service.calls == ["logged_in"]


async def test_a_complaint_goes_with_the_next_letter_and_tab_selects_what_stands_there() -> None:
    desk, login = FakeDesk(), FakeLogin()
    login.failure = AuthenticationProblem("User name or password is wrong.")
    app = make_app(desk, login)
    async with app.run_test() as pilot:
        desk.service.becomes(LOGGED_OUT)
        await pilot.pause()
        await pilot.press("x", "enter")
        await until_shown(pilot, shows(app, "User name or password is wrong."))
        await pilot.press("y")
        await until_shown(pilot, lambda: "is wrong" not in screen_text(app))
        await pilot.press("tab", *"tom")
        assert app.screen.query_one("#user", Input).value == "tom"


async def test_a_server_that_does_not_answer_is_looked_at_again_until_it_does() -> None:
    login, steps = FakeLogin(), Steps()
    login.answers = ["away", "unready", "stranger", "ready"]
    app = make_app(FakeDesk(), login)
    async with app.run_test() as pilot:
        app.push_screen(LoginScreen(cast(Login, login), url="ws://gym.test/", sleep=steps))
        for words in ("○ does not answer", "◐ answers, and takes nothing", "○ something answers that is no front desk"):
            await until_shown(pilot, shows(app, words))
            steps.end()
        await until_shown(pilot, shows(app, "● answers"))
        assert steps.asked == [0.0, LOOK_EVERY, LOOK_EVERY, LOOK_EVERY]


@pytest.mark.parametrize(("url", "is_told"), [("ws://127.0.0.1:8765/", True), ("wss://gym.test/", False)])
async def test_where_this_machine_has_no_server_it_is_said_how_to_start_one(url: str, is_told: bool) -> None:
    login, steps = FakeLogin(), Steps()
    login.answers = ["away", "ready"]
    app = make_app(FakeDesk(), login)
    async with app.run_test() as pilot:
        app.push_screen(LoginScreen(cast(Login, login), url=url, sleep=steps))
        await until_shown(pilot, shows(app, "○ does not answer"))
        assert ("No server here yet? `gymtui serve` starts one" in screen_text(app)) is is_told
        steps.end()
        await until_shown(pilot, shows(app, "● answers"))
        assert "gymtui serve" not in screen_text(app)


async def test_a_server_that_comes_back_takes_its_complaint_away_and_a_wrong_password_stays() -> None:
    login, steps = FakeLogin(), Steps()
    app = make_app(FakeDesk(), login)
    async with app.run_test() as pilot:
        app.push_screen(LoginScreen(cast(Login, login), url="ws://gym.test/", user="ana", sleep=steps))
        login.failure = ConnectionProblem("The server cannot be reached.", attempt=1, retry_in=0)
        await pilot.press("x", "enter")
        await until_shown(
            pilot, lambda: "cannot be reached" in screen_text(app) and "○ does not answer" in screen_text(app)
        )
        steps.end()
        await until_shown(
            pilot, lambda: "● answers" in screen_text(app) and "cannot be reached" not in screen_text(app)
        )
        login.failure = AuthenticationProblem("The name or the password is wrong.")
        await pilot.press("x", "enter")
        await until_shown(pilot, shows(app, "is wrong"))
        assert steps.asked == [0.0, LOOK_EVERY]
