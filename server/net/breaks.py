"""How often each client was cut off: a line that breaks again and again shows by that, however quickly it is back."""

from __future__ import annotations

from collections import deque
from typing import Final

from gymtui import clock

WITHIN: Final = clock.DAY  # milliseconds that a break is counted
CLIENTS: Final = 1000  # that are known; the one that was cut off longest ago is forgotten
EACH: Final = 1000  # breaks of one

Client = tuple[bytes | str, str, str]  # its device, or its address where it has none; its desk; who is there


class Breaks:
    """In the memory of one server, since it began."""

    def __init__(self, *, now: clock.Clock) -> None:
        self._now = now
        self._of: dict[Client, deque[int]] = {}  # when (ms), the last cut off behind

    def add(self, client: Client) -> None:
        """It has just been cut off."""
        breaks = self._of.pop(client, deque[int](maxlen=EACH))
        breaks.append(self._now())
        self._of[client] = breaks
        if len(self._of) > CLIENTS:
            del self._of[next(iter(self._of))]

    def count(self, client: Client) -> int:
        """How often in the last 24 hours."""
        since = self._now() - WITHIN
        return sum(at > since for at in self._of.get(client, ()))
