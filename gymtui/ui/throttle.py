"""Throttle: what changes often is shown so many times a second at most, and at once after a quiet spell."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from textual.widget import Widget


class Throttle:
    """Runs `act` when asked, `rate` times a second at most. The last asking is never lost; while nobody asks no timer
    runs, so that an idle desk costs nothing."""

    def __init__(self, widget: Widget, act: Callable[[], object], rate: float) -> None:
        self._widget = widget
        self._act = act
        self._seconds = 1 / rate
        self._timer: asyncio.TimerHandle | None = None
        self._asked = False

    def ask(self) -> None:
        if self._timer is not None:
            self._asked = True
            return
        # The loop's own: Textual's timer never comes where its time is over before it has begun, on a machine that
        # stood still for a moment, and what waits for it would stand on the screen for good.
        self._timer = asyncio.get_running_loop().call_later(self._seconds, self._again)
        self._widget.call_later(self._act)  # in the widget's own turn: what raises there is its own failure

    def _again(self) -> None:
        self._timer = None
        if self._asked:
            self._asked = False
            self.ask()
