"""Supervision: the parts of the server that run for ever, as tasks; the first that ends is the end of the server."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine

log = logging.getLogger(__name__)


class Supervisor:
    """Runs the parts. `death` is the sentence about the first that has ended by itself, whether it failed, returned or
    was cancelled: a server without one of its parts would take commands and tell nobody."""

    def __init__(self) -> None:
        self.death: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.tasks: list[asyncio.Task[None]] = []

    def start(self, name: str, part: Coroutine[object, object, None]) -> None:
        """Runs `part`, which never ends by itself; `name` is what a person calls it."""
        task = asyncio.create_task(part, name=name)
        task.add_done_callback(self._ended)
        self.tasks.append(task)

    async def stop(self) -> None:
        """Ends all parts; from here on that is no death."""
        self.death.cancel()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if self.death.cancelled():
            return
        log.critical("a part of the server has died: %s", task.get_name(), exc_info=error)
        if not self.death.done():
            why = "it ended" if error is None else repr(error)
            sentence = f"The server has stopped, for a part of it has died ({task.get_name()}: {why})"
            self.death.set_result(f"{sentence}: please start it again; its log says where.")
