"""Looks for garbage while nobody types: a look is a pause, and a finger would feel it."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Final, Protocol

from textual.timer import Timer

SHORT: Final = 0.1  # seconds without a key: what it has begun is painted; to look through the young takes some 3 ms
LONG: Final = 20  # such times: to look through the old takes some 100 ms where ten screens have come and gone
WORTH: Final = 10  # short rests since the last long one: fewer leave little
ENOUGH: Final = 300  # of somebody who never rests so long: what so many screens leave is some 100 MB


class Every(Protocol):
    """Calls a function each so many seconds, as a widget's `set_interval`."""

    def __call__(self, interval: float, callback: Callable[[], None], *, pause: bool) -> Timer: ...


class Rest:
    """The time since the last key."""

    def __init__(self, every: Every, collect: Callable[[int], object] = gc.collect) -> None:
        self._timer = every(SHORT, self._goes_on, pause=True)
        self._collect = collect
        self._short = 0  # how many there were since the old were looked through
        self._lasts = 0

    def end(self) -> None:
        """A key has come."""
        self._lasts = 0
        self._timer.reset()

    def _goes_on(self) -> None:
        self._lasts += 1
        if self._lasts == 1:
            self._short += 1
            self._collect(1)
        if self._short >= ENOUGH or self._lasts >= LONG:
            self._short = 0
            self._collect(2)
        if self._short < WORTH:
            self._timer.pause()
