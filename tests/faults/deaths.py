"""How somebody is killed who shares a process with others.

Who is killed stops at once, at a fault point or between two: from there on every point that it passes raises `Killed`,
so that nothing more of it reaches a disk or a line; then its files are closed as they are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

SERVER: Final = "server"

_actor: ContextVar[str] = ContextVar("actor", default=SERVER)


class Killed(BaseException):
    """This one is dead: nothing may catch it and go on."""


def but_deaths(error: BaseException) -> BaseException | None:
    """What there is of an error beside that somebody was killed."""
    if isinstance(error, BaseExceptionGroup):
        return error.split((Killed, asyncio.CancelledError))[1]
    was_killed = isinstance(error, Killed | asyncio.CancelledError) or isinstance(error.__cause__, Killed)
    return None if was_killed else error


class Deaths:
    """The plan for every fault point: who is to die where, and who is dead."""

    def __init__(self) -> None:
        self.dead: set[str] = set()
        self._next: dict[str, str | None] = {}

    def at(self, actor: str, point: str) -> None:
        """It dies when it passes this point the next time."""
        self._next[actor] = point

    def spare(self) -> None:
        """Nobody is to die any more."""
        self._next.clear()

    def revive(self, actor: str) -> None:
        """It is started again, and nothing is planned for it."""
        self.dead.discard(actor)
        self._next.pop(actor, None)

    def __call__(self, point: str) -> None:
        actor = _actor.get()
        if self._next.get(actor) == point:
            del self._next[actor]
            self.dead.add(actor)
        if actor in self.dead:
            raise Killed


@contextmanager
def acting(name: str) -> Iterator[None]:
    """What is done in the block, and every task that begins there, is done by this one."""
    before = _actor.set(name)
    try:
        yield
    finally:
        _actor.reset(before)
