"""What a person says to a mode that asks, for a coroutine that waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from gymtui.ui.box.mode import Box, Mode


async def told(box: Box, make: Callable[[Callable[[str | None], None]], Mode]) -> str | None:
    """What the mode that is made is told; it has the keys till then."""
    future: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()

    def tell(said: str | None) -> None:
        if not future.done():  # a click and an Enter in one gulp are one answer
            future.set_result(said)

    mode = make(tell)
    box.push(mode)
    try:
        return await future
    finally:
        box.pop(mode)
