"""What honest people do while somebody floods the server: how long each waits, and what is answered."""

from __future__ import annotations

import asyncio
import base64
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import AsyncExitStack
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from typing import Final, Self

import msgspec
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from gymtui import clock
from gymtui.sample.people import FIRST_NUMBER
from tests.floods.gym import PIN, Gym
from tests.floods.pouring import Ended
from tests.gym_kit import PASSWORD, token
from tests.websocket_server_kit import change_user

KNOWN: Final = "login, known desk"
NEW: Final = "login, new desk"
OVERRIDE: Final = "F8 with its PIN"
CHECK_IN: Final = "check-in"
REVOKED: Final = "disabled until closed"
EVERY: Final = {KNOWN: 0.25, NEW: 0.5, OVERRIDE: 0.25, CHECK_IN: 0.05, REVOKED: 1.0}  # seconds

BASIC: Final = "Authorization: Basic " + base64.b64encode(f"ana:{PASSWORD}".encode()).decode()


class Waits:
    """Of one thing that is done again and again: seconds each time, and what was answered how often."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.answers: Counter[str] = Counter()

    def p(self, percent: int) -> float:
        """A percentile, in seconds."""
        ordered = sorted(self.seconds)
        return ordered[-(-len(ordered) * percent // 100) - 1]

    def add(self, others: Waits) -> None:
        self.seconds += others.seconds
        self.answers += others.answers


class Honest:
    """Ana at two desks and logging in at others, and somebody who is disabled over and over."""

    def __init__(
        self, gym: Gym, office: ProcessPoolExecutor, desk: str, front: ClientConnection, side: ClientConnection
    ) -> None:
        self._gym = gym
        self._office = office
        self._desk = desk
        self._front = front
        self._side = side
        self._codes = (str(FIRST_NUMBER + number % len(gym.target.people)) for number in count())

    @classmethod
    async def at(cls, gym: Gym, stack: AsyncExitStack) -> Self:
        """Logged in, until the stack ends."""
        _, body = await gym.target.ask("/auth/token", BASIC, "Device-Token: none", tls=gym.target.tls)
        desk = f"Device-Token: {msgspec.json.decode(body)['device_token']}"
        front, side = [await stack.enter_async_context(gym.target.at("ana", desk=name)) for name in ("front", "side")]
        office = stack.enter_context(ProcessPoolExecutor(1, get_context("spawn")))  # with a clock of its own
        return cls(gym, office, desk, front, side)

    async def work(self, seconds: float) -> dict[str, Waits]:
        """All of it at once, each thing one after the other."""
        done: dict[str, Callable[[], Awaitable[tuple[float, str]]]] = {
            KNOWN: lambda: self._log_in(self._desk),
            NEW: self._log_in,
            OVERRIDE: lambda: self._give(self._side, {"reason": "renews tomorrow", "manager": "mia", "pin": PIN}),
            CHECK_IN: lambda: self._give(self._front),
            REVOKED: self._disable,
        }
        end = time.monotonic() + seconds
        waits = await asyncio.gather(*(self._again(EVERY[what], once, end) for what, once in done.items()))
        return dict(zip(done, waits, strict=True))

    async def _again(self, every: float, once: Callable[[], Awaitable[tuple[float, str]]], end: float) -> Waits:
        waits = Waits()
        while (began := time.monotonic()) < end:
            try:
                took, answer = await once()
            except Ended as error:
                took, answer = time.monotonic() - began, f"no answer: {type(error).__name__}"
            waits.seconds.append(took)
            waits.answers[answer] += 1
            await asyncio.sleep(max(0.0, began + every - time.monotonic()))
        return waits

    async def _log_in(self, *headers: str) -> tuple[float, str]:
        began = time.monotonic()
        status, _ = await self._gym.target.ask("/auth/token", BASIC, *headers, tls=self._gym.target.tls)
        return time.monotonic() - began, str(status)

    async def _give(self, socket: ClientConnection, override: dict[str, str] | None = None) -> tuple[float, str]:
        """Has a check-in done."""
        payload = {"code": next(self._codes)} | ({} if override is None else {"override": override})
        began = time.monotonic()
        await socket.send(
            msgspec.json.encode({"type": "check_in", "id": clock.new_id(), "payload": payload}), text=True
        )
        while b'"type":"reply"' not in (answer := await socket.recv(decode=False))[:40]:
            pass
        took = time.monotonic() - began
        return took, "ok" if b'"ok":true' in answer else msgspec.json.decode(answer)["payload"]["error"]["code"]

    async def _disable(self) -> tuple[float, str]:
        """Somebody at a desk may come in no more: how long until the connection is closed."""
        database, target, run = self._gym.database, self._gym.target, asyncio.get_running_loop().run_in_executor
        target.tokens["gone"] = await run(self._office, _enable, database)
        async with target.at("gone") as socket:
            while b'"connection_status"' not in await socket.recv(decode=False):
                pass
            await run(self._office, _disable, database)
            began = time.monotonic()
            try:
                while True:
                    await socket.recv()
            except ConnectionClosed:
                return time.monotonic() - began, str(socket.close_code)


def _enable(database: Path) -> str:
    """A token of somebody who may come in again."""
    change_user(database, "gone", disabled=False)
    return token(database, "gone")


def _disable(database: Path) -> None:
    change_user(database, "gone", disabled=True)
