"""Who is silent, who has stopped reading, whose token has ended: the watchdog by hand, then on real sockets."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, cast

import pytest
import uvloop
from prometheus_client import CollectorRegistry
from websockets.asyncio.client import connect
from websockets.asyncio.server import Server as Listener
from websockets.protocol import State
from websockets.server import ServerProtocol

from gymtui import clock
from gymtui.protocol import PING_EVERY, RENEW_GRACE, SILENCE, STALL, Close
from server import app
from server.app import SEND_BUFFER, Server
from server.net.connection import HIGH_WATER, PING, Connection
from server.net.metrics import Metrics
from server.net.watchdog import Watchdog
from tests.kit import WITHIN, Wire, serving, token
from tests.till import NINE
from tests.waiting import until

PONG = b"\x8a\x80\x00\x00\x00\x00"  # from a client, masked
JUST_BEFORE = 1 / 1024  # seconds, without a rest in binary


# --- by hand -----------------------------------------------------------------------------------------------------


class Timer:
    """Seconds that go only when they are told to; also the only thing a connection asks of an event loop."""

    def __init__(self) -> None:
        self.now = 1000.0

    def time(self) -> float:
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
        self.dog = Watchdog(lambda: [self.ward], self.metrics, timer=self.timer.time, now=lambda: self.day)
        self.dog.look()

    def after(self, seconds: float) -> None:
        self.timer.now += seconds
        self.dog.look()

    @property
    def cut(self) -> float | None:
        return figure(self.metrics.registry, "gymtui_stalled_readers_cut_total")


def figure(registry: CollectorRegistry, name: str, **labels: str) -> float | None:
    return registry.get_sample_value(name, labels)


async def test_a_ping_every_ten_seconds() -> None:
    round = Round()
    for number in range(1, 4):
        round.after(PING_EVERY - JUST_BEFORE)
        assert round.pipe.sent == [PING] * (number - 1)
        round.after(JUST_BEFORE)
        assert round.pipe.sent == [PING] * number
        round.ward.connection.data_received(PONG)
    assert PING == b"\x89\x00"


@pytest.mark.parametrize("data", [PONG, b"\x89\x80\x00\x00\x00\x00", b"\x81\x80\x00\x00\x00\x00", b"\x01"])
async def test_whatever_comes_counts_as_heard(data: bytes) -> None:
    round = Round()
    round.after(20)
    round.ward.connection.data_received(data)
    round.after(SILENCE - JUST_BEFORE)
    assert round.ward.ended == []
    round.after(JUST_BEFORE)
    assert round.ward.ended == [Close.SILENT]


async def test_who_has_not_authenticated_may_not_be_silent_either() -> None:
    round = Round()
    round.ward.expires_at = None
    round.after(SILENCE)
    assert round.ward.ended == [Close.SILENT]


async def test_a_reader_that_takes_no_byte_is_cut_and_counted() -> None:
    round = Round()
    round.ward.fill(100)
    round.after(STALL - JUST_BEFORE)
    assert (round.pipe.aborted, round.cut) == (False, 0)
    round.after(JUST_BEFORE)
    round.after(STALL)
    assert (round.pipe.aborted, round.cut) == (True, 1)
    assert round.ward.ended == []  # nothing can be said to one who does not read


async def test_one_byte_is_enough() -> None:
    round = Round()
    round.ward.fill(100)
    for _ in range(20):
        round.pipe.waiting -= 1
        round.after(STALL - JUST_BEFORE)
    assert round.cut == 0
    round.after(STALL)
    assert round.cut == 1


async def test_a_slow_reader_is_left_alone_while_ever_more_waits_for_it() -> None:
    round = Round()
    for _ in range(40):
        round.ward.fill(1000)
        round.pipe.waiting -= 1
        round.after(STALL - 1)
    assert round.cut == 0
    for _ in range(10):  # more and more is written, and none is taken any more
        round.ward.fill(1000)
        round.after(1)
    assert round.cut == 1


async def test_what_the_library_writes_hides_no_progress() -> None:
    """Pongs are not the connection's own writing: what is taken seems less by them, once."""
    round = Round()
    round.ward.fill(1000)
    round.after(1)
    round.pipe.waiting += 50_000
    round.after(STALL - 2)
    for _ in range(5):
        round.pipe.waiting -= 10
        round.after(STALL - 1)
    assert not round.pipe.aborted


