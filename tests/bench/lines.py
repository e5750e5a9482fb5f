"""The load: many subscribers that count what comes, and one line that sends and knows how long each answer took.

They look for marks in the bytes and read no frame: what they cost must not hide what is measured. No ping is answered,
so a load is over before a server closes whoever is silent.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Sequence
from typing import Final, Self, cast
from urllib.parse import urlsplit

from websockets.frames import Frame, Opcode

MARK: Final = b'"check_in_time"'  # once in each event
KEPT: Final = len(MARK) - 1  # bytes of one read that may be the beginning of a mark in the next
READ: Final = 1 << 18  # bytes at once
LAST: Final = 64  # bytes that an id and what is around it may have
ANSWERS: Final = re.compile(rb'},"id":"(b\d{7})"')
EVENTS: Final = re.compile(rb'"command_id":"(b\d{7})"')
BAD: Final = b'"ok":false'
WELCOME: Final = b"HTTP/1.1 101 "
WELCOMED_WITHIN: Final = 10.0  # seconds
ANSWERED_WITHIN: Final = 60.0

Messages = Sequence[tuple[bytes, bytes]]
"""Ids, and what goes over the wire with them, made before anything is measured."""


def asking(url: str) -> bytes:
    """The request that makes a WebSocket of a line."""
    parts = urlsplit(url)
    return (
        f"GET {parts.path or '/'}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    ).encode()


def where(url: str) -> tuple[str, int]:
    """The host and the port of a URL that has both."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    assert parts.port is not None
    return parts.hostname, parts.port


def framed(text: bytes) -> bytes:
    """As a client sends it."""
    return Frame(Opcode.TEXT, text).serialize(mask=True)


class Subscriber(asyncio.BufferedProtocol):
    """Counts the events that come, in whatever frames."""

    _read = bytearray(KEPT + READ)  # of all of them: each has looked through it before the next is read

    def __init__(self, request: bytes) -> None:
        self._request = request
        self._end = b""
        self.events = 0
        self.open: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @classmethod
    async def at(cls, url: str) -> Self:
        """One that the server has welcomed."""
        _, line = await asyncio.get_running_loop().create_connection(lambda: cls(asking(url)), *where(url))
        async with asyncio.timeout(WELCOMED_WITHIN):
            await line.open
        return line

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is none by its class
        self.transport.write(self._request)

    def connection_lost(self, _: Exception | None) -> None:
        if not self.open.done():
            self.open.set_exception(ConnectionError("The server turned a subscriber away."))

    def get_buffer(self, _: int) -> memoryview:
        return memoryview(self._read)[KEPT:]

    def buffer_updated(self, count: int) -> None:
        begin, end = KEPT - len(self._end), KEPT + count
        self._read[begin:KEPT] = self._end
        if self.open.done():
            self.events += self._read.count(MARK, begin, end)
        else:
            self._welcomed(bytes(self._read[begin:end]))
        self._end = bytes(self._read[max(begin, end - KEPT) : end])

    def _welcomed(self, answer: bytes) -> None:
        if answer.startswith(WELCOME):
            self.open.set_result(None)
        else:
            self.open.set_exception(ConnectionError(f"The server answered {answer[:60]!r}."))


class Line(asyncio.Protocol):
    """Sends, and looks for ids in what comes: `due` has when each was sent, until it is found; `waits` the seconds that
    it took. `bad` counts what was refused."""

    def __init__(self, request: bytes, ids: re.Pattern[bytes]) -> None:
        self._request = request
        self._ids = ids
        self._end = b""
        self.due: dict[bytes, float] = {}
        self.waits: list[float] = []
        self.bad = 0
        self.is_lost = False
        self.open = asyncio.Event()
        self.came = asyncio.Event()

    @classmethod
    async def at(cls, url: str, ids: re.Pattern[bytes]) -> Self:
        """One that the server has welcomed."""
        _, line = await asyncio.get_running_loop().create_connection(lambda: cls(asking(url), ids), *where(url))
        async with asyncio.timeout(WELCOMED_WITHIN):
            await line.open.wait()
        return line

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is none by its class
        self.transport.write(self._request)

    def connection_lost(self, _: Exception | None) -> None:
        self.is_lost = True
        self.came.set()

    def data_received(self, data: bytes) -> None:
        if not self.open.is_set() and data.startswith(WELCOME):
            self.open.set()
        now, seen = time.perf_counter(), self._end + data
        self.bad += data.count(BAD)
        for id in self._ids.findall(seen):
            if (due := self.due.pop(id, None)) is not None:
                self.waits.append(now - due)
        self._end = seen[-LAST:]
        self.came.set()


async def pour(messages: Messages, rate: float, by: Line, *others: Line) -> None:
    """Sends so many a second. Each has a moment at which it is due: one that is sent late has waited since then."""
    began = time.perf_counter()
    for number, (id, message) in enumerate(messages):
        due = began + number / rate
        if (early := due - time.perf_counter()) > 0:
            await asyncio.sleep(early)
        for line in (by, *others):
            line.due[id] = due
        by.transport.write(message)
    await asyncio.sleep(0)


async def press(messages: Messages, by: Line, *, at_once: int) -> None:
    """Sends as fast as they are answered, with so many on the way. TimeoutError where one never is."""
    for id, message in messages:
        if len(by.due) >= at_once:
            await answered(by, at_once - 1)
        by.due[id] = time.perf_counter()
        by.transport.write(message)
    await answered(by)


async def answered(line: Line, left: int = 0) -> None:
    """Until no more than so many have no answer. TimeoutError; ConnectionError where the server has hung up."""
    async with asyncio.timeout(ANSWERED_WITHIN):
        while len(line.due) > left:
            if line.is_lost:
                raise ConnectionError(f"The server has hung up, and {len(line.due)} had no answer.")
            line.came.clear()
            await line.came.wait()


def hang_up(*lines: Line | Subscriber) -> None:
    """Ends them without a word."""
    for line in lines:
        line.transport.abort()


def all_done(*lines: Line) -> None:
    """Ends them; AssertionError where a check-in was refused."""
    if bad := sum(line.bad for line in lines):
        raise AssertionError(f"{bad} check-ins were refused: the gym of the benchmark lets everybody in.")
    hang_up(*lines)
