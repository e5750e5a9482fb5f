"""A real pseudo-terminal with a program in it, and what a person would see there."""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, Self

import pyte

GYMTUI: Final = (sys.executable, "-m", "gymtui.cli")
BETWEEN: Final = 0.15  # seconds between two codes; lines that are read at once are one text
WITHIN = 20.0  # seconds that a test waits for what must come
FRAMES: Final = 2026  # the mode of a terminal that shows a frame once the whole of it has come
ASKED: Final = b"\x1b[?2026$p"  # does this terminal have it?
ANSWER: Final = b"\x1b[?2026;2$y"
NEVER_HEARD_OF_IT: Final = b"\x1b[?2026;0$y"

Drawn = Callable[[pyte.Screen], None]


class _Framed(pyte.Screen):
    """Calls `drawn` with itself at the end of every frame."""

    def __init__(self, columns: int, rows: int, drawn: Drawn) -> None:
        super().__init__(columns, rows)
        self._drawn = drawn

    def reset_mode(self, *modes: int, **kwargs: Any) -> None:
        super().reset_mode(*modes, **kwargs)
        if FRAMES in modes and kwargs.get("private"):
            self._drawn(self)


class Terminal:
    """`gymtui ARGUMENTS` at a size; `text` is the screen as it stands, `drawn` sees every whole frame."""

    def __init__(self, process: subprocess.Popen[bytes], fd: int, columns: int, rows: int, drawn: Drawn) -> None:
        self.process = process
        self._fd = fd
        self._screen = _Framed(columns, rows, drawn)
        self._stream = pyte.ByteStream(self._screen)
        self._changed = asyncio.Event()
        self.bytes = 0
        self._begun = b""
        self.answer = ANSWER  # as most terminals do

    @classmethod
    @asynccontextmanager
    async def run(
        cls,
        *arguments: str,
        columns: int,
        rows: int,
        environment: Mapping[str, str] | None = None,
        drawn: Drawn = lambda _: None,
        program: Sequence[str] = GYMTUI,
    ) -> AsyncIterator[Self]:
        """Starts the program, and kills it at the end of the block."""
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        process = subprocess.Popen(
            [*program, *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            env={**os.environ, "TERM": "xterm-256color", **(environment or {})},
        )
        os.close(slave)
        terminal = cls(process, master, columns, rows, drawn)
        loop = asyncio.get_running_loop()
        loop.add_reader(master, terminal._read)
        try:
            yield terminal
        finally:
            loop.remove_reader(master)
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            os.close(master)

    def _read(self) -> None:
        try:
            data = os.read(self._fd, 65536)
        except OSError:  # the other end is closed
            data = b""
        if not data:
            asyncio.get_running_loop().remove_reader(self._fd)
        self._show(data)

    def _show(self, data: bytes) -> None:
        """What has come to the terminal stands there, and its questions are answered."""
        self.bytes += len(data)
        *asked, begun = (self._begun + data).split(ASKED)
        self._begun = begun[1 - len(ASKED) :]  # a question may come in two pieces
        if self.answer and asked:
            self._send(self.answer * len(asked))
        # pyte does not know these: the private modes of the kitty protocol and DCS answers
        self._stream.feed(re.sub(rb"\x1b\[[<>=][\d;]*[a-zA-Z]|\x1bP[^\x1b]*\x1b\\", b"", data))
        self._changed.set()

    @property
    def lines(self) -> list[str]:
        """The screen, a line each, without spaces at the end."""
        return [line.rstrip() for line in self._screen.display]

    @property
    def text(self) -> str:
        """The screen in one piece."""
        return "\n".join(self.lines)

    def _send(self, data: bytes) -> None:
        os.write(self._fd, data)

    def type(self, text: str) -> None:
        """Keys in one write, as a scanner or a fast hand sends them."""
        self._send(text.encode())

    async def scan(self, code: str) -> None:
        """A card, as soon behind the one before as a reader can."""
        await self.rest()
        self.type(f"{code}\r")

    async def rest(self) -> None:
        """As long as nobody can press another key, and any reader has."""
        await asyncio.sleep(BETWEEN)

    def resize(self, columns: int, rows: int) -> None:
        """The window has another size from now on."""
        self._screen.resize(rows, columns)
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.kill(self.process.pid, signal.SIGWINCH)

    async def until(self, pattern: str) -> re.Match[str]:
        """Waits until the screen shows what the pattern means; the screen is in the failure."""
        try:
            async with asyncio.timeout(WITHIN):
                while (found := re.search(pattern, self.text, re.MULTILINE)) is None:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise AssertionError(f"{pattern!r} never came up:\n{self.text}") from None
        return found

    async def ended(self) -> int:
        """Waits until the program has ended; its exit code."""
        async with asyncio.timeout(WITHIN):
            return await asyncio.to_thread(self.process.wait)
