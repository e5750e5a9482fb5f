"""Leaving, when what there was to wait for has been stopped already."""

from __future__ import annotations

import asyncio
from typing import cast

from textual.app import App
from textual.worker import Worker, WorkerCancelled

from gymtui.client import WebSocketService
from gymtui.ui.screens.history import come
from gymtui.ui.shutdown import say_goodbye
from tests.ui_fakes import FakeService


class Stopped(Worker[object]):
    """Cancelled while somebody waits for it: leaving was asked for twice, or a newer question took its place."""

    def __init__(self) -> None:
        super().__init__(App[None](), asyncio.Event().wait)

    async def wait(self) -> object:
        raise WorkerCancelled("Worker was cancelled, and did not complete.")


async def test_a_goodbye_waits_for_no_connection_that_was_stopped() -> None:
    service = FakeService()
    await say_goodbye(cast("WebSocketService", service), cast("Worker[None]", Stopped()))
    assert service.closed.is_set()


async def test_nobody_waits_for_a_question_that_was_stopped() -> None:
    await come([Stopped()])
