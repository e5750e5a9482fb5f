"""Clock skew: how far the server's clock is ahead of this machine's."""

from __future__ import annotations

from collections.abc import Callable

from gymtui import clock
from gymtui.client.errors import ProcessingProblem
from gymtui.protocol import ConnectionStatus


class ServerClock:
    """Compared with the greeting and with every pong, since a clock may be set meanwhile. `offset` is milliseconds;
    `heard` is told each time, and how many seconds it was there and back."""

    def __init__(
        self, now: clock.Clock, report: Callable[[ProcessingProblem], None], heard: Callable[[tuple[int, float]], None]
    ) -> None:
        self._now = now
        self._report = report
        self._heard = heard
        self.offset = 0

    def compare(self, server_time: str, latency: float = 0.0) -> None:
        """The server said that time, `latency` seconds there and back: what the way explains is no difference."""
        try:
            at = clock.to_ms(server_time)
        except (ValueError, OverflowError) as error:
            sentence = f"The server's clock cannot be read: {error}."
            self._report(ProcessingProblem(sentence, kind=ConnectionStatus.type))
        else:
            self._heard((at, latency))  # before: a clock that follows the server's is right from here on
            offset = at - self._now()
            if abs(offset - self.offset) > latency * 1000:
                self.offset = offset
