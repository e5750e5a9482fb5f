"""Supervised threads: one that dies tells the event loop what of, and keeps nobody waiting for an answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from threading import Thread

OnDeath = Callable[[str, BaseException], None]


class ThreadDied(Exception):
    """A thread has ended that should not have; its cause is what it died of."""


def start_thread(name: str, run: Callable[[], None], on_death: OnDeath) -> Thread:
    """Runs `run` in a thread; `on_death` hears on the running event loop of whatever it raises, SystemExit too."""
    loop = asyncio.get_running_loop()

    def supervised() -> None:
        try:
            run()
        except BaseException as error:  # noqa: BLE001  a thread dies of all of them alike, and its death is told
            loop.call_soon_threadsafe(on_death, name, error)

    thread = Thread(target=supervised, name=name, daemon=True)
    thread.start()
    return thread