async def test_what_is_acknowledged_is_taken_though_the_kernel_asks_for_no_more_yet() -> None:
    round = Round()
    round.ward.fill(100_000)
    round.pipe.waiting, round.pipe.on_the_way = 20_000, 80_000
    round.after(1)
    for _ in range(10):
        round.pipe.on_the_way -= 1400
        round.after(STALL - 1)
    assert not round.pipe.aborted
    round.after(STALL)
    assert round.pipe.aborted


async def test_what_nobody_acknowledged_counts_from_then_and_not_from_when_the_kernel_was_full() -> None:
    round = Round()
    for _ in range(15):
        round.ward.connection.write(b"x" * 1000)
        round.pipe.on_the_way = sum(map(len, round.pipe.sent))
        round.after(1)
    assert not round.pipe.aborted  # for all that is known it is on its way
    round.ward.fill(1000)
    round.after(0)
    assert round.pipe.aborted


async def test_whoever_has_read_all_has_not_stalled() -> None:
    round = Round()
    round.ward.connection.data_received(PONG)
    for _ in range(30):
        round.ward.connection.write(b"x" * 1000)
        round.ward.connection.data_received(PONG)
        round.after(STALL)
    assert (round.pipe.aborted, round.ward.ended) == (False, [])


async def test_a_reader_with_our_pings_still_before_it_is_not_silent() -> None:
    round = Round()
    round.ward.fill(1_000_000)
    for _ in range(20):
        round.pipe.waiting -= 1000
        round.after(9)
    assert (round.ward.ended, round.pipe.aborted) == ([], False)
    round.pipe.waiting, round.pipe.takes_all = 0, True
    round.after(SILENCE)
    assert round.ward.ended == [Close.SILENT]


async def test_whoever_is_not_listened_to_is_not_silent() -> None:
    round = Round()
    round.pipe.pause_reading()
    round.after(SILENCE)
    round.pipe.resume_reading()
    round.after(SILENCE - JUST_BEFORE)
    assert round.ward.ended == []
    round.after(JUST_BEFORE)
    assert round.ward.ended == [Close.SILENT]


async def test_a_token_ends_with_some_grace_and_a_renewed_one_stays() -> None:
    round = Round()
    ends = round.ward.expires_at
    assert ends is not None
    round.day = round_ms(ends + RENEW_GRACE) - 1
    round.dog.look()
    assert round.ward.ended == []
    round.ward.expires_at = ends + 300
    round.day += 1
    round.dog.look()
    assert round.ward.ended == []
    round.day += 300_000
    round.dog.look()
    assert round.ward.ended == [Close.TOKEN_EXPIRED]


def round_ms(seconds: float) -> int:
    return round(seconds * 1000)


async def test_who_has_no_right_to_be_here_any_more() -> None:
    round = Round()
    round.ward.is_welcome = False
    round.day += 10_000_000  # whatever the token says
    round.dog.look()
    assert round.ward.ended == [Close.ACCESS_ENDED]


async def test_who_is_about_to_leave_is_still_watched_for_stalling_and_for_nothing_else() -> None:
    round = Round()
    round.ward.fill(100)
    round.after(1)
    round.ward.connection.protocol.state = State.CLOSING
    round.ward.is_welcome = False
    round.after(STALL - 1)
    assert (round.ward.ended, round.pipe.sent) == ([], [b"x" * 100])
    round.after(1)
    assert round.pipe.aborted


async def test_nothing_is_read_while_too_much_waits() -> None:
    """Neither end of the library's own queue starts the reading again before the buffer has room."""
    round = Round()
    connection = round.ward.connection
    connection.pause_writing()
    assert (connection.is_full, round.pipe.reading) == (True, False)
    connection.recv_messages.resume()
    assert round.pipe.reading is False
    connection.recv_messages.paused = True
    connection.resume_writing()
    assert round.pipe.reading is False
    connection.recv_messages.paused = False
    connection.recv_messages.resume()
    assert round.pipe.reading is True


