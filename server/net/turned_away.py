"""The command of a connection that was told to come again: what was sent behind it waits until it has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from gymtui.protocol import ErrorBody
from server.net.quota import come_again

PATIENCE: Final = 5.0  # seconds after its wait in which it is expected: not every client sends it again


class TurnedAway:
    """Commands take effect in the order in which they were sent, and a desk has many on their way: who is signed up by
    the one that was turned away comes in by the next. `timer` gives seconds that only go forward."""

    __slots__ = ("_due", "_first", "_timer")

    def __init__(self, timer: Callable[[], float]) -> None:
        self._timer = timer
        self._first: str | None = None
        self._due = 0.0

    def before(self, id: str | None) -> ErrorBody | None:
        """What to answer to a command as long as another one has to come before it."""
        now = self._timer()
        if self._first in (None, id) or now > self._due + PATIENCE:
            self._first = None
            return None
        return come_again("What was sent before this was too much at once", max(1.0, self._due - now))

    def note(self, id: str | None, error: ErrorBody) -> None:
        """That command is told to come again, by this answer. Without an id it cannot."""
        if self._first is None and id is not None:
            self._first = id
            self._due = self._timer() + (error.retry_after_ms or 0) / 1000
