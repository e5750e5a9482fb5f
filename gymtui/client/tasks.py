"""Helpers for asyncio: tasks of which the first that ends is the end of all, a bound on a wait, work that blocks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from contextvars import Context
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


@asynccontextmanager
async def timeout(seconds: float) -> AsyncIterator[None]:
    """As `asyncio.timeout`, of which nothing is left once the wait is over. The loop keeps a cancelled timer, and the
    timer its caller's context, until the time has come: a screen that asked would stay in memory for so long.

    Raises:
        TimeoutError: It was longer than so many seconds.
    """
    async with asyncio.timeout(None) as bound:
        Context().run(bound.reschedule, asyncio.get_running_loop().time() + seconds)
        yield


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
