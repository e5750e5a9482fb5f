"""How many of something came in the last minute."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

SECONDS: Final = 60


class LastMinute:
    """Counts by whole seconds of `timer`, which only go forward."""

    __slots__ = ("_counts", "_timer")

    def __init__(self, timer: Callable[[], float]) -> None:
        self._timer = timer
        self._counts: dict[int, int] = {}  # by second, the newest last

    def add(self, count: int = 1) -> None:
        second = int(self._timer())
        self._counts[second] = self._counts.get(second, 0) + count
        if len(self._counts) > SECONDS:
            del self._counts[next(iter(self._counts))]

    @property
    def total(self) -> int:
        since = int(self._timer()) - SECONDS
        return sum(count for second, count in self._counts.items() if second > since)
