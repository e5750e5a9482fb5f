"""The state of the connection (phase, attempt, latency), published to whoever subscribed to `"connection"`."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from gymtui import clock
from gymtui.client.connection.dispatch import Dispatcher
from gymtui.client.connection.reconnect import Backoff
from gymtui.client.state import ConnectionState, Phase


class PublishedState:
    """Keeps the `state`, and publishes each change of it."""

    def __init__(self, dispatcher: Dispatcher, backoff: Backoff, now: clock.Clock) -> None:
        self._dispatcher = dispatcher
        self._backoff = backoff
        self._now = now
        self.state = ConnectionState(phase="connecting", since=now())

    def become(self, phase: Phase, **changes: Any) -> None:
        """A new state; `since` moves only when the connection comes or goes, and who it is stays known."""
        before = self.state
        since = before.since if before.is_live == (phase == "live") else self._now()
        kept = {"attempt": self._backoff.attempt, "user": before.user, "role": before.role}
        self._show(ConnectionState(phase=phase, since=since, **(kept | changes)))

    def change(self, **changes: Any) -> None:
        """The same state, but for this."""
        self._show(replace(self.state, **changes))

    def silent(self, since: int | None) -> None:
        """Nothing has come back since then; None: something has. There is no latency of a way without a return."""
        self.change(silent_since=since, latency=None)

    def _show(self, state: ConnectionState) -> None:
        self.state = state
        self._dispatcher.publish("connection", state)
