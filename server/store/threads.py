"""Supervised threads: one that dies tells the event loop what of, and keeps nobody waiting for an answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from queue import SimpleQueue
from threading import Thread
from typing import Any, ParamSpec, TypeVar

from server.store.errors import StoreUnavailable

Result = TypeVar("Result")
Params = ParamSpec("Params")

OnDeath = Callable[[str, BaseException], None]


class ThreadDied(Exception):
    """A thread has ended that should not have; its cause is what it died of."""


def start_thread(name: str, run: Callable[[], None], on_death: OnDeath) -> Thread:
    """Runs `run` in a thread; `on_death` hears on the running event loop of whatever it raises, SystemExit too."""
    loop = asyncio.get_running_loop()

    def supervised() -> None:
        try:
            run()
        except BaseException as error:  # noqa: BLE001  a thread dies of all of them alike, and its death is told
            loop.call_soon_threadsafe(on_death, name, error)

    thread = Thread(target=supervised, name=name, daemon=True)
    thread.start()
    return thread


class ReadingThread:
    """Runs queries one after the other, each answered to whoever waits for it."""

    def __init__(self, on_death: OnDeath) -> None:
        self._loop = asyncio.get_running_loop()
        self._jobs: SimpleQueue[tuple[asyncio.Future[Any], Callable[[], object]] | None] = SimpleQueue()
        self._open: set[asyncio.Future[Any]] = set()
        self._is_dead = False
        self._on_death = on_death
        self._thread = start_thread("reader", self._read_on, self._died)

    async def query(self, look: Callable[Params, Result], *args: Params.args, **kwargs: Params.kwargs) -> Result:
        """What `look` gives; StoreUnavailable where the thread has died."""
        if self._is_dead:
            raise _unreadable()
        future: asyncio.Future[Result] = self._loop.create_future()
        self._open.add(future)
        future.add_done_callback(self._open.discard)
        self._jobs.put((future, partial(look, *args, **kwargs)))
        return await future

    async def close(self) -> None:
        """Answers what is waiting, and ends the thread."""
        self._jobs.put(None)
        await self._loop.run_in_executor(None, self._thread.join)

    def _read_on(self) -> None:
        while (job := self._jobs.get()) is not None:
            future, look = job
            if future.cancelled():
                continue
            try:
                result = look()
            except Exception as error:  # noqa: BLE001  it is raised where somebody waits
                self._loop.call_soon_threadsafe(_settle, future, future.set_exception, error)
            else:
                self._loop.call_soon_threadsafe(_settle, future, future.set_result, result)

    def _died(self, name: str, error: BaseException) -> None:
        self._is_dead = True
        for future in list(self._open):
            _settle(future, future.set_exception, _unreadable())
        self._on_death(name, error)


def _settle(future: asyncio.Future[Any], settle: Callable[[Any], None], value: object) -> None:
    if not future.done():  # whoever waited may have gone
        settle(value)


def _unreadable() -> StoreUnavailable:
    return StoreUnavailable("The server can read its database no longer, and stops.")
