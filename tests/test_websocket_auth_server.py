"""The login against the real server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gymtui.client.connection.follower import Bookmark
from gymtui.client.connection.reconnect import SENTENCES
from gymtui.client.connection.service import WebSocketService
from gymtui.client.errors import ConnectionProblem
from gymtui.client.login.login import Login
from gymtui.protocol import ACCESS_TTL, REFRESH_TTL, SearchMembers
from server.app import Server as RealServer
from tests.client_kit import Heard, Pauses, running
from tests.factories import NOW
from tests.gym_kit import PASSWORD
from tests.kit import Wire, serving
from tests.waiting import until
from tests.websocket_auth_kit import server

__all__ = ["server"]


class Shift:
    """A real server and a service of ana's, with one clock for both that the test turns."""

    def __init__(self, server: RealServer) -> None:
        self.server = server
        self.now = NOW
        self.late = 0  # milliseconds that the client's clock is behind
        self.pauses = Pauses()
        self.login = Login(server.url, clock=lambda: self.now - self.late)
        self.service = WebSocketService(
            server.url, self.login, Bookmark(), clock=lambda: self.now - self.late, sleep=self.pauses
        )
        self.states = Heard(self.service, "connection").all
        self.problems = Heard(self.service, "problem").all

    async def becomes(self, condition: Callable[[], object]) -> None:
        await until(condition)

    def is_in(self, phase: str) -> bool:
        """Is it there, without a pause before a connection that is to come at once?"""
        self.pauses.end(0.0)
        return self.service.state.phase == phase

    @property
    def times_live(self) -> int:
        """How many connections there have been."""
        return len({state.session_id for state in self.states if state.phase == "live"})


@asynccontextmanager
async def shift(gym: Path) -> AsyncIterator[Shift]:
    hours: list[Shift] = []
    async with serving(gym, now=lambda: hours[0].now if hours else NOW) as server:
        hours.append(Shift(server))
        await hours[0].login.log_in("ana", PASSWORD)
        async with running(hours[0].service.run, hours[0].service.close):
            await hours[0].becomes(lambda: hours[0].service.state.phase == "live")
            yield hours[0]


@pytest.mark.usefixtures("quick_watchdog")
async def test_renewed_in_band_the_connection_outlives_its_token(gym: Path) -> None:
    async with shift(gym) as day, Wire.open(day.server.url, await day.login.token()) as idle:
        await day.becomes(lambda: day.pauses.sleeping(10.0))
        day.now += ACCESS_TTL * 800
        day.pauses.end(10.0)
        await day.becomes(lambda: day.pauses.sleeping(10.0))
        day.now += ACCESS_TTL * 200 + 25_000
        assert (await idle.rest())[-1]["type"] != "error"
        assert await idle.closed() == 4101  # who did not renew is closed now
        await day.service.request(SearchMembers(text="a"))
        assert (day.service.state.phase, day.times_live, day.problems) == ("live", 1, [])


@pytest.mark.usefixtures("quick_watchdog")
async def test_a_client_whose_clock_is_wrong_comes_back_at_once_and_asks_nobody(gym: Path) -> None:
    async with shift(gym) as day:
        day.late = 86_400_000
        day.now += ACCESS_TTL * 1000 + 25_000
        # The wait begins a turn of the loop after the state that tells of it.
        await day.becomes(lambda: day.service.state.phase == "waiting" and day.pauses.sleeping(0.0))
        assert day.service.state.reason == SENTENCES[4101]
        assert day.pauses.asked[-1] == 0.0
        day.pauses.end(0.0)
        await day.becomes(lambda: day.service.state.phase == "live")
        assert day.times_live == 2
        assert [type(problem) for problem in day.problems] == [ConnectionProblem]


@pytest.mark.usefixtures("quick_watchdog")
async def test_a_shift_that_is_over_asks_the_person(gym: Path) -> None:
    async with shift(gym) as day:
        day.now += REFRESH_TTL * 1000
        # Whether the server ends the login (4003) or will not renew it (4101) depends on what it looks at first.
        await day.becomes(lambda: day.is_in("logged_out"))
        assert "please log in again" in str(day.service.state.reason)
        await day.login.log_in("ana", PASSWORD)
        day.service.logged_in()
        await day.becomes(lambda: day.service.state.phase == "live")
