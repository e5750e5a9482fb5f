"""For programs that nobody sits in front of: they wait for the server, and end where only a person could go on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from gymtui.client.errors import AuthenticationProblem, Problem, StoppedProblem
from gymtui.client.service import WebSocketService


def needs_a_person(service: WebSocketService) -> asyncio.Future[None]:
    """Fails, once it is so, with the problem: a login that is refused, or a server that wants no more."""
    over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def problem(problem: Problem) -> None:
        if isinstance(problem, AuthenticationProblem | StoppedProblem) and not over.done():
            over.set_exception(problem)

    service.subscribe("problem", problem)
    return over


async def live(service: WebSocketService) -> None:
    """Waits until the service is connected, if it is not."""
    there = asyncio.Event()

    def changed(_: object) -> None:
        if service.state.phase == "live":
            there.set()

    unsubscribe: Callable[[], None] = service.subscribe("connection", changed)
    changed(None)
    try:
        await there.wait()
    finally:
        unsubscribe()
