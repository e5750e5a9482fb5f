"""Connection history: round trips, reconnects, and why it was lost, since the console was started."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from gymtui.client.state import ConnectionState

SAMPLES = 60  # round trips that are kept
LOSSES = 5  # reasons that are kept


class Loss(NamedTuple):
    """The connection went at `at` (ms), for a `reason`."""

    at: int
    reason: str


class ConnectionHistory:
    """Is told every state of the connection. `latencies` are round trips in seconds, the newest last; `losses` have the
    newest first; `reconnects` counts each time it was live again after a loss."""

    def __init__(self) -> None:
        self.latencies: deque[float] = deque(maxlen=SAMPLES)
        self.losses: deque[Loss] = deque(maxlen=LOSSES)
        self.reconnects = 0
        self._has_been_live = False
        self._is_live = False

    def note(self, state: ConnectionState) -> None:
        is_live = state.phase == "live"
        if is_live and state.latency is not None:
            self.latencies.append(state.latency)
        if is_live and not self._is_live and self._has_been_live:
            self.reconnects += 1
        if self._is_live and not is_live:
            self.losses.appendleft(Loss(state.since, state.reason or "The connection went without a word."))
        self._has_been_live |= is_live
        self._is_live = is_live
