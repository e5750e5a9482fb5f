"""One connection at a time, from its token to its end: dialled, greeted, kept alive, read."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from gymtui import clock
from gymtui.client.connection.dialer import Dialer
from gymtui.client.connection.dispatch import Dispatcher
from gymtui.client.connection.follower import Follower
from gymtui.client.connection.heartbeat import Heartbeat
from gymtui.client.connection.published_state import PublishedState
from gymtui.client.connection.reconnect import Backoff, Ended, course
from gymtui.client.connection.server_clock import ServerClock
from gymtui.client.connection.session import ClientSession
from gymtui.client.connection.silence import SilenceDetector
from gymtui.client.connection.transport import Transport
from gymtui.client.errors import Problem
from gymtui.client.login.login import Login
from gymtui.client.tasks import until_first
from gymtui.protocol import AuthResponse, ConnectionStatus


class Conversation:
    """What `ReconnectLoop` calls for each connection. `session` is the one that is open, None in between; once
    `begin_anew` is set, somebody else has logged in, and the connection is theirs no longer."""

    def __init__(
        self,
        login: Login,
        dialer: Dialer,
        follower: Follower,
        dispatcher: Dispatcher,
        published: PublishedState,
        *,
        backoff: Backoff,
        server_clock: ServerClock,
        report: Callable[[Problem], None],
        desk: str | None,
        clock: clock.Clock,
        timer: Callable[[], float],
        sleep: Callable[[float], Awaitable[object]],
        new_id: Callable[[], str],
    ) -> None:
        self._login = login
        self._dialer = dialer
        self._follower = follower
        self._dispatcher = dispatcher
        self._published = published
        self._backoff = backoff
        self._server_clock = server_clock
        self._report = report
        self._desk = desk
        self._clock = clock
        self._timer = timer
        self._sleep = sleep
        self._new_id = new_id
        self.session: ClientSession | None = None
        self.begin_anew = asyncio.Event()

    async def hold(self) -> None:
        """From the token to the end, which is an exception unless somebody else has logged in."""
        self._published.become("connecting", reason=self._published.state.reason)
        self.begin_anew.clear()
        opened = self._login.opened
        token = await self._login.token()  # each time: the last one may be over by now
        transport = await self._dialer.dial(token, self._desk)
        try:
            auth, status = await transport.greet()
            await self._converse(transport, token, auth, status)
        except Ended as ended:
            if course(ended.code) != "log_in" or not await self._login.has_another_since(opened):
                raise
        finally:
            await transport.hang_up()

    async def _converse(self, transport: Transport, token: str, auth: AuthResponse, status: ConnectionStatus) -> None:
        silence = SilenceDetector(self._published.silent, clock=self._clock, sleep=self._sleep)
        session = ClientSession(
            transport,
            self._follower,
            publish=self._dispatcher.publish,
            report=self._report,
            on_pong=self._measure,
            silence=silence,
            new_id=self._new_id,
        )
        heartbeat = Heartbeat(
            session, self._login, token, self._backoff, desk=self._desk, timer=self._timer, sleep=self._sleep
        )
        try:
            await session.greet(status)
            self.session = session
            self._server_clock.compare(status.server_time)
            who = {"user": auth.user or self._login.user, "role": auth.role or self._login.role}
            where = {"session_id": status.session_id, "gym_id": status.gym_id}
            self._published.become("live", reason=self._dialer.note, **who, **where)
            await until_first(session.read(), heartbeat.run(), silence.run(), self.begin_anew.wait())
        except Ended as ended:
            session.abandon(str(ended), ended.code)
            raise
        finally:
            self.session = None
            session.abandon("The connection has ended before the answer came.")

    def _measure(self, sent_at: float, server_time: str) -> None:
        latency = max(0.0, self._timer() - sent_at)
        self._server_clock.compare(server_time, latency)
        self._published.change(latency=latency)
