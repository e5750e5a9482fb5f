"""This machine's clock is wrong: on every screen of the desk as long as it is so, and on F9 with what to do."""

from __future__ import annotations

from typing import cast

import pytest

from gymtui.client.desk.desk import Desk
from gymtui.client.desk.desk_clock import DeskClock
from gymtui.client.login.login import Login
from gymtui.client.replica.replica import Replica
from gymtui.client.state import ConnectionState
from gymtui.ui import GymApp
from tests.factories import NOW
from tests.fake_login import FakeLogin
from tests.ui_fakes import FakeDesk, make_app
from tests.ui_front_desk_kit import a_desk, front, screen_text
from tests.wrong_clock_kit import IN_2000, IN_2031

pytestmark = pytest.mark.slow

AWAY = ConnectionState(phase="waiting", since=NOW, attempt=3)
BEHIND = "! Set the clock: it says 1 Jan 2000 01:04, it is at least 18 Nov 2026 17:24"
AHEAD = "! Set the clock: it says 3 May 2031 12:00, last heard: 18 Nov 2026 17:24"


def alone(ahead: int) -> FakeDesk:
    """A desk that heard its server at `NOW`, and is started without it by a clock that is `ahead` ms wrong."""
    desk = a_desk()
    desk.wall, desk.service.state, desk.replica.known_time.at = NOW + ahead, AWAY, NOW
    desk.clock = DeskClock(cast(Replica, desk.replica), lambda: desk.wall, lambda: 0.0)
    return desk


@pytest.mark.parametrize(("ahead", "line"), [(IN_2000, BEHIND), (IN_2031, AHEAD)])
async def test_it_stands_whole_on_the_front_desk_at_80_by_24_until_somebody_has_set_it(ahead: int, line: str) -> None:
    desk = alone(ahead)
    app = make_app(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        assert line in screen_text(app)
        desk.wall = NOW
        front(app).look_at_clock()
        await pilot.pause()
        assert "Set the clock" not in screen_text(app)


async def test_the_screen_of_the_connection_says_what_to_do() -> None:
    app = make_app(alone(IN_2000))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f9")
        await pilot.pause()
        shown = " ".join(screen_text(app).split())
        assert BEHIND in shown
        assert "Please set the date and the time of this machine" in shown


async def test_a_clock_that_the_server_makes_up_for_is_said_too() -> None:
    """It will matter the day that the desk is started without the server."""
    desk = alone(IN_2000)
    desk.clock.hear(NOW)
    app = make_app(desk)
    async with app.run_test(size=(80, 24)):
        assert "! Set the clock: it says 1 Jan 2000 01:04, the server 18 Nov 2026 17:24" in screen_text(app)


async def test_a_clock_that_is_right_is_not_spoken_of() -> None:
    app = make_app(alone(0))
    async with app.run_test(size=(80, 24)):
        assert "Set the clock" not in screen_text(app)


async def test_the_whole_desk_goes_by_the_time_that_is_known() -> None:
    app = GymApp(cast(Desk, alone(IN_2000)), cast(Login, FakeLogin()), url="ws://gym.test/")
    async with app.run_test(size=(120, 40)):
        assert "Wed 18 Nov  17:24" in screen_text(app)
