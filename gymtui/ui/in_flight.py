"""Does the last frame stand on the terminal already? It is asked behind each one, and answers once it has read so far.

Over SSH whatever was written lies in buffers on the way, megabytes of them, and nobody can take it back: a screen would
show what was true half a minute ago. So the next frame is drawn only then, of what is true by then; whatever was
overtaken meanwhile is never sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

QUESTION: Final = "\x1b[?2026$p"  # DECRQM: does it show a frame once the whole of it has come?
AGAIN: Final = 5.0  # seconds without an answer: it is asked again, in case that one was lost
BEHIND: Final = 1.0  # seconds behind an answer in which those to the questions before come, or were lost
MUTE: Final = 10.0  # seconds without an answer since somebody typed there: it is another terminal now, and has none
LATE: Final = 1.0  # seconds that a frame takes over a line that is slow


class Loop(Protocol):
    """As much of an event loop as it takes."""

    def time(self) -> float: ...
    def call_later(self, delay: float, callback: Callable[[], object]) -> asyncio.TimerHandle: ...


class InFlight:
    """What was written and is not answered yet, to a terminal that does answer. `ask` writes the `QUESTION`; `arrived`
    is called once all that was written stands there, and may write more."""

    def __init__(self, loop: Loop, ask: Callable[[], object], arrived: Callable[[], object]) -> None:
        self._loop = loop
        self._ask = ask
        self._arrived = arrived
        self._open = 0  # questions
        self._timer: asyncio.TimerHandle | None = None
        self._typed: float | None = None  # when somebody first did while a question was open
        self._is_mute = False
        self._written = 0.0
        self._took = (0.0, 0.0)  # the last two frames

    @property
    def is_nothing(self) -> bool:
        return self._open == 0

    @property
    def seconds(self) -> int:
        """How long a frame takes, where that is long; a single one may have been larger than others."""
        took = min(self._took)
        return int(took) if took >= LATE else 0

    def written(self) -> None:
        """A frame."""
        if not self._is_mute:
            self._written = self._loop.time()
            self._put()

    def _put(self) -> None:
        self._open += 1
        self._ask()
        self._wait(AGAIN, self._missed)

    def _missed(self) -> None:
        self._is_mute = self._typed is not None and self._loop.time() - self._typed >= MUTE
        if self._is_mute:
            self._over()
        else:
            self._put()

    def typed(self) -> None:
        """Somebody is at that terminal."""
        if self._open and self._typed is None:
            self._typed = self._loop.time()

    def answered(self) -> None:
        """Answers do not say to which question, but come in their order."""
        self._is_mute, self._typed = False, None
        if not self._open:
            return  # it was somebody else's question
        self._open -= 1
        if self._open:
            self._wait(BEHIND, self._over)
        else:
            self._over()

    def _over(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._open, self._typed = 0, None
        self._took = (self._took[1], self._loop.time() - self._written)
        self._arrived()

    def _wait(self, seconds: float, then: Callable[[], object]) -> None:
        """For nothing else than that."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(seconds, then)
