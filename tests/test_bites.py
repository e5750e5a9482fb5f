"""Much that comes at once is read a bite at a time: all others have their turn in between, however many send."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import cast

import pytest
from websockets.asyncio.server import Server as Listener
from websockets.datastructures import Headers
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol

from server.net.bites import BITE, REST, TURN, Bites
from server.net.connection import Connection
from tests.gym_kit import token
from tests.kit import Wire, serving
from tests.watchdog_kit import Pipe, Quiet

PINGS = Frame(Opcode.PING, b"").serialize(mask=True) * 40_000
EMPTY = Frame(Opcode.TEXT, b"").serialize(mask=True) * 40_000


class Hungry:
    """A connection that has so many bites to take."""

    def __init__(self, bites: Bites, user: str, count: int, taken: list[str]) -> None:
        self.user = user
        self._bites = bites
        self._count = count
        self._taken = taken
        bites.ask(self)

    def bite(self) -> None:
        self._taken.append(self.user)
        self._count -= 1
        if self._count:
            self._bites.ask(self)


class Loop:
    """Calls what it is told to when it is told to: each of them is a turn, and `rests` are those before it."""

    def __init__(self) -> None:
        self.rests: list[float] = []
        self._due: Callable[[], object] | None = None

    def call_soon(self, what: Callable[[], object]) -> None:
        self.call_later(0.0, what)

    def call_later(self, rest: float, what: Callable[[], object]) -> None:
        assert self._due is None
        self.rests.append(rest)
        self._due = what

    def turn(self) -> None:
        if self._due is not None:
            due, self._due = self._due, None
            due()


def bites_of(loop: Loop, step: float = 1.0) -> Bites:
    """By a clock that goes on by a `step` (seconds) each time somebody looks."""
    ticks = count()
    return Bites(cast("asyncio.AbstractEventLoop", loop), lambda: step * next(ticks))


@pytest.mark.parametrize(("step", "turns"), [(1.0, 3), (TURN / 100, 1)])
def test_what_takes_long_has_a_rest_behind_it_and_what_does_not_is_read_on(step: float, turns: int) -> None:
    loop, taken = Loop(), list[str]()
    Hungry(bites_of(loop, step), "ben", 3, taken)
    for _ in range(turns):
        loop.turn()
    assert len(taken) == 3
    assert loop.rests == [0.0, *[2 * REST * step] * (turns - 1)]


def test_users_take_turns_however_many_connections_one_has() -> None:
    loop, taken = Loop(), list[str]()
    bites = bites_of(loop)
    for _ in range(5):
        Hungry(bites, "ben", 2, taken)
    Hungry(bites, "ana", 3, taken)
    for turn in range(1, 14):
        loop.turn()
        assert len(taken) == turn
    assert taken[:6] == ["ben", "ana"] * 3
    assert taken[6:] == ["ben"] * 7


def connection(bites: Bites, user: str) -> Connection:
    """One that is upgraded, on which somebody has logged in."""
    made = Connection(ServerProtocol(state=State.OPEN), cast("Listener", Quiet()), bites=bites, ping_interval=None)
    made.request = Request("/", Headers())
    made.connection_made(cast("asyncio.Transport", Pipe()))
    made.welcome(user, "staff")
    return made


async def test_of_all_that_comes_a_bite_a_turn_is_read() -> None:
    loop = Loop()
    bites = bites_of(loop)
    flood = [connection(bites, "ben") for _ in range(3)]
    for each in flood:
        each.data_received(PINGS)
    left = 3 * len(PINGS)
    for _ in range(30):
        loop.turn()
        assert left - BITE <= sum(len(each._rest) for each in flood) < left
        left = sum(len(each._rest) for each in flood)
    honest = connection(bites, "ana")
    honest.data_received(Frame(Opcode.TEXT, b"a check-in").serialize(mask=True))
    assert (honest.unread > 0, len(honest._rest)) == (True, 0)


async def test_what_nobody_takes_is_not_read_on() -> None:
    loop = Loop()
    full = connection(bites_of(loop), "ben")
    full.data_received(EMPTY)
    for _ in range(1000):
        loop.turn()
    assert len(full._rest) >= len(EMPTY) - BITE
    assert not full.transport.is_reading()


@pytest.mark.parametrize("size", [BITE - 60, BITE, 10 * BITE, 60_000])
async def test_a_message_of_many_bites_is_whole(size: int, gym: Path) -> None:
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ana")) as wire:
        for n in range(20):
            await wire.send("ping", {"sent_at": f"{n} " + "x" * size}, f"p{n}")
        for n in range(20):
            pong = await wire.until("pong", id=f"p{n}")
            assert pong["payload"]["sent_at"] == f"{n} " + "x" * size
