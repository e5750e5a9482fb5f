"""For unattended programs (`tail`, `simulate`): they wait for the server, end where only a person could go on, and
unwind at SIGTERM and SIGHUP."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine

from gymtui.client.connection.service import WebSocketService
from gymtui.client.errors import AuthenticationProblem, Problem, StoppedProblem


def run_unattended(program: Coroutine[None, None, None]) -> None:
    """As `asyncio.run`; SIGTERM and SIGHUP unwind the program as Ctrl+C does, and then are its end (SystemExit)."""
    asked: list[int] = []

    async def unwinding() -> None:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()

        def end(number: int) -> None:
            if task is not None and not asked:  # a second one would break off the goodbye
                task.cancel()
            asked.append(number)

        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:
                loop.add_signal_handler(number, end, number)
        await program

    try:
        asyncio.run(unwinding())
    except asyncio.CancelledError:
        if not asked:
            raise
        raise SystemExit(128 + asked[0]) from None


def needs_a_person(service: WebSocketService) -> asyncio.Future[None]:
    """Fails, once it is so, with the problem: a login that is refused, or a server that wants no more."""
    over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def problem(problem: Problem) -> None:
        if isinstance(problem, AuthenticationProblem | StoppedProblem) and not over.done():
            over.set_exception(problem)

    service.subscribe("problem", problem)
    return over


async def until_live(service: WebSocketService) -> None:
    """Waits until the service is connected, if it is not."""
    there = asyncio.Event()

    def changed(_: object) -> None:
        if service.state.is_live:
            there.set()

    unsubscribe: Callable[[], None] = service.subscribe("connection", changed)
    changed(None)
    try:
        await there.wait()
    finally:
        unsubscribe()
