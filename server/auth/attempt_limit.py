"""Rate limit of wrong passwords and PINs: after five of them the next attempt waits half a minute."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

ATTEMPTS: Final = 5  # wrong ones before the next has to wait
PAUSE: Final = 30_000  # milliseconds it then waits
REMEMBERED: Final = 10_000  # pairs of source and user: the oldest go first, so that a flood cannot fill the memory


class AttemptLimit:
    """Counts failures by the pair of source (an address, a user) and target user: by the target alone, anybody could
    lock a user out. `now` gives milliseconds."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._failures: OrderedDict[tuple[str, str], tuple[int, int]] = OrderedDict()

    def wait(self, source: str, user: str) -> int:
        """Seconds until the next attempt is heard; 0: at once."""
        count, last = self._failures.get((source, user), (0, 0))
        left = last + PAUSE - self._now() if count >= ATTEMPTS else 0
        return -(-left // 1000) if left > 0 else 0

    def failed(self, source: str, user: str) -> None:
        count, last = self._failures.pop((source, user), (0, 0))
        fresh = self._now() - last > 10 * PAUSE
        self._failures[source, user] = (1 if fresh else count + 1, self._now())
        if len(self._failures) > REMEMBERED:
            self._failures.popitem(last=False)

    def forget(self, source: str, user: str) -> None:
        self._failures.pop((source, user), None)
