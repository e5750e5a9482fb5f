"""Much that comes at once is read a bite at a time, and between two bites everybody else has a turn of the event loop.

A quarter of a megabyte of empty frames takes 200 ms to read. One bite a turn of all connections, each user's after the
other, is two.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import Final, Protocol

BITE: Final = 2048  # bytes: more than most messages, and 340 frames at the most


class Eater(Protocol):
    """A connection that has come to more than a bite."""

    @property
    def user(self) -> str:
        """Whose it is; empty as long as nobody has logged in."""

    def bite(self) -> None:
        """Reads one, and asks for the next where there is one."""


class Bites:
    """Who waits for one: users in turn, and of each the connections."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: OrderedDict[str, OrderedDict[Eater, None]] = OrderedDict()

    def ask(self, eater: Eater) -> None:
        """For one; to ask twice is to ask once."""
        if not self._waiting:
            self._loop.call_soon(self._next)
        self._waiting.setdefault(eater.user, OrderedDict())[eater] = None

    def _next(self) -> None:
        user, eaters = self._waiting.popitem(last=False)
        eater, _ = eaters.popitem(last=False)
        if eaters:
            self._waiting[user] = eaters  # behind all the others
        if self._waiting:
            self._loop.call_soon(self._next)
        eater.bite()
