"""Progress of long work at a terminal, and Ctrl+C that ends it where it can end cleanly."""

from __future__ import annotations

import signal
import sys
from types import TracebackType
from typing import Final, Self

from gymtui.printable import printable

EVERY: Final = 500  # things between two looks at the line


class Progress:
    """Says on stderr, where that is a terminal, how many things are done.

    Within its block Ctrl+C raises no KeyboardInterrupt: `go_on` says no from then on, so that the work ends between two
    commits and can tell how far it came. To be used in the main thread, which alone may set a signal's handler.
    """

    def __init__(self, things: str) -> None:
        self._things = things
        self._shown = ""
        self.is_interrupted = False

    def __enter__(self) -> Self:
        self._hears = signal.getsignal(signal.SIGINT) is signal.default_int_handler
        if self._hears:
            signal.signal(signal.SIGINT, self._interrupt)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._hears:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        self._show("")

    def go_on(self, done: int, total: int) -> bool:
        """Whether to; `done` things of `total` are."""
        if done and done % EVERY == 0:
            self._show(f"{done:,} of {total:,} {self._things}")
        return not self.is_interrupted

    def _show(self, text: str) -> None:
        if sys.stderr.isatty() and text != self._shown:
            print(f"\r{printable(text):{len(self._shown)}}", end="" if text else "\r", file=sys.stderr, flush=True)
            self._shown = text

    def _interrupt(self, *_: object) -> None:
        self.is_interrupted = True
