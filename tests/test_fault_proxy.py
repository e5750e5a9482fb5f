"""The line that can be broken: each fault by itself, for connections that there are and for new ones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import pairwise
from typing import Any, Self

import pytest

from tests.faults.proxy import HOST, PIECE, Proxy
from tests.waiting import WITHIN

Side = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Heard(asyncio.Protocol):
    """One connection as its server sees it: the pieces that came, and how it ended."""

    def __init__(self, server: Behind) -> None:
        self._server = server
        self.pieces: list[bytes] = []
        self.ended = asyncio.Event()
        self.error: Exception | None = None
        self._came = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._server.connections.append(self)

    def data_received(self, data: bytes) -> None:
        self.pieces.append(data)
        self._came.set()
        if self._server.echoes:
            self.transport.write(data)

    def connection_lost(self, error: Exception | None) -> None:
        self.error = error
        self.ended.set()

    async def heard(self, pieces: int) -> None:
        """Waits until so many have come."""
        while len(self.pieces) < pieces:
            self._came.clear()
            await self._came.wait()

    @property
    def data(self) -> bytes:
        return b"".join(self.pieces)


class Behind:
    """The server behind the line; unless `echoes`, it only listens."""

    def __init__(self) -> None:
        self.connections: list[Heard] = []
        self.echoes = True

    async def __aenter__(self) -> Self:
        self._server = await asyncio.get_running_loop().create_server(lambda: Heard(self), HOST, 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for connection in self.connections:
            connection.transport.abort()

    @property
    def last(self) -> Heard:
        return self.connections[-1]


@asynccontextmanager
async def line(**faults: Any) -> AsyncIterator[tuple[Proxy, Behind]]:
    async with asyncio.timeout(WITHIN), Behind() as behind, Proxy(behind.port, **faults) as proxy:
        yield proxy, behind


@asynccontextmanager
async def client(proxy: Proxy) -> AsyncIterator[Side]:
    reader, writer = await asyncio.open_connection(HOST, proxy.port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()
        with suppress(OSError):
            await writer.wait_closed()


async def echo(side: Side, data: bytes) -> bytes:
    side[1].write(data)
    return await side[0].readexactly(len(data))


async def settled() -> None:
    """Long enough for what would come over a loopback to have come."""
    for _ in range(500):
        await asyncio.sleep(0)


# --- each fault -----------------------------------------------------------------------------------------------------


async def test_a_line_without_faults_carries_everything_both_ways() -> None:
    data = bytes(range(256)) * 4000
    async with line() as (proxy, behind), client(proxy) as one, client(proxy) as two:
        assert list(await asyncio.gather(echo(one, data), echo(two, data[::-1]))) == [data, data[::-1]]
        assert (proxy.accepted, len(behind.connections)) == (2, 2)
        assert proxy.carried == {"there": 2 * len(data), "back": 2 * len(data)}


async def test_both_ends_of_a_connection_are_heard_of() -> None:
    async with line() as (proxy, behind):
        async with client(proxy) as side:
            await echo(side, b"hello")
            side[1].close()
            await behind.last.ended.wait()
            assert behind.last.error is None
        async with client(proxy) as (reader, writer):
            await echo((reader, writer), b"hello")
            behind.last.transport.write(b"goodbye")
            behind.last.transport.close()
            assert await reader.read() == b"goodbye"


async def test_nobody_behind_the_line_is_a_reset() -> None:
    async with line() as (proxy, behind):
        behind._server.close()
        async with client(proxy) as (reader, _):
            with pytest.raises(ConnectionResetError):
                await reader.read()


async def test_latency_is_each_way() -> None:
    async with line(latency=0.05) as (proxy, behind), client(proxy) as side:
        for way in ("there", "back"):
            left, arrives = proxy.departure(way, 1)
            assert arrives - left == pytest.approx(0.05)
        await echo(side, b"x")
        proxy.set(latency=3600.0)
        side[1].write(b"y")
        async with client(proxy) as other:
            await settled()
            proxy.set(latency=0.0)
            await echo(other, b"z")
        assert [connection.data for connection in behind.connections] == [b"x", b"z"]


async def test_jitter_changes_no_order() -> None:
    async with line(jitter=0.01) as (proxy, _), client(proxy) as (reader, writer):
        for n in range(100):
            writer.write(n.to_bytes(1, "big"))
            await asyncio.sleep(0)
        assert await reader.readexactly(100) == bytes(range(100))


async def test_bandwidth_is_of_all_connections_together() -> None:
    async with line(bandwidth=40_000) as (proxy, behind), client(proxy) as one, client(proxy) as two:
        behind.echoes = False
        times = [proxy.departure("there", size)[0] for size in (4000, 2000, 2000)]
        assert [later - sooner for sooner, later in pairwise(times)] == pytest.approx([0.05, 0.05])
        for side in (one, two):
            side[1].write(b"x" * 5000)
            side[1].write_eof()
        await asyncio.gather(*(side[0].read() for side in (one, two)))
        assert sum(len(c.data) for c in behind.connections) == 10_000


async def test_a_slow_line_hides_little() -> None:
    async with line(bandwidth=1000) as (proxy, behind), client(proxy) as (reader, writer):
        await echo((reader, writer), b"x")
        behind.echoes = False
        writer.transport.set_write_buffer_limits(high=0)
        writer.write(b"x" * 8_000_000)  # more than the kernel takes at this end
        await settled()
        waiting = writer.transport.get_write_buffer_size()
        await behind.last.heard(len(behind.last.pieces) + 3)
        assert waiting - writer.transport.get_write_buffer_size() < 100_000


@pytest.mark.parametrize("ways", [(), ("there",), ("back",)])
async def test_a_black_hole_swallows_and_stays_open(ways: tuple[Any, ...]) -> None:
    async with line() as (proxy, behind), client(proxy) as (reader, writer):
        await echo((reader, writer), b"before")
        proxy.black_hole(*ways)
        writer.write(b"lost?")
        back = asyncio.create_task(reader.read(100))
        await settled()
        assert behind.last.data == (b"beforelost?" if ways == ("back",) else b"before")
        assert not back.done()
        async with client(proxy) as new:
            await settled()
            assert (proxy.accepted, len(proxy.links)) == (2, 2)
            assert not new[0].at_eof()
            proxy.heal()
            with pytest.raises(ConnectionResetError):
                await back
            assert await echo(new, b"whole") == b"whole"


async def test_an_end_in_a_black_hole_is_not_heard_of() -> None:
    async with line() as (proxy, behind):
        async with client(proxy) as side:
            await echo(side, b"before")
            proxy.black_hole()
        await settled()
        assert not behind.last.ended.is_set()
        proxy.heal()
        await behind.last.ended.wait()


@pytest.mark.parametrize("reset", [False, True])
async def test_a_cut_is_for_both_sides(reset: bool) -> None:
    async with line() as (proxy, behind), client(proxy) as (reader, writer):
        await echo((reader, writer), b"before")
        proxy.cut(reset=reset)
        if reset:
            with pytest.raises(ConnectionResetError):
                await reader.read()
        else:
            assert await reader.read() == b""
        await behind.last.ended.wait()
        assert isinstance(behind.last.error, ConnectionResetError) == reset
        async with client(proxy) as side:
            assert await echo(side, b"after") == b"after"


async def test_slices_are_what_arrives() -> None:
    async with line(slice=1) as (proxy, behind), client(proxy) as side:
        data = bytes(range(100))
        assert await echo(side, data) == data
        assert len(behind.last.pieces) > 20


@pytest.mark.parametrize("gone", ["client", "server"])
async def test_half_open_the_other_side_never_hears_of_the_end(gone: str) -> None:
    async with line(half_open=True) as (proxy, behind), client(proxy) as (reader, writer):
        await echo((reader, writer), b"before")
        left = asyncio.create_task(reader.read(100))
        if gone == "client":
            writer.transport.abort()
        else:
            behind.last.transport.abort()
        await settled()
        if gone == "client":
            behind.last.transport.write(b"is anybody there?")
            await settled()
            assert not behind.last.ended.is_set()
        else:
            writer.write(b"is anybody there?")
            await settled()
            assert not left.done()
        assert len(proxy.links) == 1
        proxy.heal()
        if gone == "client":
            await behind.last.ended.wait()
        else:
            with pytest.raises(ConnectionResetError):
                await left


@pytest.mark.parametrize("end", ["close", "reset"])
async def test_a_connection_ends_after_so_many_bytes(end: str) -> None:
    async with line(**{end: 10_000}) as (proxy, behind), client(proxy) as (reader, writer):
        behind.echoes = False
        writer.write(b"x" * (10_000 if end == "close" else 100_000))
        if end == "reset":
            with pytest.raises(ConnectionResetError):
                await reader.read()
        else:
            assert await reader.read() == b""
        await behind.last.ended.wait()
        assert 10_000 <= proxy.carried["there"] < 10_000 + PIECE
        async with client(proxy) as side:  # the count is each connection's own
            behind.echoes = True
            assert await echo(side, b"after") == b"after"
