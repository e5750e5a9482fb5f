"""Hashing passwords and PINs: one at a time beside the event loop, in turn, and with a bound on how many wait.

A hash costs 20 ms of a processor and 19 MiB on purpose, and anybody may ask for one: whoever is known, and each address
of whoever is not, has a place of its own in the queue, and where there is none the answer is no, at once.
"""

from __future__ import annotations

import asyncio
import base64
import os
import secrets
import sys
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

import argon2

from gymtui.names import spellings
from server.auth.source import Source

EACH: Final = 12  # of one source that wait at the most
MOST: Final = 32  # of all known, and of all strangers, that wait at the most: 0.64 s
GIVES_WAY: Final = 5  # by how much a hash is nicer than what the desks wait for

T = TypeVar("T")

COST: Final = (2, 19_456, 1)  # rounds, KiB and lanes of Argon2id: the smallest that OWASP names

hasher = argon2.PasswordHasher(*COST)


class Busy(Exception):
    """So many wait that one more would wait too long."""


class HashingLane:
    """One thread, and who waits for it: the known and the strangers by turns, and of each the sources by turns.

    `done` are the hashes that were worked out, `refused` those that there was no room for.
    """

    def __init__(self, name: str) -> None:
        self._thread = ThreadPoolExecutor(1, name, initializer=_give_way)
        self._queues: dict[bool, _Queue] = {False: OrderedDict(), True: OrderedDict()}  # of strangers, of the known
        self._was_known = False
        self._is_working = False
        self.done = 0
        self.refused = 0

    @property
    def waiting(self) -> int:
        return sum(map(_length, self._queues.values()))

    def refuse_if_full(self, source: Source) -> None:
        """Busy, and it is counted; what is asked of `run` in the same breath is not refused."""
        queue = self._queues[source.is_known]
        if _length(queue) >= MOST or len(queue.get(source.name, ())) >= EACH:
            self.refused += 1
            raise Busy

    async def run(self, source: Source, work: Callable[..., T], *texts: str) -> T:
        """What `work` makes of the texts, once it is this source's turn; Busy where there is no room to wait."""
        if self._is_working:
            self.refuse_if_full(source)
            await self._turn(source)
        self._is_working = True
        job = asyncio.get_running_loop().run_in_executor(self._thread, work, *texts)
        job.add_done_callback(self._worked)
        return await asyncio.shield(job)  # who asked may go, and the thread works on

    def close(self) -> None:
        self._thread.shutdown()

    async def _turn(self, source: Source) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queues[source.is_known].setdefault(source.name, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():  # it had come just now
                self._pass_on()
            raise

    def _worked(self, job: asyncio.Future[T]) -> None:
        self.done += 1
        if not job.cancelled():
            job.exception()  # is told to whoever asked, where that one is still there
        self._pass_on()

    def _pass_on(self) -> None:
        """It is the turn of the next who is still there; the kinds alternate, so that neither starves the other."""
        for is_known in (not self._was_known, self._was_known):
            while (turn := _first(self._queues[is_known])) is not None:
                if not turn.done():
                    self._was_known = is_known
                    turn.set_result(None)
                    return
        self._is_working = False


_Queue = OrderedDict[str, deque[asyncio.Future[None]]]


def _length(queue: _Queue) -> int:
    return sum(map(len, queue.values()))


def _first(queue: _Queue) -> asyncio.Future[None] | None:
    """Whoever is next, taken out; then it is another source's turn."""
    if not queue:
        return None
    name, turns = queue.popitem(last=False)
    turn = turns.popleft()
    if turns:
        queue[name] = turns
    return turn


def _give_way() -> None:
    """What desks wait for comes before a hash: on Linux a thread has a niceness of its own."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), GIVES_WAY)


# --- hashes -------------------------------------------------------------------------------------------------------


def hash_password(password: str) -> str:
    """Of the composed form (NFC); blocks for 20 ms."""
    return hasher.hash(next(spellings(password)))


def is_hash_of(stored: str, password: str) -> bool:
    """Is it, in any spelling? Blocks."""
    return any(_verifies(stored, spelled) for spelled in spellings(password))


def is_outdated(stored: str) -> bool:
    """Does it cost another amount than a hash of today?"""
    return hasher.check_needs_rehash(stored)


def stand_in(like: str) -> str:
    """The hash of nothing, which takes as long to compare with as the one that it is made like."""
    head, salt, digest = like.rsplit("$", 2)
    return "$".join((head, _made_up(len(salt)), _made_up(len(digest))))


def _verifies(stored: str, password: str) -> bool:
    try:
        return hasher.verify(stored, password)
    except argon2.exceptions.VerificationError:
        return False


def _made_up(length: int) -> str:
    return base64.b64encode(secrets.token_bytes(length)).decode()[:length]
