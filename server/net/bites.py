"""Much that comes at once is read a bite at a time, and between two bites everybody else has a turn of the event loop.

A quarter of a megabyte of empty frames takes 200 ms to read, one bite of them two: so one bite is read and then others
while there is time, each user's after the other's. Then there is a rest: the threads that look things up and write need
the interpreter too.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, Protocol

BITE: Final = 2048  # bytes: more than most messages, and 340 frames at the most
TURN: Final = 0.001  # seconds in which another bite is begun
REST: Final = 4.0  # times as long as they took, until the next: one of these has gone before uvloop begins to count


class Eater(Protocol):
    """A connection that has come to more than a bite."""

    @property
    def user(self) -> str:
        """Whose it is; empty as long as nobody has logged in."""

    def bite(self) -> None:
        """Reads one, and asks for the next where there is one."""


class Bites:
    """Who waits for one: users in turn, and of each the connections. `timer` gives seconds that only go forward."""

    def __init__(self, loop: asyncio.AbstractEventLoop, timer: Callable[[], float] = time.perf_counter) -> None:
        self._loop = loop
        self._timer = timer
        self._is_due = False
        self._waiting: OrderedDict[str, OrderedDict[Eater, None]] = OrderedDict()

    def ask(self, eater: Eater) -> None:
        """For one; to ask twice is to ask once."""
        self._waiting.setdefault(eater.user, OrderedDict())[eater] = None
        if not self._is_due:
            self._is_due = True
            self._loop.call_soon(self._next)

    def _next(self) -> None:
        began = self._timer()
        self._one()
        while self._waiting and self._timer() - began < TURN:
            self._one()
        self._is_due = bool(self._waiting)
        if self._is_due:
            self._loop.call_later(REST * (self._timer() - began), self._next)

    def _one(self) -> None:
        user, eaters = self._waiting.popitem(last=False)
        eater, _ = eaters.popitem(last=False)
        if eaters:
            self._waiting[user] = eaters  # behind all the others
        eater.bite()
