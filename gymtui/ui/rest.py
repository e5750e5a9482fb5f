"""Looks for garbage while nobody types: a look is a pause, and a finger would feel it."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Final, Protocol

from textual._styles_cache import StylesCache
from textual.timer import Timer

SHORT: Final = 0.1  # seconds without a key: what it has begun is painted; a look takes some 10 ms
LONG: Final = 60.0  # seconds between two looks where nobody types, and the screen goes on by itself


class Every(Protocol):
    """Calls a function each so many seconds, as a widget's `set_interval`."""

    def __call__(self, interval: float, callback: Callable[[], None], *, pause: bool) -> Timer: ...


class Rest:
    """The time since the last key. Every rest is a look at all there is: put off, what closed screens leave comes to a
    second. A rest that goes on has another each minute."""

    def __init__(self, every: Every, collect: Callable[[], object] = gc.collect) -> None:
        self._timer = every(SHORT, self._begin, pause=True)
        self._collect = collect
        self._goes_on = True
        every(LONG, self._go_on, pause=False)

    def end(self) -> None:
        """A key has come."""
        self._goes_on = False
        self._timer.reset()

    def _begin(self) -> None:
        self._goes_on = True
        self._timer.pause()
        self._look()

    def _go_on(self) -> None:
        if self._goes_on:
            self._look()

    def _look(self) -> None:
        StylesCache.get_inner_outer.cache_clear()  # it holds what the last thousand widgets looked like, gone or not
        self._collect()
