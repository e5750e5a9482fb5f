"""Looks for garbage while nobody types: a look is a pause, and a finger would feel it."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Final, Protocol

from textual._styles_cache import StylesCache
from textual.timer import Timer

SHORT: Final = 0.1  # seconds without a key: what it has begun is painted; a look takes some 10 ms


class Every(Protocol):
    """Calls a function each so many seconds, as a widget's `set_interval`."""

    def __call__(self, interval: float, callback: Callable[[], None], *, pause: bool) -> Timer: ...


class Rest:
    """The time since the last key. Every rest is a look at all there is: put off, what they leave comes to a second."""

    def __init__(self, every: Every, collect: Callable[[], object] = gc.collect) -> None:
        self._timer = every(SHORT, self._look, pause=True)
        self._collect = collect

    def end(self) -> None:
        """A key has come."""
        self._timer.reset()

    def _look(self) -> None:
        self._timer.pause()
        StylesCache.get_inner_outer.cache_clear()  # it holds what the last thousand widgets looked like, gone or not
        self._collect()
