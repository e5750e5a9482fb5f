"""The reading threads: one for what the server itself follows, one for short answers, one for those that take long.

An answer is looked for among the short ones first, for a moment; what is not found by then is looked for anew among
the long ones, and given up there in the end. In either, each user has one turn after the other, however much one asks.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from functools import partial
from typing import Any, Final, ParamSpec, TypeVar

from gymtui.protocol import ANSWER_WITHIN
from server.store.errors import StoreUnavailable, TooLong
from server.store.interface import Store
from server.store.threads import OnDeath, start_thread
from server.store.turns import Turns

Result = TypeVar("Result")
Params = ParamSpec("Params")

SHORT: Final = 0.05  # seconds: who is behind it waits no longer
# Seconds that a thread works on while another one waits. With Python's own 5 ms the writer, which lets go of the
# interpreter at each of its statements, waits so long at each of them while somebody's long answer is looked for.
TURN: Final = 0.0005

Job = tuple[asyncio.Future[Any], Callable[[], object]]


class ReadingThread:
    """Runs queries one after the other, each answered to whoever waits for it."""

    def __init__(self, on_death: OnDeath) -> None:
        self._loop = asyncio.get_running_loop()
        self._turns = Turns[Job]()
        self._open: set[asyncio.Future[Any]] = set()
        self._is_dead = False
        self._on_death = on_death
        self._thread = start_thread("reader", self._read_on, self._died)

    async def query(self, asker: str, look: Callable[[], Result]) -> Result:
        """What `look` gives, in the turn of `asker`; StoreUnavailable where the thread has died."""
        if self._is_dead:
            raise _unreadable()
        future: asyncio.Future[Result] = self._loop.create_future()
        self._open.add(future)
        future.add_done_callback(self._open.discard)
        self._turns.put(asker, (future, look))
        return await future

    async def close(self) -> None:
        """Answers what is waiting, and ends the thread."""
        self._turns.end()
        await self._loop.run_in_executor(None, self._thread.join)

    def _read_on(self) -> None:
        while (job := self._turns.take()) is not None:
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


class Reading:
    """All reading threads, over one store."""

    def __init__(self, store: Store, on_death: OnDeath) -> None:
        sys.setswitchinterval(TURN)
        self._store = store
        self._own, self._short, self._long = (ReadingThread(on_death) for _ in range(3))

    async def own(self, look: Callable[[], Result]) -> Result:
        """What the server itself needs: it waits for nobody's query."""
        return await self._own.query("", look)

    async def answer(self, asker: str, look: Callable[[], Result]) -> Result:
        """What a client of the user `asker` has asked for. TooLong where it took longer than `ANSWER_WITHIN`."""
        try:
            return await self._short.query(asker, partial(self._within, SHORT, look))
        except TooLong:
            return await self._long.query(asker, partial(self._within, ANSWER_WITHIN, look))

    async def close(self) -> None:
        for thread in (self._own, self._short, self._long):
            await thread.close()

    def _within(self, seconds: float, look: Callable[[], Result]) -> Result:
        with self._store.within(seconds):
            return look()


class Reads:
    """The queries of one user: each one of the store's, with its arguments."""

    def __init__(self, reading: Reading, asker: str) -> None:
        self._reading = reading
        self._asker = asker

    async def __call__(self, look: Callable[Params, Result], *args: Params.args, **kwargs: Params.kwargs) -> Result:
        return await self._reading.answer(self._asker, partial(look, *args, **kwargs))


def _settle(future: asyncio.Future[Any], settle: Callable[[Any], None], value: object) -> None:
    if not future.done():  # whoever waited may have gone
        settle(value)


def _unreadable() -> StoreUnavailable:
    return StoreUnavailable("The server can read its database no longer, and stops.")
