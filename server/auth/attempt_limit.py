"""Counts wrong passwords and PINs, and says how long the next try has to wait."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

TRIES: Final = 5  # wrong ones before the next has to wait
PAUSE: Final = 30_000  # milliseconds it then waits
REMEMBERED: Final = 10_000  # keys


class AttemptLimit:
    """Counts wrong passwords and PINs by who tries (an address, a user) and whose they are, together: nobody can lock
    out another."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._failures: OrderedDict[tuple[str, str], tuple[int, int]] = OrderedDict()

    def wait(self, source: str, user: str) -> int:
        """Seconds until the next try is heard; 0 for now."""
        count, last = self._failures.get((source, user), (0, 0))
        left = last + PAUSE - self._now() if count >= TRIES else 0
        return -(-left // 1000) if left > 0 else 0

    def failed(self, source: str, user: str) -> None:
        count, last = self._failures.pop((source, user), (0, 0))
        fresh = self._now() - last > 10 * PAUSE
        self._failures[source, user] = (1 if fresh else count + 1, self._now())
        if len(self._failures) > REMEMBERED:
            self._failures.popitem(last=False)

    def forget(self, source: str, user: str) -> None:
        self._failures.pop((source, user), None)
