"""Heartbeat and eviction: is each connection alive, does it read, may its user still be here?

The server pings; any frame that comes counts as a sign of life. A silent connection is closed, as is one whose login
has ended or whose token has run out. One that reads nothing is aborted: a close frame would wait behind all the rest.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Final, Protocol

from gymtui.protocol import PING_EVERY, RENEW_GRACE, SILENCE, STALL, Close
from server.net.connection import Connection
from server.net.metrics import Metrics

ROUND: Final = 2.0  # seconds between two rounds
EVERY: Final = 0.5  # seconds until what is revoked is a reason for another: it is closed within a second
PAUSE: Final = 5.0  # seconds of delay that mean this program itself stood still (stopped, or its machine asleep)


class Watched(Protocol):
    """What the watchdog has to know of a session."""

    @property
    def connection(self) -> Connection: ...

    @property
    def expires_at(self) -> float | None:
        """When its token ends, in seconds since 1970; None while there is none."""

    @property
    def is_welcome(self) -> bool:
        """Are user, login and role still what they were?"""

    def end(self, code: Close, reason: str) -> None:
        """Closes the connection, without waiting."""


class Watchdog:
    """Pings, and ends what has gone silent, what no longer reads, and what has no right to be here any more.

    `timer` gives seconds that only go forward, `now` the time of day in milliseconds. `rights` is another object once
    any user's may be others.
    """

    def __init__(
        self,
        watched: Callable[[], Iterable[Watched]],
        metrics: Metrics,
        *,
        timer: Callable[[], float],
        now: Callable[[], int],
        rights: Callable[[], object],
    ) -> None:
        self._watched = watched
        self._metrics = metrics
        self._timer = timer
        self._now = now
        self._rights = rights
        self._seen: object = None
        self._next_round = 0.0

    async def run(self) -> None:
        """For ever; also measures by how much the event loop is late."""
        while True:
            before = self._timer()
            await asyncio.sleep(EVERY)
            now = self._timer()
            late = max(now - before - EVERY, 0)
            self._metrics.loop_lag.observe(late)
            # Where it was this program that stood still, it first hears what has come meanwhile.
            if late < PAUSE and self._is_due(now):
                self.look()

    def _is_due(self, now: float) -> bool:
        rights = self._rights()
        if rights is self._seen and now < self._next_round:
            return False
        self._seen, self._next_round = rights, now + ROUND
        return True

    def look(self) -> None:
        """One round over all connections."""
        now = self._timer()
        for watched in list(self._watched()):
            connection = watched.connection
            if connection.stalled_for(now) >= STALL:
                self._metrics.cut.inc()
                connection.cut(Close.STALLED)
            elif not connection.is_open:
                continue
            elif connection.silent_for(now) >= SILENCE:
                watched.end(Close.SILENT, f"Nothing was heard for {SILENCE:.0f} seconds.")
            else:
                self._check_rights(watched)
                if now - connection.pinged_at >= PING_EVERY:
                    connection.probe(now)

    def _check_rights(self, watched: Watched) -> None:
        if watched.expires_at is None:
            return
        if not watched.is_welcome:
            watched.end(Close.ACCESS_ENDED, "This login has ended or changed: please log in again.")
        elif self._now() / 1000 >= watched.expires_at + RENEW_GRACE:
            watched.end(Close.TOKEN_EXPIRED, "The token has expired: please renew it.")
