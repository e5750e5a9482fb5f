"""The login in mid-shift: again, somebody else, a card scanned into it."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from gymtui.client.desk.desk import Desk
from gymtui.client.errors import AuthenticationProblem, ConnectionProblem
from gymtui.client.login.http import Readiness
from gymtui.client.login.login import Login
from gymtui.client.replica.replica import ReplicaError
from gymtui.preferences import Choices, ChoicesFile
from gymtui.ui import GymApp
from gymtui.ui.screens.front_desk import FrontDesk
from gymtui.ui.screens.login import SERVER, LoginScreen
from tests.factories import NOW
from tests.fake_login import FakeLogin, SlowLogin
from tests.settled import until_shown
from tests.ui_fakes import LOGGED_OUT, FakeDesk, make_app
from tests.ui_front_desk_kit import ANA, BEN, screen_text
from tests.ui_login_kit import shows

pytestmark = pytest.mark.slow


async def test_a_desk_that_knows_its_gym_goes_on_without_a_login_and_asks_again_when_told_to() -> None:
    desk = FakeDesk([ANA])
    app = make_app(desk)
    async with app.run_test() as pilot:
        desk.service.becomes(LOGGED_OUT)
        await pilot.pause()
        assert "Esc go on without" in screen_text(app)
        await pilot.press("escape")
        await pilot.pause()
        assert "⚠ log in again" in screen_text(app)
        assert "Ctrl+L log in" in screen_text(app)
        desk.queued = 1
        desk.publish("queue", 1)
        await pilot.press(*"4711", "enter")
        assert desk.done == [("check_in", "Ana Silva")]
        desk.service.becomes(LOGGED_OUT)  # the same word again asks nobody
        await pilot.pause()
        assert "⚠ log in again, 1 queued" in screen_text(app)
        for opens in (["ctrl+l"], [*":log-in", "enter"]):
            await pilot.press(*opens)
            await pilot.pause()
            assert isinstance(app.screen, LoginScreen)
            await pilot.press("escape")
            await pilot.pause()
        await pilot.press("ctrl+l", "x", "enter")
        await until_shown(pilot, lambda: isinstance(app.screen, FrontDesk))
        assert desk.service.calls == ["logged_in"]
        assert "log in" not in screen_text(app)


async def test_a_desk_that_knows_no_gym_has_nothing_to_go_back_to() -> None:
    desk = FakeDesk()
    desk.replica.gym = None
    app = make_app(desk)
    async with app.run_test() as pilot:
        desk.service.becomes(LOGGED_OUT)
        await pilot.pause()
        await pilot.press("escape")
        assert isinstance(app.screen, LoginScreen)
        assert "Esc" not in screen_text(app)


@pytest.mark.parametrize(
    ("failure", "server", "tried"),
    [
        (AuthenticationProblem("User name or password is wrong."), "ready", [("maria", "4711")]),
        (ConnectionProblem("Nobody answers at 127.0.0.1:8765."), "ready", [("maria", "4711")]),
        (ConnectionProblem("Nobody answers at 127.0.0.1:8765."), "away", []),
    ],
)
async def test_a_card_that_is_scanned_into_the_login_is_taken_at_the_desk(
    failure: Exception, server: Readiness, tried: list[tuple[str, str]]
) -> None:
    desk, login = FakeDesk([ANA]), FakeLogin()
    login.failure, login.answers = failure, [server]
    app = make_app(desk, login)
    async with app.run_test() as pilot:
        await pilot.press("a", "n")
        desk.service.becomes(LOGGED_OUT)
        await pilot.press("ctrl+l")
        await until_shown(pilot, shows(app, SERVER[server]))
        for key in [*"4711", "enter"]:
            app.simulate_key(key)
        await until_shown(pilot, lambda: desk.done != [])
        assert desk.done == [("check_in", "Ana Silva")]
        assert login.tried == tried
        assert isinstance(app.screen, FrontDesk)
        assert app.screen.entry.value == "an"
        assert "⚠ log in again" in screen_text(app)


@pytest.mark.parametrize(
    ("failure", "calls"),
    [(None, ["logged_in"]), (ConnectionProblem("Nobody answers at 127.0.0.1:8765."), [])],
)
async def test_cards_that_are_scanned_while_a_login_is_answered_are_all_taken(
    failure: Exception | None, calls: list[str]
) -> None:
    desk, login = FakeDesk([ANA, BEN]), SlowLogin()
    login.failure = failure
    app = make_app(desk, login)
    async with app.run_test() as pilot:
        desk.service.becomes(LOGGED_OUT)
        await pilot.press("x", "enter")
        await until_shown(pilot, lambda: login.tried == [("maria", "x")])
        for card in ("4711", "4712"):
            await pilot.press(*card, "enter")
        assert desk.done == []
        login.may_answer.set()
        await until_shown(pilot, lambda: len(desk.done) == 2)
        assert desk.done == [("check_in", "Ana Silva"), ("check_in", "Ben Ode")]
        assert (login.tried, desk.service.calls) == ([("maria", "x")], calls)
        assert isinstance(app.screen, FrontDesk)


async def test_a_card_is_taken_where_nobody_has_typed_a_name() -> None:
    desk, login = FakeDesk([ANA]), FakeLogin(user=None)
    app = make_app(desk, login)
    async with app.run_test() as pilot:
        desk.service.becomes(LOGGED_OUT)
        await pilot.pause()
        await pilot.press("tab", *"4712", "enter")
        assert "Type your user name first." in screen_text(app)
        await pilot.press("tab", "ctrl+u", *"4711", "enter")
        await until_shown(pilot, lambda: desk.done != [])
        assert (desk.done, login.tried) == ([("check_in", "Ana Silva")], [])


async def test_a_password_that_is_the_number_of_some_member_logs_in() -> None:
    desk, login = FakeDesk([ANA]), FakeLogin()
    app = make_app(desk, login)
    async with app.run_test() as pilot:
        desk.service.becomes(LOGGED_OUT)
        await pilot.pause()
        await pilot.press(*"4711", "enter")
        await until_shown(pilot, lambda: isinstance(app.screen, FrontDesk))
        assert (login.tried, desk.done) == ([("maria", "4711")], [])
        assert desk.service.calls == ["logged_in"]


async def test_a_login_where_the_desk_cannot_read_its_disk_is_still_a_login(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: str) -> None:
        raise ReplicaError("This desk cannot read its own copy: disk I/O error. Please check the disk.")

    desk, login = FakeDesk([ANA]), FakeLogin()
    monkeypatch.setattr(desk.replica.members, "by_code", fail)
    login.failure = AuthenticationProblem("User name or password is wrong.")
    app = make_app(desk, login)
    async with app.run_test() as pilot:
        desk.service.becomes(LOGGED_OUT)
        await pilot.pause()
        await pilot.press(*"4711", "enter")
        await until_shown(pilot, shows(app, "User name or password is wrong."))
        login.failure = None
        await pilot.press(*"open", "enter")
        await until_shown(pilot, lambda: isinstance(app.screen, FrontDesk))


async def test_a_login_that_fails_as_none_should_may_be_tried_again() -> None:
    desk, login = FakeDesk(), FakeLogin()
    login.failure = OSError("no file descriptors are left")
    app = make_app(desk, login)
    async with app.run_test() as pilot:
        desk.service.becomes(LOGGED_OUT)
        await pilot.pause()
        await pilot.press("x", "enter")
        await until_shown(pilot, shows(app, "The login failed here"))
        login.failure = None
        await pilot.press("y", "enter")
        await until_shown(pilot, lambda: isinstance(app.screen, FrontDesk))
        assert login.tried == [("maria", "x"), ("maria", "y")]


async def test_the_server_the_user_and_the_colours_are_kept(tmp_path: Path) -> None:
    desk, login, choices = FakeDesk(), FakeLogin(user=None), ChoicesFile(tmp_path)
    url = "ws://gym.test/ws/checkins/"
    app = GymApp(cast(Desk, desk), cast(Login, login), url=url, choices=choices, clock=lambda: NOW)
    async with app.run_test() as pilot:
        assert app.theme == "slate"
        await pilot.press(*":theme paper", "enter")
        assert app.theme == "paper"
        desk.service.becomes(LOGGED_OUT)
        await pilot.pause()
        await pilot.press(*"tom", "enter", *"open", "enter")
        await until_shown(pilot, lambda: isinstance(app.screen, FrontDesk))
    assert choices.read() == Choices(url=url, user="tom", theme="paper", users=("tom",))
    desk, login = FakeDesk(), FakeLogin(user=None)
    app = GymApp(cast(Desk, desk), cast(Login, login), url=url, theme="paper", choices=choices, clock=lambda: NOW)
    async with app.run_test() as pilot:
        assert app.theme == "paper"
        desk.service.becomes(LOGGED_OUT)
        await pilot.pause()
        assert app.focused is app.screen.query_one("#password")
        await pilot.press(*"open", "enter")
        await until_shown(pilot, lambda: login.tried != [])
        assert login.tried == [("tom", "open")]


async def test_a_second_word_of_the_same_logout_opens_no_second_login() -> None:
    desk = FakeDesk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        desk.service.becomes(LOGGED_OUT)
        desk.service.becomes(LOGGED_OUT)
        await pilot.pause()
        assert [type(screen) for screen in app.screen_stack[-2:]] == [FrontDesk, LoginScreen]


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
