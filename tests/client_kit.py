"""What tests of the client share: a clock and pauses that the test holds, things of a gym, a running service."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from gymtui.client.connection.follower import Bookmark, Journal
from gymtui.client.connection.heartbeat import BEAT
from gymtui.client.connection.service import WebSocketService
from gymtui.client.connection.silence import PATIENCE
from gymtui.client.login.login import Answer, Login
from gymtui.client.mock import MockWebSocket
from tests.factories import NOW
from tests.waiting import until

URL = "ws://gym.test/ws/checkins/"
TOKENS = Answer(
    200,
    b'{"access_token":"another","expires_in":300,"refresh_token":"next","user":{"name":"sam","role":"staff"}}',
)


class Pauses:
    """Stands in for `asyncio.sleep`: nobody wakes before the test says so. `asked` has every length, in seconds."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self._sleeping: list[tuple[float, asyncio.Future[None]]] = []

    async def __call__(self, seconds: float) -> None:
        self.asked.append(seconds)
        waking: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleeping.append((seconds, waking))
        await waking

    def sleeping(self, seconds: float) -> bool:
        """Does anybody sleep so long just now?"""
        return any(length == seconds and not waking.done() for length, waking in self._sleeping)

    def end(self, seconds: float | None = None) -> None:
        """The pauses of this length are over, or all are."""
        for length, waking in self._sleeping:
            if (seconds is None or length == seconds) and not waking.done():
                waking.set_result(None)


async def settle() -> None:
    """Gives the others all the turns they could want, to show that nothing more happens."""
    for _ in range(200):
        await asyncio.sleep(0)


class Heard:
    """Everything a service says, by kind."""

    def __init__(self, service: WebSocketService, *kinds: str) -> None:
        self.all: list[Any] = []
        for kind in kinds:
            service.subscribe(kind, self.all.append)


class Played:
    """A service against a server that the test plays, with all of time in the test's hands."""

    def __init__(self, server: MockWebSocket, journal: Journal | None = None, **options: Any) -> None:
        self.server = server
        self.journal = journal or Bookmark()
        self.pauses = Pauses()
        self.login = options.pop("login", None) or Login(URL, token="a-token")
        known: dict[str, Any] = {"connect": server, "sleep": self.pauses, "random": lambda: 1.0, "clock": lambda: NOW}
        self.service = WebSocketService(URL, self.login, self.journal, **(known | options))

    @property
    def backoffs(self) -> list[float]:
        """The pauses between connections: all but the beat, and the patience with an answer."""
        return [seconds for seconds in self.pauses.asked if seconds not in (BEAT, PATIENCE)]

    async def backed_off(self, times: int) -> None:
        """Waits for so many pauses between connections, and ends the last."""
        await until(lambda: len(self.backoffs) == times)
        self.pauses.end(self.backoffs[-1])

    async def phase(self, phase: str) -> None:
        """Waits until the connection is in that phase."""
        await until(lambda: self.service.state.phase == phase)


@asynccontextmanager
async def running(run: Callable[[], Awaitable[None]], close: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Runs it while the test goes on, then ends it politely; what it raises, the test raises."""
    task = asyncio.ensure_future(run())
    try:
        yield
    finally:
        await close()
        async with asyncio.timeout(5):
            await task


@asynccontextmanager
async def played(
    server: MockWebSocket | None = None, journal: Journal | None = None, **options: Any
) -> AsyncIterator[Played]:
    """A service that runs against a played server."""
    play = Played(server or MockWebSocket(clock=lambda: NOW), journal, **options)
    async with running(play.service.run, play.service.close):
        yield play