async def test_the_loop_s_lag_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.net.watchdog.EVERY", 0.0)
    metrics = Metrics()
    times = iter([0.0, 2.0, 2.0, 2.0])

    def stop() -> list[Ward]:
        running.cancel()
        return []

    running = asyncio.create_task(Watchdog(stop, metrics, timer=lambda: next(times), now=lambda: 0).run())
    await asyncio.wait([running], timeout=WITHIN)
    assert figure(metrics.registry, "gymtui_event_loop_lag_seconds_count") == 1
    assert figure(metrics.registry, "gymtui_event_loop_lag_seconds_sum") == 2.0


async def test_whoever_stood_still_listens_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """After ten minutes in which this program was stopped nobody was heard, which is nobody's silence."""
    monkeypatch.setattr("server.net.watchdog.EVERY", 0.0)
    rounds: list[float] = []
    times = iter([0.0, 600.0, 600.0, 600.1, 600.1])

    def stop() -> list[Ward]:
        rounds.append(0)
        running.cancel()
        return []

    metrics = Metrics()
    running = asyncio.create_task(Watchdog(stop, metrics, timer=lambda: next(times), now=lambda: 0).run())
    await asyncio.wait([running], timeout=WITHIN)
    assert len(rounds) == 1
    assert figure(metrics.registry, "gymtui_event_loop_lag_seconds_count") == 2  # the first of them was not looked at


# --- on real sockets ---------------------------------------------------------------------------------------------


class Skewed:
    """A second watchdog over a server's sessions, whose time is ahead."""

    def __init__(self, server: Server) -> None:
        self._loop = asyncio.get_running_loop()
        self.ahead = 0.0
        self.dog = Watchdog(lambda: server._sessions, server.metrics, timer=self._time, now=clock.now)

    def _time(self) -> float:
        return self._loop.time() + self.ahead

    def look(self, ahead: float) -> None:
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
    wire.socket.transport.pause_reading()
    async with asyncio.timeout(WITHIN):
        while not connection.is_full:
            written = connection._written
            await wire.send("ping", {"sent_at": "x" * 60_000})
            while connection._written == written:
                await asyncio.sleep(0)


LOOPS = pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])


