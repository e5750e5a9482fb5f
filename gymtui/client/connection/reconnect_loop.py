"""The reconnect loop: one connection after another, a backoff in between, and a halt where only a person can go on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from gymtui import clock
from gymtui.client.connection.published_state import PublishedState
from gymtui.client.connection.reconnect import Backoff, Ended, course
from gymtui.client.errors import AuthenticationProblem, ConnectionProblem, Problem, StoppedProblem
from gymtui.client.login.login import OVER, Login
from gymtui.client.tasks import until_first


class ReconnectLoop:
    """Waits after a connection for as long as its close code asks for (`reconnect.course`); each wait is published as a
    state, and reported as a problem."""

    def __init__(
        self,
        login: Login,
        backoff: Backoff,
        published: PublishedState,
        report: Callable[[Problem], None],
        *,
        clock: clock.Clock,
        sleep: Callable[[float], Awaitable[object]],
    ) -> None:
        self._login = login
        self._backoff = backoff
        self._published = published
        self._report = report
        self._clock = clock
        self._sleep = sleep
        self._go_on = asyncio.Event()

    async def run(self, connect: Callable[[], Awaitable[None]]) -> None:
        """Calls `connect`, one connection from its token to its end, again and again, for ever."""
        while True:
            try:
                await connect()
            except AuthenticationProblem as problem:
                await self._wait_for_login(problem)
            except ConnectionProblem as problem:  # no token could be had, so there is no code that says what to do
                await self._back_off(Ended(str(problem)))
            except Ended as ended:
                await self._follow_course(ended)

    def go_on(self) -> None:
        """Ends the wait that there is now, whatever it is for."""
        self._go_on.set()

    async def _follow_course(self, ended: Ended) -> None:
        match course(ended.code):
            case "log_in":
                await self._wait_for_login(AuthenticationProblem(str(ended)))
            case "stop":
                self._go_on.clear()
                self._published.become("stopped", reason=str(ended))
                self._report(StoppedProblem(str(ended)))
                await self._go_on.wait()
            case "renew":
                if self._login.expire():
                    await self._back_off(ended)
                else:
                    await self._wait_for_login(AuthenticationProblem(OVER))
            case "come_back" | "back_off":
                await self._back_off(ended)

    async def _back_off(self, ended: Ended) -> None:
        delay = self._backoff.next(course(ended.code)) + ended.wait
        self._go_on.clear()
        self._published.become("waiting", reason=str(ended), retry_at=self._clock() + round(delay * 1000))
        self._report(ConnectionProblem(str(ended), attempt=self._backoff.attempt, retry_in=delay))
        await until_first(self._go_on.wait(), self._sleep(delay))

    async def _wait_for_login(self, problem: AuthenticationProblem) -> None:
        await self._login.forget()
        self._go_on.clear()
        self._published.become("logged_out", reason=str(problem))
        self._report(problem)
        await self._go_on.wait()
