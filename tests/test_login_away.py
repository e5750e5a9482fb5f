"""What the login says of a server that does not answer: how to start one, or since when the gym is without."""

from __future__ import annotations

from typing import cast

import pytest

from gymtui.client.login.login import Login
from gymtui.client.state import ConnectionState
from gymtui.protocol import Gym
from gymtui.ui.screens.login import LATER, SERVER, LoginScreen, away
from tests.factories import GYM, NOW

DAY = 24 * 3_600_000
START = "No server here yet? `gymtui serve` starts one."
AWAY = ConnectionState(phase="waiting", since=NOW)
LIVE = ConnectionState(phase="live", since=NOW - DAY)
SILENT = ConnectionState(phase="live", since=NOW - DAY, silent_since=NOW)


@pytest.mark.parametrize(
    ("gym", "line", "now", "words"),
    [
        (None, AWAY, NOW, START),
        (GYM, AWAY, NOW, "Not connected since 17:24; desks go on."),
        (GYM, SILENT, NOW, "Not connected since 17:24; desks go on."),
        (GYM, AWAY, NOW + DAY, "Not connected since yesterday 17:24; desks go on."),
        (GYM, LIVE, NOW, ""),
    ],
)
def test_a_gym_that_had_a_server_is_told_since_when_it_has_none(
    gym: Gym | None, line: ConnectionState, now: int, words: str
) -> None:
    assert away(gym, line, now) == words


@pytest.mark.parametrize("url", ["ws://127.0.0.1:8765/", "wss://gym.test/"])
def test_the_login_has_that_among_its_hints(url: str) -> None:
    screen = LoginScreen(cast(Login, None), url=url, gym=GYM, away=lambda: "Not connected since 12:08; desks go on.")
    assert list(screen._hints())[1:] == [LATER]
    screen.set_reactive(LoginScreen.server, SERVER["away"])
    assert list(screen._hints())[1:] == ["Not connected since 12:08; desks go on.", LATER]