def run(loop: Callable[[], asyncio.AbstractEventLoop], work: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(work)


@LOOPS
def test_a_client_answers_pings_by_itself(gym: Path, loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
    async def scenario() -> None:
        async with serving(gym) as server, Wire.open(server.url, token(gym, "ana")) as wire:
            await wire.until("connection_status")
            connection, skewed = the(server, "ana"), Skewed(server)
            connection.heard_at -= 1  # the loop's clock goes in steps, and all of this may be within one
            before = connection.heard_at
            skewed.look(PING_EVERY)
            await until(lambda: connection.heard_at > before)

    run(loop, scenario())


@LOOPS
def test_a_stalled_reader_is_cut_and_hangs_nobody(gym: Path, loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
    async def scenario() -> None:
        async with (
            serving(gym) as server,
            Wire.open(server.url, token(gym, "ana")) as wire,
            Wire.open(server.url, token(gym, "ben")) as other,
        ):
            connection, skewed = await stop_reading(server, wire), Skewed(server)
            [session] = [s for s in server._sessions if s.connection is connection]
            skewed.look(1)
            session.end(Close.ACCESS_ENDED, "The goodbye that cannot be delivered.")
            await until(lambda: not connection.is_open)
            assert (await other.ask("check_in", {"code": "1"}))["ok"] is True
            skewed.look(1 + STALL / 2)
            assert not connection.transport.is_closing()
            skewed.look(1 + STALL)
            await until(lambda: session not in server._sessions)
            assert figure(server.metrics.registry, "gymtui_stalled_readers_cut_total") == 1
            assert figure(server.metrics.registry, "gymtui_connections", role="staff") == 1
            wire.socket.transport.resume_reading()
            await wire.rest()
            assert await wire.closed() == 1006

    run(loop, scenario())


@LOOPS
def test_whoever_is_cut_sees_1006(gym: Path, loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
    async def scenario() -> None:
        async with serving(gym) as server, Wire.open(server.url, token(gym, "ana")) as wire:
            await stop_reading(server, wire)
            skewed = Skewed(server)
            skewed.look(1)
            skewed.look(1 + STALL)
            wire.socket.transport.resume_reading()
            await wire.rest()
            assert await wire.closed() == 1006
            await until(lambda: not server._sessions)
            assert figure(server.metrics.registry, "gymtui_connections_ended_total", code="1006") == 1

    run(loop, scenario())


@LOOPS
def test_a_slow_reader_stays_and_gets_everything(gym: Path, loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
    async def scenario() -> None:
        async with serving(gym) as server, Wire.open(server.url, token(gym, "ana")) as wire:
            connection, skewed = await stop_reading(server, wire), Skewed(server)
            for number in range(4):
                skewed.look(number * (STALL - 1))
                wire.socket.transport.resume_reading()
                while connection.is_full:
                    await wire.next()
                await fill(connection, wire)
            assert connection.is_open
            assert not connection.transport.is_closing()
            wire.socket.transport.resume_reading()
            await wire.send("ping", {"sent_at": "last"}, "last")
            await wire.until("pong", id="last")

    run(loop, scenario())


@LOOPS
def test_nothing_is_read_from_one_who_does_not_read(gym: Path, loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
    async def scenario() -> None:
        async with (
            serving(gym) as server,
            Wire.open(server.url, token(gym, "ana")) as wire,
            Wire.open(server.url, token(gym, "ben")) as other,
        ):
            connection = await stop_reading(server, wire)
            waiting, head = connection.transport.get_write_buffer_size(), server.hub.head
            await wire.send("check_in", {"code": "1"}, "late")
            for _ in range(500):
                wire.socket.transport.write(b"\x89\xfd" + b"\x00" * 4 + b"x" * 125)  # pings, which ask for pongs
            for _ in range(5):
                await other.ask("search_members", {"text": "name"})
            assert connection.transport.get_write_buffer_size() <= waiting
            assert not connection.transport.is_reading()
            assert server.hub.newest == head
            wire.socket.transport.resume_reading()
            assert (await wire.until("reply", id="late"))["payload"]["ok"] is True

    run(loop, scenario())


async def test_the_kernel_hides_little_from_the_watchdog(gym: Path) -> None:
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ana")) as wire:
        connection = await stop_reading(server, wire)
        accepted = connection.transport.get_extra_info("socket")
        assert accepted.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) <= 2 * SEND_BUFFER  # Linux doubles it
        assert connection.transport.get_write_buffer_size() > HIGH_WATER
        wire.socket.transport.abort()


async def test_an_idle_connection_is_one_task_and_no_queue(gym: Path) -> None:
    async with serving(gym) as server, AsyncExitStack() as stack:
        before = len(asyncio.all_tasks())
        clients = [
            await stack.enter_async_context(
                connect(f"{server.url}?token={token(gym, user)}", ping_interval=None, compression=None, proxy=None)
            )
            for user in ("ana", "ben", "mia", "otto")
        ]
        await until(lambda: len(server.hub.connections) == len(clients))
        assert len(asyncio.all_tasks()) - before == len(clients)
        assert server.hub._behind == {}
        for session in server._sessions:
            connection = session.connection
            assert (connection.keepalive_task, session._ending) == (None, None)
            assert (connection.protocol.extensions, connection._soon) == ([], [])
            assert len(connection.recv_messages.frames) == connection.transport.get_write_buffer_size() == 0


async def test_a_stalled_reader_does_not_keep_a_server_that_is_asked_to_stop(
    gym: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "DRAIN", 0.05)
    async with asyncio.timeout(WITHIN):
        async with AsyncExitStack() as stack:
            async with serving(gym) as server:
                wire = await stack.enter_async_context(Wire.open(server.url, token(gym, "ana")))
                other = await stack.enter_async_context(Wire.open(server.url, token(gym, "ben")))
                await stop_reading(server, wire)
                await other.until("connection_status")
                rest = asyncio.create_task(other.rest())
            assert (await rest)[-1]["payload"]["status"] == "draining"
            assert await other.closed() == Close.DRAINING
            wire.socket.transport.resume_reading()
            await wire.rest()
            assert await wire.closed() == 1006
