"""Another password at the desk: asked for in the box, unseen, and nothing of it kept."""

from __future__ import annotations

import logging
from typing import cast

import pytest

from gymtui.client.desk.desk import Desk
from gymtui.client.errors import AuthenticationProblem, ConnectionProblem
from gymtui.client.login.login import Login
from gymtui.ui import GymApp
from gymtui.ui.box.password import PasswordMode
from tests.factories import NOW
from tests.fake_login import FakeLogin
from tests.settled import until_shown
from tests.ui_fakes import LOGGED_OUT, FakeDesk, make_app
from tests.ui_front_desk_kit import ANA, screen_text
from tests.ui_login_kit import shows

pytestmark = pytest.mark.slow

PRESENT, NEW = "the-present-one", " canary-another-one"  # a blank of a password is one of its characters
ASKS = [*":password", "enter"]


def keys(text: str) -> list[str]:
    return ["space" if character == " " else character for character in text]


def is_asking(app: GymApp) -> bool:
    return isinstance(app.front_desk.mode, PasswordMode)


async def test_three_answers_that_nobody_sees_are_another_password_and_the_desk_goes_on() -> None:
    desk, login = FakeDesk([ANA]), FakeLogin()
    app = make_app(desk, login)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*ASKS)
        for question, answer in (("your present password", PRESENT), ("8 characters or more", NEW), ("again", NEW)):
            assert question in screen_text(app)
            await pilot.press(*keys(answer))
            assert answer.strip() not in screen_text(app)
            await pilot.press("enter")
        await until_shown(pilot, shows(app, "✓ maria has a new password — every other login of maria has ended"))
        assert (login.changed, desk.service.calls, desk.done) == ([(PRESENT, NEW)], ["logged_in"], [])
        assert (is_asking(app), app.front_desk.entry.value) == (False, "")


@pytest.mark.parametrize(
    ("new", "again", "why"),
    [
        ("short", [], "a password has at least 8 characters"),
        (PRESENT, [], "that is the present password"),
        ("x" * 200, [], "the box takes 119 characters at the most"),
        (NEW, [*"another-one", "enter"], "the two differ"),
    ],
)
async def test_what_cannot_be_one_is_asked_for_again(new: str, again: list[str], why: str) -> None:
    login = FakeLogin()
    app = make_app(FakeDesk(), login)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(*ASKS, *PRESENT, "enter")
        app.front_desk.entry.value = new
        await pilot.press("enter", *again)
        await until_shown(pilot, shows(app, f"✗ Password: {why}"))
        assert (app.front_desk.prompt, login.changed) == ("NEW ONE", [])
        await pilot.press(*keys(NEW), "enter", *keys(NEW), "enter")
        await until_shown(pilot, lambda: login.changed != [])
        assert login.changed == [(PRESENT, NEW)]


@pytest.mark.parametrize(
    "problem",
    [
        AuthenticationProblem("The present password is wrong: nothing was changed."),
        AuthenticationProblem("Too many tries: please wait 30 seconds."),
        ConnectionProblem("The server at gym.test cannot be reached: nothing was changed."),
    ],
)
async def test_a_no_is_a_sentence_and_the_login_stays(problem: Exception, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    desk, login = FakeDesk(), FakeLogin()
    login.failure = problem
    app = make_app(desk, login)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(*ASKS, *PRESENT, "enter", *keys(NEW), "enter", *keys(NEW), "enter")
        what, _, step = str(problem)[1:].rstrip(".").partition(": ")
        await until_shown(pilot, lambda: what in screen_text(app) and step in screen_text(app))
        assert "✗ Password: " in screen_text(app)
        assert (desk.service.calls, is_asking(app)) == ([], True)
    assert "canary" not in caplog.text


async def test_escape_goes_back_a_question_and_no_other_key_unmasks_the_box() -> None:
    login = FakeLogin()
    app = make_app(FakeDesk(), login)
    async with app.run_test() as pilot:
        await pilot.press(*ASKS, *PRESENT, "enter", *"canary", "f3")
        assert "✗ Password: nothing else is done meanwhile — Esc first" in screen_text(app)
        assert "canary" not in screen_text(app)
        await pilot.press("escape")
        assert (app.front_desk.prompt, app.front_desk.entry.value) == ("PASSWORD", "")
        await pilot.press("escape")
        assert (is_asking(app), login.changed) == (False, [])


async def test_an_answer_is_not_there_for_whoever_comes_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gymtui.ui.box.password.UNUSED", 0.05)
    app = make_app(FakeDesk())
    async with app.run_test() as pilot:
        await pilot.press(*ASKS)
        app.front_desk.entry.value = PRESENT
        await pilot.press("enter")
        await until_shown(pilot, shows(app, "nobody went on — type your present password again"))
        assert (app.front_desk.prompt, app.front_desk.entry.password) == ("PASSWORD", True)


async def test_it_needs_a_server_and_somebody_who_is_logged_in() -> None:
    desk, login = FakeDesk(), FakeLogin()
    app = make_app(desk, login)
    async with app.run_test(size=(120, 40)) as pilot:
        desk.service.becomes(LOGGED_OUT)
        await pilot.pause()
        await pilot.press("escape", *ASKS)
        assert "✗ Password: that needs the server" in screen_text(app)
        login.user = None
        await pilot.press(*ASKS)
        assert "✗ Password: nobody is logged in" in screen_text(app)


async def test_that_it_goes_unencrypted_is_said_before_it_is_typed() -> None:
    url = "ws://gym.test/ws/checkins/"
    app = GymApp(cast(Desk, FakeDesk()), cast(Login, FakeLogin()), url=url, clock=lambda: NOW)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(*ASKS)
        assert "Passwords and tokens go to gym.test unencrypted" in screen_text(app)
        await pilot.press("escape")
        assert "unencrypted" not in screen_text(app)
