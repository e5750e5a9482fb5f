"""The heartbeat of a connection: pings that measure the latency, and a login that is renewed in time."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Final

from msgspec import Raw

from gymtui import codec
from gymtui.client.connection.reconnect import Backoff
from gymtui.client.connection.session import ClientSession
from gymtui.client.errors import ConnectionProblem
from gymtui.client.login.login import Login
from gymtui.protocol import Authenticate, ClientInfo, Ping

logger = logging.getLogger(__name__)

BEAT: Final = 10.0  # seconds between two pings; a connection that has lasted so long is healthy


class Heartbeat:
    """Beats over one session, which began with the login's `token`; what has lasted a beat starts the `backoff` anew.
    The pongs go where the session says."""

    def __init__(
        self,
        session: ClientSession,
        login: Login,
        token: str,
        backoff: Backoff,
        *,
        desk: str | None,
        timer: Callable[[], float],
        sleep: Callable[[float], Awaitable[object]],
    ) -> None:
        self._session = session
        self._login = login
        self._token = token
        self._desk = desk
        self._backoff = backoff
        self._timer = timer
        self._sleep = sleep

    async def run(self) -> None:
        """Until the session is over, with `Ended`; AuthenticationProblem where only a person can go on."""
        while True:
            await self._session.ping(Ping(sent_at=Raw(codec.encode(self._timer()))))
            await self._sleep(BEAT)
            self._backoff.reset()  # not at the greeting: a server that greets and closes would be hammered
            try:
                newer = await self._login.token()
            except ConnectionProblem as problem:
                logger.warning("The login cannot be renewed yet: %s", problem)
                continue
            if newer != self._token:
                self._token = newer
                await self._session.send(Authenticate(token=newer, client=ClientInfo(desk=self._desk)))
