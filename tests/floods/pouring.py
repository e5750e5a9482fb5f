"""What all floods have in common: at whom, how much of it, at what pace, and what was answered."""

from __future__ import annotations

import asyncio
import os
import ssl
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from itertools import count
from typing import Final, Literal
from urllib.parse import urlsplit

from msgspec import Struct
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

ANSWERED_WITHIN: Final = 20.0  # seconds
AT_ONCE: Final = 1000  # tries of one flood that wait for their answers: it has so many ports
GIVES_WAY: Final = 10  # a flood comes from other machines, and takes nothing of the server's

# No answer, one that is cut short, or a line that takes no more.
Ended: Final = (OSError, EOFError, ValueError, IndexError, TimeoutError, RuntimeError, WebSocketException)


class Target(Struct, frozen=True, kw_only=True):
    """A server, and what a flood may know: the tokens of whom it has the logins of, wrong ones, the members' ids."""

    url: str
    ca: str | None
    tokens: dict[str, str]
    wrong: tuple[str, ...]
    people: tuple[str, ...]

    @property
    def tls(self) -> ssl.SSLContext | None:
        return None if self.ca is None else ssl.create_default_context(cafile=self.ca)

    async def dial(
        self, *, tls: ssl.SSLContext | None = None, address: str = "127.0.0.1"
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """The bare line, from one of this machine's addresses."""
        parts = urlsplit(self.url)
        return await asyncio.open_connection(parts.hostname, parts.port, ssl=tls, local_addr=(address, 0))

    async def ask(self, path: str, *headers: str, tls: ssl.SSLContext | None = None) -> tuple[int, str]:
        """The status and the body of a POST. One of `Ended` where none comes."""
        reader, writer = await self.dial(tls=tls)
        try:
            writer.write("\r\n".join([f"POST {path} HTTP/1.1", "Host: localhost", *headers, "", ""]).encode())
            async with asyncio.timeout(ANSWERED_WITHIN):
                head, _, body = (await reader.read()).decode().partition("\r\n\r\n")
        finally:
            writer.close()
        return int(head.split()[1]), body

    @asynccontextmanager
    async def at(self, user: str, *, desk: str = "") -> AsyncIterator[ClientConnection]:
        """A connection of somebody who is logged in."""
        headers = {"Authorization": f"Bearer {self.tokens[user]}"}
        url = f"{self.url}?desk={desk}" if desk else self.url
        async with connect(
            url,
            additional_headers=headers,
            compression=None,
            proxy=None,
            max_size=None,
            ssl=self.tls,
            ping_interval=None,
        ) as socket:
            yield socket


class Numbers(Struct, frozen=True, kw_only=True):
    """How much of a flood: so many a second, on so many connections, for so many seconds."""

    rate: int
    connections: int
    seconds: int


Answers = Counter[str]
Pour = Callable[[Target, Numbers, Answers], Awaitable[None]]


class Flood(Struct, frozen=True, kw_only=True):
    """A flood: what is poured, and with which numbers where nobody says others. `door` is what the server has to be
    started with for it."""

    pour: Pour
    of: str
    rate: int = 20
    connections: int = 1
    door: Literal["plain", "tls"] = "plain"


def poured(flood: Flood, target: Target, numbers: Numbers) -> Answers:
    """Pours until the time is over, in a process of its own; what was answered, and how often."""
    os.nice(GIVES_WAY)
    answers: Answers = Counter()

    async def for_a_while() -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(numbers.seconds):
                await flood.pour(target, numbers, answers)

    asyncio.run(for_a_while())
    return answers


async def paced(rate: float, once: Callable[[int], Awaitable[str]], answers: Answers) -> None:
    """Begins so many a second, whatever has come of those before; for ever."""
    places = asyncio.Semaphore(AT_ONCE)

    async def counted(number: int) -> None:
        try:
            answers[await once(number)] += 1
        except Ended as error:
            answers[f"no answer: {type(error).__name__}"] += 1
        finally:
            places.release()

    async with asyncio.TaskGroup() as tries:
        began = time.monotonic()
        for number in count():
            await places.acquire()
            tries.create_task(counted(number))
            await asyncio.sleep(max(0.0, began + (number + 1) / rate - time.monotonic()))


async def again(once: Callable[[], Awaitable[None]], answers: Answers) -> None:
    """One after the other, also where it was cut; for ever."""
    while True:
        try:
            await once()
        except Ended as error:
            answers[f"cut: {type(error).__name__}"] += 1
            await asyncio.sleep(0.05)


async def together(count: int, once: Callable[[int], Coroutine[None, None, None]]) -> None:
    """So many at once; for ever."""
    async with asyncio.TaskGroup() as many:
        for number in range(count):
            many.create_task(once(number))
