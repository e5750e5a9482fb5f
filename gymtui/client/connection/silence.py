"""Silence: notices within seconds that a server answers nothing, long before the connection times out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from gymtui import clock

PATIENCE: Final = 3.5  # seconds without an answer: a slow network takes two


class SilenceDetector:
    """`on_change` gets the time (ms) at which something was asked, after `PATIENCE` seconds in which nothing at all has
    come back; and None once something does. It only tells: when a connection is over, others decide."""

    def __init__(
        self,
        on_change: Callable[[int | None], None],
        *,
        clock: clock.Clock,
        sleep: Callable[[float], Awaitable[object]],
    ) -> None:
        self._on_change = on_change
        self._clock = clock
        self._sleep = sleep
        self._since: int | None = None
        self._is_silent = False
        self._waits = asyncio.Event()

    def asked(self) -> None:
        """Something was sent that has an answer."""
        if self._since is None:
            self._since = self._clock()
            self._waits.set()

    def heard(self) -> None:
        """Something came, whatever it was."""
        self._since = None
        if self._is_silent:
            self._is_silent = False
            self._on_change(None)

    async def run(self) -> None:
        """For as long as the connection lasts."""
        while True:
            await self._waits.wait()
            self._waits.clear()
            since = self._since
            if since is None:
                continue
            gone = (self._clock() - since) / 1000
            await self._sleep(max(0.0, min(PATIENCE - gone, PATIENCE)))  # within bounds even where the clock was set
            if since == self._since and not self._is_silent:
                self._is_silent = True
                self._on_change(since)
