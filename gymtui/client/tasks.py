"""Tasks that belong together."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable


async def until_first(*awaitables: Awaitable[object]) -> None:
    """Runs all of them until one ends, and stops the others; what that one raises is raised here."""
    tasks = [asyncio.ensure_future(awaitable) for awaitable in awaitables]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
