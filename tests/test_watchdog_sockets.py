"""The watchdog on real sockets."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import uvloop
from websockets.asyncio.client import connect

from gymtui.protocol import PING_EVERY, STALL, Close
from server import app
from server.net.connection import HIGH_WATER
from server.net.door import SEND_BUFFER
from tests.gym_kit import token
from tests.kit import Wire, serving
from tests.waiting import WITHIN, until
from tests.watchdog_kit import Skewed, figure, fill, stop_reading, the

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


@pytest.mark.slow
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


@pytest.mark.slow
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
        await until(lambda: all(session.connection._soon == [] for session in server._sessions))  # the welcome has gone
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
