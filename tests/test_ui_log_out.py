"""Logging out at the desk: here at once, and at the server as soon as it can be told."""

from __future__ import annotations

import pytest

from gymtui.ui.screens.front_desk import FrontDesk
from gymtui.ui.screens.login import LoginScreen
from tests.factories import visit
from tests.fake_login import FakeLogin
from tests.settled import until_shown
from tests.ui_fakes import FakeDesk, make_app
from tests.ui_front_desk_kit import ANA, screen_text
from tests.ui_login_kit import shows

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("words", [":logout", ":log-out"])
async def test_whoever_logs_out_leaves_no_name_and_the_next_one_is_asked_for(words: str) -> None:
    desk, login = FakeDesk([ANA]), FakeLogin()
    app = make_app(desk, login)
    async with app.run_test() as pilot:
        await pilot.press(*words, "enter")
        await until_shown(pilot, shows(app, "maria is logged out."))
        assert isinstance(app.screen, LoginScreen)
        assert (login.user, desk.service.calls) == (None, ["logged_out"])
        assert app.focused is app.screen.query_one("#user")
        await pilot.press("escape", *"4711", "enter")
        assert desk.done == [("check_in", "Ana Silva")]
        await pilot.press(*words, "enter")
        assert "✗ Log-out: nobody is logged in" in screen_text(app)
        await pilot.press("ctrl+l", *"tom", "enter", *"open", "enter")
        await until_shown(pilot, lambda: isinstance(app.screen, FrontDesk))
        assert login.tried == [("tom", "open")]


async def test_no_name_stays_on_the_screen_that_the_copy_does_not_keep() -> None:
    desk, login = FakeDesk([ANA], events=[visit(5, "Ana Silva")]), FakeLogin()
    app = make_app(desk, login)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(*"4711", "enter")
        await until_shown(pilot, lambda: "Ana Silva checked in" in screen_text(app))
        desk.replica.events = []  # as the gym's policy may say
        await pilot.press(*":logout", "enter")
        await until_shown(pilot, shows(app, "maria is logged out."))
        await pilot.press("escape")
        await until_shown(pilot, lambda: isinstance(app.screen, FrontDesk))
        assert "Silva" not in screen_text(app)


async def test_a_server_that_has_not_heard_of_it_is_told_later_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("gymtui.ui.live_app.SAY_AGAIN", 0.01)
    desk, login = FakeDesk(), FakeLogin()
    login.hears = False
    app = make_app(desk, login)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(*":logout", "enter")
        await until_shown(pilot, shows(app, "maria is logged out here. The server"))
        login.hears = True
        await until_shown(pilot, lambda: "logged out here" not in screen_text(app))
        assert "maria is logged out." in screen_text(app)
