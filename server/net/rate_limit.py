"""Rate limit of one connection: messages a second, and unreadable messages in ten seconds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from gymtui.protocol import MAX_INVALID

ABUSE_WINDOW: Final = 10.0  # seconds in which at most `MAX_INVALID` unreadable messages are put up with


class RateLimit:
    """Counts what comes in. `max_rate` is in messages a second; `timer` gives seconds that only go forward."""

    __slots__ = ("_count", "_invalid", "_max_rate", "_second", "_timer")

    def __init__(self, max_rate: int, timer: Callable[[], float]) -> None:
        self._max_rate = max_rate
        self._timer = timer
        self._second = 0.0
        self._count = 0
        self._invalid: list[float] = []  # nearly always empty, and a deque has room for 64

    def is_flood(self, messages: int = 1) -> bool:
        """So many more messages: is that too many for this second?"""
        now = self._timer()
        if now - self._second >= 1.0:
            self._second, self._count = now, 0
        self._count += messages
        return self._count > self._max_rate

    def is_abuse(self) -> bool:
        """One more that cannot be read: is that too many?"""
        now = self._timer()
        self._invalid = [*self._invalid[-MAX_INVALID:], now]
        return len(self._invalid) > MAX_INVALID and now - self._invalid[0] <= ABUSE_WINDOW
