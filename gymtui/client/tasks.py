"""Two helpers for asyncio: tasks of which the first that ends is the end of all, and work that blocks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


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


async def in_background(work: Callable[[], T]) -> T:
    """Runs what blocks in a thread that keeps nobody: a program that ends meanwhile does not wait for it, as it would
    for `asyncio.to_thread`."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(set: Callable[[], None]) -> None:
        if not done.done():  # whoever waited may have gone
            set()

    def run() -> None:
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001  it is raised where somebody waits
            outcome: Callable[[], None] = partial(done.set_exception, error)
        else:
            outcome = partial(done.set_result, result)
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, outcome)

    Thread(target=run, name="in background", daemon=True).start()
    return await done
