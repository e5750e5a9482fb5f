"""A desk whose server talks nonsense between the lines, and then lies; its own handlers fail too. It goes on, and
misses nothing that is so."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import closing
from random import Random
from typing import Final

from gymtui import codec
from gymtui.client import Desk, Login, Replica, WebSocketService
from gymtui.client.connection.reconnect import CEILING, LONGEST
from gymtui.client.connection.service import KINDS
from gymtui.client.errors import Disconnected, Problem, ProcessingProblem
from gymtui.client.mock import MockConnection
from gymtui.codec import Unreadable
from gymtui.protocol import CheckIn, ConnectionStatus, ErrorBody, Event, Snapshot
from tests.client_kit import URL
from tests.faults.fuzz.mutants import FROM_SERVERS, Mutants
from tests.faults.fuzz.played import PEOPLE, PlayedGym
from tests.waiting import WITHIN, until

ROUNDS: Final = 10  # of one desk
NONSENSE: Final = 80  # messages of a round that say nothing of the gym
EVERY: Final = 8  # of them to one event that is so
BEFORE: Final = 5  # messages that come ahead of the greeting
CUTS: Final = 3  # of a round, each after an error as the last word
BEAT: Final = 0.001  # seconds that any longer pause takes here
TURNS: Final = 20  # of the event loop, in which a message is taken
PARTING: Final = codec.message(ErrorBody(code="rate_limited", message="Wait.", retryable=True, retry_after_ms=5000))


class DeskRun:
    """`messages` came to the desk between `good` events: of them `unreadable` and `lies`; `longest` is the most seconds
    that it wanted to wait. `failures` are sentences."""

    def __init__(self, *, seed: int) -> None:
        self._mutants = Mutants(FROM_SERVERS, Random(seed))
        self._lies: list[bytes] = []
        self._heard: list[Event] = []
        self._told = 0  # of messages that cannot be read
        self._rounds = 0
        self._gym = PlayedGym()
        self._wire = self._gym.wire
        self.longest = 0.0
        self.messages = self.unreadable = self.lies = self.good = 0
        self.failures: list[str] = []

    @property
    def connections(self) -> int:
        """How often it has connected."""
        return len(self._wire.connections)

    async def run(self, messages: int) -> None:
        """One life after the other, until so many messages were sent."""
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: self.failures.append(f"nobody caught {context}"))
        while self.messages < messages and not self.failures:
            await self._life(messages)
        if self.longest > LONGEST + CEILING:
            self.failures.append(f"the desk stayed away for {self.longest} s")

    async def _life(self, messages: int) -> None:
        """Of one desk: a new journal hears all of its day again, so the day is a short one."""
        with closing(Replica(":memory:")) as self._replica:
            login = Login(URL, token="a-token")
            self._service = WebSocketService(URL, login, self._replica, connect=self._wire, sleep=self._sleep)
            self._desk = Desk(self._service, self._replica, sleep=self._sleep)
            self._listen()
            life = asyncio.create_task(self._desk.run())
            try:
                for _ in range(ROUNDS):
                    if self.messages < messages and not self.failures:
                        await self._round()
            except (TimeoutError, Disconnected) as error:
                self.failures.append(f"round {self._rounds}: what had to come did not come: {error}")
            await self._service.close()
            await asyncio.wait([life], timeout=WITHIN)
            if not life.done() or life.exception() is not None:
                self.failures.append(f"the desk did not end as it should: {life}")

    def _listen(self) -> None:
        for kind in KINDS:
            self._service.subscribe(kind, _fail)
        self._service.subscribe("events", self._hear)
        self._service.subscribe("problem", self._count)

    def _hear(self, events: Sequence[Event]) -> None:
        self._heard += events

    def _count(self, problem: Problem) -> None:
        self._told += isinstance(problem, ProcessingProblem) and problem.kind == "message"

    async def _sleep(self, seconds: float) -> None:
        self.longest = max(self.longest, seconds)
        await asyncio.sleep(min(seconds, BEAT))

    # --- a round ------------------------------------------------------------------------------------------------------

    async def _round(self) -> None:
        self._rounds += 1
        connection = await self._begin()
        await self._talk_nonsense(connection)
        await self._lie()

    async def _begin(self) -> MockConnection:
        """The desk comes back by itself, to another journal."""
        self._wire.greets = False
        before = self.connections
        if before:
            self._wire.connections[-1].cut()
        await until(lambda: self.connections > before)
        connection = self._wire.connections[-1]
        self._gym.begin(f"epoch-{self._rounds}")
        for _ in range(BEFORE):
            connection.send_frame(self._nonsense())
        connection.authenticate()
        connection.status()
        await until(lambda: self._service.in_step)
        return connection

    async def _talk_nonsense(self, connection: MockConnection) -> None:
        """Between what is so; all of it has been taken when the last is answered."""
        self._heard.clear()
        first, told, unreadable = len(self._gym.rows), self._told, self.unreadable
        for number in range(NONSENSE):
            connection.send_frame(self._nonsense())
            if number % EVERY == 0:
                self._gym.happens(connection)
        await self._service.request(CheckIn(code="1"))
        await until(lambda: self._replica.directory[1] and not self._desk.queued)
        rows = self._gym.rows[first:]
        self.good += len(rows)
        self._expect(connection is self._wire.connections[-1], "nonsense ended the connection")
        self._expect(self._replica.position == self._gym.position, "the desk is somewhere else")
        self._expect(
            {visit.id: visit for visit in self._replica.visits.present()} == self._gym.present, "somebody is missing"
        )
        self._expect(all(self._replica.members.member(who.id) == who for who in PEOPLE), "a member is somebody else")
        self._expect([e for e in self._heard if e in rows] == rows, "not all that is so was told to who listens")
        self._expect(self._told - told >= self.unreadable - unreadable, "what could not be read was not counted")

    async def _lie(self) -> None:
        """What can be read, and is not so, and answers garbled. However the desk takes that, it comes back."""
        self._wire.greets, self._gym.garble = True, self._garble
        for number, data in enumerate(self._lies):
            if number < len(PEOPLE):
                self._desk.check_in(PEOPLE[number].membership_number or "")
            await self._say(data)
        self.messages += len(self._lies) + CUTS
        self.lies += len(self._lies)
        self._lies.clear()
        for _ in range(CUTS):
            before = self.connections
            await self._say(self._mutants.of(PARTING))
            self._wire.connections[-1].cut()
            await until(lambda: self.connections > before)  # noqa: B023  asked at once

    def _garble(self, answer: bytes) -> bytes:
        self.messages += 1
        return self._mutants.of(answer)

    async def _say(self, data: bytes) -> None:
        """To the connection that there is, with time for whatever comes of it."""
        await until(lambda: self._service.state.phase == "live")
        self._wire.connections[-1].send_frame(data)
        for _ in range(TURNS):
            await asyncio.sleep(0)

    def _nonsense(self) -> bytes:
        """The next message that says nothing of the gym; the others are for later."""
        self.messages += 1
        for data in self._mutants:
            try:
                frame = codec.read_frame(data)
            except Unreadable:
                self.unreadable += 1
                return data
            if frame.seq is None and not isinstance(frame.message, Snapshot | ConnectionStatus):
                return data
            self._lies.append(data)
        raise AssertionError("there is always another")

    def _expect(self, so: bool, otherwise: str) -> None:
        if not so:
            self.failures.append(f"round {self._rounds}: {otherwise}")


def _fail(_: object) -> None:
    raise RuntimeError("a handler that always fails")
