"""Group commit: the store behind threads, one that writes and three that read; the event loop waits for no disk.

After a quiet spell a work is committed at once. Under load, all that has come in since the last commit shares the next:
one write to the disk, however many commands; but of one user so many and no more, or all others would wait for them.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Final, ParamSpec, TypeVar

from msgspec import Struct

from gymtui.protocol import ErrorBody
from server.store import Committed, Outcome, Store, StoreUnavailable, Transaction, Work
from server.store.commit_pacing import GAP, CommitPacing
from server.store.reading import Reading, Reads
from server.store.threads import ThreadDied, start_thread
from server.store.turns import Turns

log = logging.getLogger(__name__)

MAX_GROUP: Final = 2000  # works in one commit at the most,
OF_ONE: Final = 100  # of each user: 10 to 20 ms
FAILURE_COUNTS: Final = 5.0  # seconds that /readyz says no after a failed commit: clients try again within them
COMMIT_COUNTS: Final = 1.0  # seconds that /readyz trusts a commit and writes no probe: to ask often costs no disk

Done = Callable[[Outcome], None]
Timed = Callable[[float, bool], object]
"""Told of each commit, in the thread that writes: how many seconds it took, and whether it failed."""
Result = TypeVar("Result")
Params = ParamSpec("Params")


class Unasked(Struct, frozen=True):
    """Work that the server does by itself: that it fails keeps nobody waiting."""

    do: Callable[[Transaction], None]

    def __call__(self, tx: Transaction) -> None:
        self.do(tx)


class GroupCommit:
    """One writing thread, the reading ones, and the store that nothing else uses while they run.

    `on_commit` is called on the event loop for every commit, after the `done` of each of its works, in order.
    """

    def __init__(
        self,
        store: Store,
        on_commit: Callable[[Committed], None],
        *,
        gap: float = GAP,
        timed: Timed = lambda _, __: None,
    ) -> None:
        self.store = store
        self._timed = timed
        self._on_commit = on_commit
        self._pacing = CommitPacing(gap)
        self._waiting = Turns[tuple[Work, Done]]()
        self._loop = asyncio.get_running_loop()
        self._death: asyncio.Future[None] = self._loop.create_future()
        self._failure: tuple[str, float] | None = None  # why the last commands failed, and when
        self._committed_at = -COMMIT_COUNTS
        self._taken: list[tuple[Work, Done]] = []  # by the writer, and not answered yet
        self._is_writable = True
        self._reading = Reading(store, self._died)
        self._writer = start_thread("writer", self._write_on, self._writer_died)

    async def watch(self) -> None:
        """For as long as all threads live; ThreadDied once one does not."""
        await asyncio.shield(self._death)

    def submit(self, work: Work, done: Done, *, user: str = "") -> None:
        """Has `work` of that user done in the next commit, behind what is the user's already; `done` hears of it on the
        event loop, once it is on disk."""
        if self._is_writable:
            self._waiting.put(user, (work, done))
        else:
            self._loop.call_soon(done, _unwritable())

    async def write(self, work: Work) -> Outcome:
        """Does `work` and waits until it is on disk."""
        future: asyncio.Future[Outcome] = self._loop.create_future()

        def done(outcome: Outcome) -> None:
            if not future.done():  # whoever waited may have gone
                future.set_result(outcome)

        self.submit(work, done)
        return await future

    async def query(self, look: Callable[Params, Result], *args: Params.args, **kwargs: Params.kwargs) -> Result:
        """One of the store's queries that the server needs itself: it waits for no client's."""
        return await self._reading.own(partial(look, *args, **kwargs))

    def reads_of(self, user: str) -> Reads:
        """The queries of that user's clients."""
        return Reads(self._reading, user)

    async def probe(self) -> str | None:
        """Why a command would not be on disk just now; None where it would. For /readyz.

        A commit within `COMMIT_COUNTS` is proof enough; else a probe is committed. A failure of real commands counts
        for `FAILURE_COUNTS` even where the probe succeeds: it is small, and finds room on a disk that is full for them.
        """
        if time.monotonic() - self._committed_at >= COMMIT_COUNTS:
            outcome = await self.write(_touch)
            if outcome.error is not None:
                return outcome.error.message
        sentence, at = self._failure or (None, 0.0)
        return sentence if time.monotonic() - at < FAILURE_COUNTS else None

    async def close(self) -> None:
        """Commits what is waiting, ends the threads, closes the store."""
        self._waiting.end()
        await self._loop.run_in_executor(None, self._writer.join)
        await self._reading.close()
        self._death.cancel()
        self.store.close()

    # --- a thread that dies ---------------------------------------------------------------------------------------

    def _died(self, name: str, error: BaseException) -> None:
        if not self._death.done():
            death = ThreadDied(f"{name}: {error!r}")
            death.__cause__ = error
            self._death.set_exception(death)

    def _writer_died(self, name: str, error: BaseException) -> None:
        """Nobody is left without an answer: what waited is to be sent again, and done once, by the next server."""
        self._is_writable = False
        waiting = self._taken + self._waiting.some(sys.maxsize, sys.maxsize)
        self._deliver([done for _, done in waiting], [_unwritable()] * len(waiting), None)
        self._died(name, error)

    # --- the writing thread ---------------------------------------------------------------------------------------

    def _write_on(self) -> None:
        is_behind = False
        while self._waiting.wait():
            if not is_behind and (rest := self._pacing.rest(time.monotonic())) > 0:
                time.sleep(rest)
            group = self._taken = self._waiting.some(OF_ONE, MAX_GROUP)
            is_behind = len(self._waiting) > 0
            self._commit(group)
            self._pacing.committed(len(group), time.monotonic())

    def _commit(self, group: list[tuple[Work, Done]]) -> None:
        began = time.monotonic()
        try:
            outcomes, committed = self.store.write([work for work, _ in group])
        except StoreUnavailable as unavailable:
            self._timed(time.monotonic() - began, True)
            if not all(isinstance(work, Unasked) for work, _ in group):
                self._note_failure(str(unavailable))
            self._report(group, [_failed("storage_unavailable", str(unavailable), retryable=True)] * len(group), None)
        except Exception:  # whatever one work does, the thread that writes for everyone goes on
            if len(group) > 1:  # one of them is bad, and its neighbours must not suffer for it
                for job in group:
                    self._commit([job])
                return
            log.exception("a command failed")
            self._report(group, [_failed("internal", "The server could not do that; its log says why.")], None)
        else:
            self._timed(time.monotonic() - began, False)
            if committed.rows or any(work is _touch for work, _ in group):  # else it may have needed no disk
                self._committed_at = time.monotonic()
            if committed.rows and self._failure is not None:
                log.warning("The database takes commands again.")
                self._failure = None
            self._report(group, outcomes, committed)

    def _note_failure(self, sentence: str) -> None:
        """Keeps it for `probe`, and logs it once: clients try what has failed again and again."""
        if self._failure is None or self._failure[0] != sentence:
            log.error("%s Commands wait for it.", sentence)
        self._failure = sentence, time.monotonic()

    def _report(self, group: list[tuple[Work, Done]], outcomes: list[Outcome], committed: Committed | None) -> None:
        self._taken = self._taken[len(group) :]
        self._loop.call_soon_threadsafe(self._deliver, [done for _, done in group], outcomes, committed)

    def _deliver(self, dones: list[Done], outcomes: list[Outcome], committed: Committed | None) -> None:
        for done, outcome in zip(dones, outcomes, strict=True):
            try:
                done(outcome)
            except Exception:  # it is one client's answer, and the others wait for theirs
                log.exception("an answer could not be given")
        if committed is not None:
            try:
                self._on_commit(committed)
            except Exception as error:  # noqa: BLE001  it ends the server
                self._died("what tells everyone", error)


_touch: Final = Unasked(lambda tx: tx.touch())


def _unwritable() -> Outcome:
    return _failed("storage_unavailable", "The server can write no longer, and stops: send it again.", retryable=True)


def _failed(code: str, message: str, *, retryable: bool = False) -> Outcome:
    return Outcome(error=ErrorBody(code=code, message=message, retryable=retryable))
