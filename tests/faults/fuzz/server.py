"""A server to which strangers talk nonsense, several at once, while somebody works at a desk."""

from __future__ import annotations

import asyncio
import time
import urllib.request
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from random import Random
from typing import Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.frames import Frame, Opcode

from gymtui import codec
from gymtui.client import Replica, WebSocketService
from gymtui.client.errors import Disconnected, RequestRefused
from gymtui.client.state import ConnectionState
from gymtui.client.unattended import until_live
from gymtui.codec import Unreadable, convert
from gymtui.protocol import (
    MAX_INVALID,
    MAX_MESSAGE,
    CheckIn,
    CheckOut,
    Close,
    ListPresent,
    MemberFields,
    Present,
    Saved,
    SaveMember,
)
from tests.client_kit import running
from tests.faults.fuzz.mutants import FROM_CLIENTS, Mutants
from tests.faults.network.figures import MIB, Served, served
from tests.faults.program import Gym

STRANGERS: Final = 4
AT_THE_DOOR: Final = 0.1  # of the connections: without a token, and a first message that is none
GARBLED: Final = 0.05  # of the connections: what is broken is the frame
WITHIN: Final = 10.0  # seconds for a close; in which also `MAX_INVALID` are put up with
EVERY: Final = 0.02  # seconds between two commands of the desk
LOOK: Final = 0.2  # seconds between two looks at the memory
MOST: Final = 128 * MIB  # of memory, more than before; to look at one PIN takes 64


class Stranger:
    """Comes again and again, and says `messages` in all; `closed` has the codes with which the server ended it."""

    def __init__(self, gym: Gym, messages: int, seed: int) -> None:
        self._gym = gym
        self._left = messages
        self._random = Random(seed)
        self._mutants = Mutants(FROM_CLIENTS, self._random)
        self.closed: Counter[int] = Counter()
        self.unreadable = self.answers = 0
        self.failures: list[str] = []

    async def run(self) -> None:
        """Knocks, then knocks or visits until all its messages are sent."""
        kind = 0.0
        while self._left > 0 and not self.failures:
            try:
                await (self._knock() if kind < AT_THE_DOOR else self._visit(garbled=kind > 1 - GARBLED))
            except (OSError, WebSocketException) as error:
                self.failures.append(f"a stranger's connection ended, or never was: {error!r}")
            kind = self._random.random()

    async def _knock(self) -> None:
        async with self._connection("") as socket:
            await socket.send(self._next(), text=True)
            await self._closed(socket, Close.BAD_TOKEN, Close.NOT_AUTHENTICATED)

    async def _visit(self, *, garbled: bool) -> None:
        """Talks until the server has had enough, which is the first one too many."""
        async with self._connection(f"?token={self._gym.token}") as socket:
            wrong, began = 0, time.monotonic()
            while wrong <= MAX_INVALID and self._left > 0:
                if garbled and self._random.random() < GARBLED:
                    self._garble(socket)
                    return
                data = self._next()
                wrong += _wrong(data)
                await socket.send(data, text=self._random.random() < 0.8)
            self.unreadable += wrong
            if wrong > MAX_INVALID and time.monotonic() - began < WITHIN:
                await self._closed(socket, Close.ABUSED)

    def _garble(self, socket: ClientConnection) -> None:
        """A frame that is none, and no goodbye."""
        frame = bytearray(Frame(Opcode.TEXT, self._next()).serialize(mask=True))
        for _ in range(3):
            frame[self._random.randrange(min(len(frame), 8))] = self._random.randrange(256)
        socket.transport.write(frame)
        socket.transport.abort()

    def _next(self) -> bytes:
        self._left -= 1
        return next(self._mutants)

    @asynccontextmanager
    async def _connection(self, query: str) -> AsyncIterator[ClientConnection]:
        async with connect(self._gym.url + query, compression=None, proxy=None, ping_interval=None) as socket:
            hearing = asyncio.create_task(self._hear(socket))
            try:
                yield socket
            finally:
                await socket.close()
                await hearing

    async def _hear(self, socket: ClientConnection) -> None:
        with suppress(ConnectionClosed):
            async for _ in socket:
                self.answers += 1

    async def _closed(self, socket: ClientConnection, *codes: Close) -> None:
        try:
            async with asyncio.timeout(WITHIN):
                await socket.wait_closed()
        except TimeoutError:
            self.failures.append("a stranger was not shown out")
            return
        code = socket.close_code or 0
        self.closed[code] += 1
        if code not in codes:
            self.failures.append(f"a stranger was shown out with {code}")


