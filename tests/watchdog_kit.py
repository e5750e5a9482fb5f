"""What the tests of the watchdog share: a clock that is ahead, a reader that stops, a socket without a network."""

from __future__ import annotations

import asyncio
from typing import cast

from prometheus_client import CollectorRegistry
from websockets.asyncio.server import Server as Listener
from websockets.protocol import State
from websockets.server import ServerProtocol

from gymtui import clock
from gymtui.protocol import Close
from server.app import Server
from server.net.connection import Connection
from server.net.metrics import Metrics
from server.net.watchdog import Watchdog
from tests.kit import Wire
from tests.till import NINE
from tests.waiting import WITHIN


def figure(registry: CollectorRegistry, name: str, **labels: str) -> float | None:
    """A figure of `/metrics`; None where there is none."""
    return registry.get_sample_value(name, labels)


class Skewed:
    """A second watchdog over a server's sessions, whose time is ahead."""

    def __init__(self, server: Server) -> None:
        self._loop = asyncio.get_running_loop()
        self.ahead = 0.0
        self.dog = Watchdog(lambda: server._sessions, server.metrics, timer=self._time, now=clock.now, rights=object)

    def _time(self) -> float:
        return self._loop.time() + self.ahead

    def look(self, ahead: float) -> None:
        """The watchdog comes by while its clock is so many seconds ahead."""
        self.ahead = ahead
        self.dog.look()


def the(server: Server, user: str) -> Connection:
    """The server's side of that user's connection."""
    [session] = [s for s in server._sessions if s.user == user]
    return session.connection


async def stop_reading(server: Server, wire: Wire, user: str = "ana") -> Connection:
    """A client asks for much and reads none of it, until the server's buffer for it is full."""
    await wire.until("connection_status")
    connection = the(server, user)
    await fill(connection, wire)
    return connection


async def fill(connection: Connection, wire: Wire) -> None:
    """Sends until the reader, who has stopped, has a full buffer."""
    wire.socket.transport.pause_reading()
    async with asyncio.timeout(WITHIN):
        while not connection.is_full:
            written = connection._written
            await wire.send("ping", {"sent_at": "x" * 60_000})
            while connection._written == written:
                await asyncio.sleep(0)


PONG = b"\x8a\x80\x00\x00\x00\x00"  # from a client, masked


JUST_BEFORE = 1 / 1024  # seconds, without a rest in binary


class Timer:
    """Seconds that go only when they are told to; also the only thing a connection asks of an event loop."""

    def __init__(self) -> None:
        self.now = 1000.0

    def time(self) -> float:
        """As the loop's own, in seconds."""
        return self.now


class Pipe:
    """A socket whose reader takes all, or what a test says: `waiting` bytes are still to be taken."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.waiting = 0
        self.on_the_way = 0
        self.takes_all = True
        self.reading = True
        self.aborted = False

    def write(self, data: bytes) -> None:
        self.sent.append(data)
        self.waiting += 0 if self.takes_all else len(data)

    def get_extra_info(self, name: str) -> object:
        """It has no address."""
        return None

    def get_write_buffer_size(self) -> int:
        return self.waiting

    def set_write_buffer_limits(self, high: int | None, low: int | None) -> None:
        pass

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def is_reading(self) -> bool:
        return self.reading

    def is_closing(self) -> bool:
        return self.aborted

    def abort(self) -> None:
        self.aborted = True
        self.waiting = 0


class Quiet:
    """A listener that does nothing with its connections."""

    def __init__(self) -> None:
        self.handler_tasks: set[asyncio.Task[None]] = set()

    async def handler(self, connection: Connection) -> None:
        pass


class Ward:
    """One session as the watchdog sees it."""

    def __init__(self, timer: Timer) -> None:
        self.pipe = Pipe()
        self.connection = Connection(ServerProtocol(), cast("Listener", Quiet()))
        self.connection._on_the_way = lambda: self.pipe.on_the_way  # type: ignore[method-assign]  # a pipe has no kernel
        self.connection.protocol.state = State.OPEN
        self.connection.connection_made(cast("asyncio.Transport", self.pipe))
        self.connection.loop = cast("asyncio.AbstractEventLoop", timer)
        self.connection.heard_at = self.connection.pinged_at = self.connection._took_at = timer.now
        self.expires_at: float | None = NINE / 1000 + 300
        self.is_welcome = True
        self.ended: list[Close] = []

    def end(self, code: Close, reason: str) -> None:
        """The watchdog ends this connection, with a sentence for the person."""
        assert reason.endswith(".")
        self.ended.append(code)

    def fill(self, size: int) -> None:
        """Hands the connection so many bytes; the reader takes none any more."""
        self.pipe.takes_all = False
        self.connection.write(b"x" * size)


class Round:
    """A watchdog with one ward, and a hand on its clocks."""

    def __init__(self) -> None:
        self.timer = Timer()
        self.day = NINE
        self.metrics = Metrics()
        self.ward = Ward(self.timer)
        self.pipe = self.ward.pipe
        self.dog = Watchdog(
            lambda: [self.ward], self.metrics, timer=self.timer.time, now=lambda: self.day, rights=object
        )
        self.dog.look()

    def after(self, seconds: float) -> None:
        """So many seconds go by, and the watchdog comes by."""
        self.timer.now += seconds
        self.dog.look()

    @property
    def cut(self) -> float | None:
        """How many readers were cut off so far."""
        return figure(self.metrics.registry, "gymtui_stalled_readers_cut_total")
