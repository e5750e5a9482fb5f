"""What is typed into the field for a name, and is likely a password."""

from __future__ import annotations

import pytest
from textual.widgets import Input

from gymtui.client.errors import AuthenticationProblem, ConnectionProblem
from gymtui.preferences import Choices, ChoicesFile
from gymtui.ui.typed_name import hides
from tests.fake_login import FakeLogin
from tests.settled import until_shown
from tests.ui_fakes import LOGGED_OUT, FakeDesk, make_app
from tests.ui_front_desk_kit import screen_text
from tests.ui_login_kit import shows

SECRET = "canary7f3a91"


@pytest.mark.parametrize(
    ("text", "new_machine", "known"),
    [
        ("", False, False),
        ("zoe", False, False),
        ("ANA", False, False),
        ("ana silva", True, False),
        ("anas", False, True),
        ("benjamin", False, True),
        ("ben.ode", False, True),
        ("o'neil", False, True),
        ("ben@gym.ch", False, True),
        ("desk-2", False, True),
        ("王小明", False, False),
        ("!x", True, True),
        ("a:b", True, True),
        ("47114", True, True),
        ("paSs", True, True),
        ("pa55word", True, True),
        ("Sommer2024", True, True),
        ("correct horse", True, True),
        ("correcthorsebatterystaple", True, True),
    ],
)
def test_what_is_hidden_where_nobody_is_known_and_where_somebody_is(text: str, new_machine: bool, known: bool) -> None:
    assert hides(text, ()) is new_machine
    assert hides(text, ("Ana", "Ana Silva")) is known


@pytest.mark.slow
async def test_a_password_in_the_wrong_field_is_not_shown_and_gone_once_it_was_refused() -> None:
    desk, login = FakeDesk(), FakeLogin()
    login.failure = AuthenticationProblem("The name or the password is wrong.")
    app = make_app(desk, login)
    async with app.run_test() as pilot:
        desk.service.becomes(LOGGED_OUT)
        await until_shown(pilot, shows(app, "maria"))
        await pilot.press("tab", *SECRET)
        await until_shown(pilot, shows(app, "not shown: nobody who is known here"))
        assert SECRET[:4] not in screen_text(app)
        await pilot.press("enter", *"x", "enter")
        await until_shown(pilot, shows(app, "The name or the password is wrong."))
        user = app.screen.query_one("#user", Input)
        assert (login.tried, user.value, app.focused is user) == ([(SECRET, "x")], "", True)
        assert "not shown" not in screen_text(app)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("typed", "failure"),
    [
        ("MARIA", AuthenticationProblem("The name or the password is wrong.")),
        ("benjamin", ConnectionProblem("The server cannot be reached.")),
    ],
)
async def test_a_known_name_stays_and_so_does_one_that_nobody_refused(typed: str, failure: Exception) -> None:
    desk, login = FakeDesk(), FakeLogin()
    login.failure = failure
    app = make_app(desk, login)
    async with app.run_test() as pilot:
        desk.service.becomes(LOGGED_OUT)
        await until_shown(pilot, shows(app, "maria"))
        await pilot.press("tab", *typed, "enter", "x", "enter")
        await until_shown(pilot, shows(app, str(failure)))
        assert app.screen.query_one("#user", Input).value == typed


def test_who_has_logged_in_here_is_known_the_last_one_first(tmp_path_factory: pytest.TempPathFactory) -> None:
    file = ChoicesFile(tmp_path_factory.mktemp("choices"))
    for user in ("ana", "ben", "Ana"):
        file.logged_in(url="ws://gym.test/", user=user)
    assert file.read() == Choices(url="ws://gym.test/", user="Ana", users=("Ana", "ben"))
