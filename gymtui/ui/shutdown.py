"""How the console ends: when it is asked to, by a signal too, or when its terminal goes away."""

from __future__ import annotations

import asyncio
import logging
import os
import select
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final, TextIO

from textual.worker import Worker, WorkerError

from gymtui.client.connection.service import WebSocketService

logger = logging.getLogger(__name__)

GOODBYE: Final = 3.0  # seconds for a polite end of the connection


class OutlastingTerminal:
    """The file that the screens are written to, also where the terminal behind it has gone before anybody could say so.
    Textual's writing thread would end at the first error, and the screens then wait for it for ever."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def write(self, text: str) -> int:
        with suppress(OSError):
            return self._file.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._file.flush()


@contextmanager
def outlasting_terminal() -> Iterator[None]:
    """While the screens are there, their output (Textual takes the interpreter's own stderr) outlasts the terminal."""
    own = sys.__stderr__
    if own is not None:
        setattr(sys, "__stderr__", OutlastingTerminal(own))  # noqa: B010  it is declared as final
    try:
        yield
    finally:
        setattr(sys, "__stderr__", own)  # noqa: B010


def leave_on_signals(leave: Callable[[], object]) -> None:
    """Calls `leave` in the running loop, once: at SIGTERM, at SIGHUP, and where the terminal goes without a signal."""
    loop = asyncio.get_running_loop()
    asked: list[bool] = []
    # A handler takes no lock: the next signal may come while it has it, and its own handler would wait for that for
    # ever. Hence a list, and no `threading.Event`.
    gone: list[bool] = []

    def leave_once() -> None:
        if not asked:
            asked.append(True)
            leave()

    def terminal_gone(*_: object) -> None:
        # Textual would wait for ever for a terminal that takes nothing, and start anew at the SIGCONT that the kernel
        # sends along: hence at once, in the handler itself.
        if gone:
            return
        gone.append(True)
        signal.signal(signal.SIGCONT, signal.SIG_IGN)
        nothing = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(nothing, standard)
        with suppress(RuntimeError):  # the loop is closed: it has been left already
            loop.call_soon_threadsafe(leave_once)

    loop.add_signal_handler(signal.SIGTERM, leave_once)
    signal.signal(signal.SIGHUP, terminal_gone)
    threading.Thread(target=_hang_up, args=(gone,), name="terminal", daemon=True).start()


def _hang_up(gone: Sequence[bool]) -> None:
    """A terminal that is not this session's own sends no signal when it goes; then this is the one."""
    if hangs_up(0) and not gone:
        os.kill(os.getpid(), signal.SIGHUP)


def hangs_up(terminal: int) -> bool:
    """Waits for the end of the terminal behind this file descriptor; False at once where it cannot be waited for."""
    watched = select.poll()
    watched.register(terminal, 0)  # nothing but its end
    return any(event & select.POLLHUP for _, event in watched.poll())  # Darwin polls no /dev/tty: POLLNVAL


async def say_goodbye(service: WebSocketService, running: Worker[None] | None) -> None:
    """Ends the service, and waits for what runs it: a socket whose task is cancelled would close with an error code.
    What failed before then has been told, and what was stopped is over: neither is a reason to stay."""
    try:
        async with asyncio.timeout(GOODBYE):
            await service.close()
            if running is not None:
                await running.wait()
    except TimeoutError:
        logger.warning("The server did not say goodbye within %s s.", GOODBYE)
    except WorkerError as failed:
        logger.info("There is no goodbye to wait for: %s", failed)
