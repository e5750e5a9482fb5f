"""For unattended programs (`tail`, `simulate`): they wait for the server, ask it, end where only a person could go on,
and unwind at SIGTERM and SIGHUP."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine
from typing import Final, TypeVar

from gymtui import codec
from gymtui.client.connection.reconnect import asked_for
from gymtui.client.connection.service import WebSocketService
from gymtui.client.errors import AuthenticationProblem, Problem, RequestRefused, StoppedProblem
from gymtui.errors import GymError
from gymtui.protocol import Request

AGAIN: Final = 1.0  # seconds until a question that the server could not answer just then is asked again

T = TypeVar("T")


class NoAnswer(GymError):
    """The server has said no, or what cannot be read."""


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


async def ask(service: WebSocketService, request: Request, kind: type[T]) -> T:
    """What the server answers, also where it says first to come again. NoAnswer; Disconnected."""
    while True:
        try:
            return codec.convert(await service.request(request), kind)
        except codec.Unreadable as unreadable:
            step = "please check the address, and that both ends are of today"
            raise NoAnswer(f"What the server answers to {request.type} is no answer ({unreadable}): {step}.") from None
        except RequestRefused as refused:
            if not refused.body.retryable:
                raise NoAnswer(f"The server does not answer {request.type}: {refused}") from refused
            await asyncio.sleep(asked_for(refused.body, AGAIN))
