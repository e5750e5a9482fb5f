"""Waiting for what must come: the one `until`. Where there is an event to wait for, that is waited for instead."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Final

WITHIN = 10.0  # seconds that a test waits for what must come
MANY: Final = 100  # turns of the loop, in which all that needs nobody else has happened
LITTLE: Final = 0.005  # seconds between two looks at what a thread or another process does


async def until(condition: Callable[[], object], turn: Callable[[], Awaitable[object]] | None = None) -> None:
    """Gives the others their `turn` until it is so: a turn of the loop, or a pilot's `pause`. TimeoutError."""
    async with asyncio.timeout(WITHIN):
        for turns in count():
            await (turn() if turn is not None else asyncio.sleep(0))
            if condition():
                return
            if turn is not None or turns > MANY:  # it takes a thread, another process or time
                await asyncio.sleep(LITTLE)
