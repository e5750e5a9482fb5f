"""How the console ends: when it is asked to, by a signal too, or when its terminal goes away."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Callable
from typing import Final

from textual.worker import Worker

from gymtui.client.service import WebSocketService

logger = logging.getLogger(__name__)

GOODBYE: Final = 3.0  # seconds for a polite end of the connection


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


async def say_goodbye(service: WebSocketService, running: Worker[None] | None) -> None:
    """Ends the service, and waits for what runs it: a socket whose task is cancelled would close with an error code."""
    try:
        async with asyncio.timeout(GOODBYE):
            await service.close()
            if running is not None:
                await running.wait()
    except TimeoutError:
        logger.warning("The server did not say goodbye within %s s.", GOODBYE)
