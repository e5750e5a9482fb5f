"""A terminal at the far end of a narrow line, on which piles up what it cannot carry yet: sshd takes megabytes."""

from __future__ import annotations

import asyncio
import os
import re
from contextlib import suppress
from typing import Final

from tests.measured_programs import Tap

WINDOW: Final = 2 << 20  # bytes that sshd takes for a client that does not read
AWAY: Final = 0.05  # seconds that a key or an answer takes
SLICE: Final = 0.025  # seconds
BEGUN: Final = re.compile(rb"\x1b(\[[^@-~]*)?\Z")  # a sequence whose end is still to come


class NarrowTerminal(Tap):
    """`rate` bytes a second arrive; 0: it has been stopped. `late` is how many there are on the line."""

    rate = 960

    def __init__(self, *terminal: object) -> None:
        super().__init__(*terminal)  # type: ignore[arg-type]  # whatever it takes
        self._line = bytearray()
        self._begun = b""
        self._due: float | None = None  # when the next slice arrives

    @property
    def late(self) -> int:
        return len(self._line)

    def _read(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            self._line += os.read(self._fd, 65536)
        except OSError:  # the other end is closed
            loop.remove_reader(self._fd)
        if len(self._line) > WINDOW:
            loop.remove_reader(self._fd)
        if self._due is None:
            self._due = loop.time()
            self._arrive()

    def _arrive(self) -> None:
        """The next slice, and so on until there is none."""
        count, was_full = int(self.rate * SLICE), len(self._line) > WINDOW
        come, self._line = self._begun + self._line[:count], self._line[count:]
        self._begun = begun[0] if (begun := BEGUN.search(come)) else b""
        self._show(bytes(come[: len(come) - len(self._begun)]))
        loop = asyncio.get_running_loop()
        if was_full and len(self._line) <= WINDOW:
            loop.add_reader(self._fd, self._read)
        if self._line and self._due is not None:
            self._due += SLICE
            loop.call_at(self._due, self._arrive)
        else:
            self._due = None

    def _send(self, data: bytes) -> None:
        asyncio.get_running_loop().call_later(AWAY, self._goes, data)

    def _goes(self, data: bytes) -> None:
        with suppress(OSError):  # the terminal is gone by now
            os.write(self._fd, data)
