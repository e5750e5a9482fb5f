"""How the console ends when it is asked to by a signal, or when its terminal goes away."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable


def leave_on_signals(leave: Callable[[], object]) -> None:
    """Calls `leave` in the running loop for SIGTERM and SIGHUP."""
    loop = asyncio.get_running_loop()

    def terminal_gone(*_: object) -> None:
        # Textual would wait for ever for a terminal that takes nothing, and start anew at the SIGCONT that the kernel
        # sends along: hence at once, in the handler itself.
        signal.signal(signal.SIGCONT, signal.SIG_IGN)
        nothing = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(nothing, standard)
        loop.call_soon_threadsafe(leave)

    loop.add_signal_handler(signal.SIGTERM, leave)
    signal.signal(signal.SIGHUP, terminal_gone)