class Worker:
    """Somebody at a desk, who checks a member in and out for as long as the strangers talk."""

    def __init__(self, gym: Gym, replica: Replica) -> None:
        self._replica = replica
        self.service: WebSocketService = gym.service(replica)
        self.answered = 0
        self.failures: list[str] = []
        self._leave: Callable[[], None] = lambda: None

    async def run(self) -> None:
        """Checks one member in and out, until it is told to end."""
        self._leave = self.service.subscribe("connection", self._watch)
        try:
            new = MemberFields(full_name="Ana Silva", membership_number="of the worker")
            saved = convert(await self.service.request(SaveMember(member=new)), Saved)
            while True:
                for command in (CheckIn(member_id=saved.member.id), CheckOut(member_id=saved.member.id)):
                    await self.service.request(command)
                    self.answered += 1
                    await asyncio.sleep(EVERY)
        except (RequestRefused, Disconnected) as error:
            self.failures.append(f"the desk was told: {error}")

    async def compare(self) -> None:
        """In the end the desk has in who is in."""
        self._leave()
        try:
            async with asyncio.timeout(WITHIN):
                while await self._present() != {visit.id for visit in self._replica.visits.present()}:
                    await asyncio.sleep(EVERY)
        except (TimeoutError, Disconnected) as error:
            self.failures.append(f"the desk does not know who is in: {error}")
        if self.service.problems:
            self.failures.append(f"the desk had {self.service.problems} problems")

    async def _present(self) -> set[str]:
        """The visits of those who are in."""
        page = convert(await self.service.request(ListPresent()), Present)
        return {visit.id for visit in page.present}

    def _watch(self, state: ConnectionState) -> None:
        if state.phase != "live":
            self.failures.append(f"the desk was {state.phase}: {state.reason}")


class ServerRun:
    """A real `gymtui serve`, to which `messages` are said: of them `unreadable`; `closed` has the codes with which it
    showed strangers out, `answered` is what a desk asked meanwhile. `failures` has a sentence for whatever broke."""

    def __init__(self, folder: Path, *, messages: int, seed: int) -> None:
        self._gym = Gym(folder, 10)
        each = -(-messages // STRANGERS)
        self.strangers = [Stranger(self._gym, each, seed + n) for n in range(STRANGERS)]
        self.messages = each * STRANGERS
        self.memory = self.answered = self.unreadable = 0
        self.closed: Counter[int] = Counter()
        self.failures: list[str] = []

    async def run(self) -> None:
        """Strangers and a worker at one server; then all is looked at."""
        with closing(Replica(":memory:")) as replica:
            worker = Worker(self._gym, replica)
            async with served(self._gym) as server, running(worker.service.run, worker.service.close):
                await until_live(worker.service)
                watching = asyncio.create_task(self._watch(server))
                working = asyncio.create_task(worker.run())
                await asyncio.gather(*(stranger.run() for stranger in self.strangers))
                working.cancel()
                watching.cancel()
                await asyncio.gather(working, watching, return_exceptions=True)
                await worker.compare()
                await self._look(server)
        self.answered = worker.answered
        self.failures += worker.failures
        for stranger in self.strangers:
            self.closed += stranger.closed
            self.unreadable += stranger.unreadable
            self.failures += stranger.failures

    async def _watch(self, server: Served) -> None:
        before = server.memory
        while True:
            self.memory = max(self.memory, server.memory - before)
            await asyncio.sleep(LOOK)

    async def _look(self, server: Served) -> None:
        if self.memory > MOST:
            self.failures.append(f"the server took {self.memory / MIB:.0f} MiB more")
        if (healthy := await asyncio.to_thread(_health, self._gym.port)) != "alive\n":
            self.failures.append(f"/healthz says {healthy!r}")
        if said := server.program.log.read_text():
            self.failures.append(f"the server says: {said[:2000]}")


def _wrong(data: bytes) -> int:
    """How many messages a frame has that cannot be read."""
    if len(data) > MAX_MESSAGE:
        return 1
    try:
        return sum(isinstance(asked, Unreadable) for asked in codec.read_requests(data))
    except Unreadable:
        return 1


def _health(port: int) -> str:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=WITHIN) as answer:
            return str(answer.read().decode())
    except OSError as error:
        return str(error)
