"""Correlates replies with requests, by id."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from gymtui.client.errors import Disconnected
from gymtui.protocol import Reply


class PendingReplies:
    """Requests that wait for their answer, by id."""

    def __init__(self) -> None:
        self._waiting: dict[str, asyncio.Future[Reply | Disconnected]] = {}

    @contextmanager
    def expect(self, id: str) -> Iterator[asyncio.Future[Reply | Disconnected]]:
        """The answer to `id`, for as long as somebody waits for it; ValueError where somebody does already."""
        if id in self._waiting:
            raise ValueError(f"The request {id} has been sent already and waits for its answer.")
        self._waiting[id] = asyncio.get_running_loop().create_future()
        try:
            yield self._waiting[id]
        finally:
            del self._waiting[id]

    def settle(self, id: str | None, answer: Reply | Disconnected) -> None:
        """The answer has come; one that nobody waits for (any more) is nothing to anyone."""
        waiting = self._waiting.get(id or "")
        if waiting is not None and not waiting.done():
            waiting.set_result(answer)

    def abandon(self, reason: Disconnected) -> None:
        """No answer will come to any of them."""
        for id in self._waiting:
            self.settle(id, reason)
