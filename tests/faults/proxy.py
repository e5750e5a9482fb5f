"""A TCP line that can be broken, between a client and a server: for tests, and by hand.

async with Proxy(port_of(server.url), latency=0.2) as proxy:
    ...                                 # the client connects to 127.0.0.1, proxy.port
    proxy.black_hole()                  # from now on, and for the connections that there are
    proxy.heal()

python -m tests.faults.proxy --listen 9000 --to 127.0.0.1:8765 --fault latency=200ms,jitter=50ms
"""

from __future__ import annotations

import asyncio
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass, replace
from random import Random
from types import TracebackType
from typing import Any, Final, Literal, Self

from gymtui.client.tasks import until_first

HOST: Final = "127.0.0.1"
PIECE: Final = 4096  # bytes read at once
ON_THE_WAY: Final = 64  # pieces in one direction: a line holds so much, and then its sender waits
BUFFER: Final = 4096  # bytes in the kernel at each end: with its own sizes it hides how slow a line is
SEGMENT: Final = 1400  # bytes of a packet: on a loopback 64 KiB, acknowledged by half a buffer
RST: Final = struct.pack("ii", 1, 0)  # SO_LINGER: whatever is closed is reset

Way = Literal["there", "back"]
"""From the client to the server, and from the server to the client."""
BOTH: Final[frozenset[Way]] = frozenset(("there", "back"))

Side = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True, kw_only=True)
class Faults:
    """What is wrong with a line, in seconds and in bytes; 0: nothing is."""

    latency: float = 0.0  # each way
    jitter: float = 0.0  # at most so much more, at random; the order stays
    bandwidth: float = 0.0  # bytes a second each way, of all connections together
    slice: int = 0  # what arrives, arrives in pieces of so many bytes
    close: int = 0  # a connection ends after so many bytes, both ways together
    reset: int = 0  # the same, with an RST
    hole: frozenset[Way] = frozenset()  # ways on which bytes are taken and swallowed
    half_open: bool = False  # when a side goes, the other never hears of it


class Proxy:
    """Passes on what comes to `port` of this machine, from the beginning of the block to its end; with `faults`, by the
    names of Faults. `accepted` counts connections, `carried` the bytes that were delivered each way."""

    def __init__(
        self, to_port: int, *, to_host: str = HOST, port: int = 0, random: Random | None = None, **faults: Any
    ) -> None:
        self._to = (to_host, to_port)
        self._socket = _narrow(socket.create_server((HOST, port)))
        self._random = random or Random()
        self._free_at: dict[Way, float] = {"there": 0.0, "back": 0.0}
        self._links: dict[asyncio.Task[None], _Link | None] = {}
        self._closed = False
        self.port: int = self._socket.getsockname()[1]
        self.faults = Faults(**faults)
        self.accepted = 0
        self.carried: dict[Way, int] = {"there": 0, "back": 0}

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, sock=self._socket, limit=PIECE)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed = True
        self._server.close()
        self.cut(reset=True)
        await asyncio.gather(*self._links)

    # --- what is wrong ------------------------------------------------------------------------------------------------

    def set(self, **faults: Any) -> None:
        """Changes these faults; the others stay as they are."""
        self.faults = replace(self.faults, **faults)

    def black_hole(self, *ways: Way) -> None:
        """Bytes are swallowed, on these ways or on both. New connections are taken all the same."""
        self.set(hole=frozenset(ways) or BOTH)

    def heal(self) -> None:
        """Nothing is wrong any more. What was swallowed does not come back: a connection that misses it is reset."""
        self.faults = Faults()
        for link in self.links:
            if link.torn:
                link.end(reset=True)

    def cut(self, *, reset: bool = False) -> None:
        """Ends every connection that there is, for both sides: politely, or with an RST."""
        for link in self.links:
            link.end(reset=reset)

    # --- what passes --------------------------------------------------------------------------------------------------

    @property
    def links(self) -> list[_Link]:
        """The connections that one side at the least takes to be there."""
        return [link for link in self._links.values() if link is not None]

    def departure(self, way: Way, size: int) -> tuple[float, float]:
        """When so many bytes have left, and when they arrive, by the event loop's clock. The line is one for all."""
        left = now = asyncio.get_running_loop().time()
        if self.faults.bandwidth:
            left = self._free_at[way] = max(now, self._free_at[way]) + size / self.faults.bandwidth
        return left, left + self.faults.latency + self._random.random() * self.faults.jitter

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._links[task] = None
        self.accepted += 1
        try:
            behind = await self._dial()
            if behind is None or self._closed:
                _end(writer, reset=True)
                return
            link = self._links[task] = _Link(self, (reader, writer), behind)
            await link.run()
        finally:
            del self._links[task]

    async def _dial(self) -> Side | None:
        """The server's end; None where nobody is there, which the client hears as it would without a proxy."""
        made = _narrow(socket.socket())
        made.setblocking(False)
        try:
            await asyncio.get_running_loop().sock_connect(made, self._to)
        except OSError:
            made.close()
            return None
        return await asyncio.open_connection(sock=made, limit=PIECE)


class _Link:
    """One connection through the proxy: two, the client's and the server's. `torn` are the ways that have lost bytes:
    nothing more comes through on them, the news of an end neither."""

    def __init__(self, proxy: Proxy, client: Side, server: Side) -> None:
        self._proxy = proxy
        self._sides = (client, server)
        self._carried = 0
        self._is_untold = False
        self.torn: set[Way] = set()
        for _, writer in self._sides:
            writer.transport.set_write_buffer_limits(high=0)  # what has left is in the kernel, or has not left

    async def run(self) -> None:
        """Until both sides are gone."""
        (client, to_client), (server, to_server) = self._sides
        try:
            await until_first(self._carry("there", client, to_server), self._carry("back", server, to_client))
            if self._is_untold:
                await asyncio.gather(_swallow(client), _swallow(server))
        finally:
            self.end()
            await asyncio.gather(*(writer.wait_closed() for _, writer in self._sides), return_exceptions=True)

    def end(self, *, reset: bool = False) -> None:
        for _, writer in self._sides:
            _end(writer, reset=reset)

    async def _carry(self, way: Way, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One way, until its sender is gone and all that it sent has arrived."""
        pieces: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(ON_THE_WAY)
        with suppress(OSError):
            await until_first(self._take(way, reader, pieces), self._deliver(way, writer, pieces))
        if self._proxy.faults.half_open or way in self._proxy.faults.hole:
            self.torn.add(way)
        self._is_untold = way in self.torn

    async def _take(self, way: Way, reader: asyncio.StreamReader, pieces: asyncio.Queue[tuple[float, bytes]]) -> None:
        loop = asyncio.get_running_loop()
        while piece := await reader.read(self._size()):
            left, arrives = self._proxy.departure(way, len(piece))
            await asyncio.sleep(left - loop.time())
            await pieces.put((arrives, piece))
        await pieces.join()

    def _size(self) -> int:
        """Of a slow line a tenth of a second at the most, or it would be idle and then busy."""
        bandwidth = self._proxy.faults.bandwidth
        return max(1, min(PIECE, int(bandwidth / 10))) if bandwidth else PIECE

    async def _deliver(
        self, way: Way, writer: asyncio.StreamWriter, pieces: asyncio.Queue[tuple[float, bytes]]
    ) -> None:
        loop = asyncio.get_running_loop()
        while not writer.is_closing():
            arrives, piece = await pieces.get()
            await asyncio.sleep(arrives - loop.time())
            if way in self._proxy.faults.hole:
                self.torn.add(way)
            if way not in self.torn:
                await self._write(way, writer, piece)
            pieces.task_done()

    async def _write(self, way: Way, writer: asyncio.StreamWriter, piece: bytes) -> None:
        faults = self._proxy.faults
        step = faults.slice or len(piece)
        self._proxy.carried[way] += len(piece)
        self._carried += len(piece)
        for start in range(0, len(piece), step):
            writer.write(piece[start : start + step])
            await writer.drain()
            await asyncio.sleep(0)
        if faults.reset and self._carried >= faults.reset:
            self.end(reset=True)
        elif faults.close and self._carried >= faults.close:
            self.end()


def _narrow(made: socket.socket) -> socket.socket:
    """With little room in the kernel; connections that a listening socket accepts have its sizes."""
    for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
        made.setsockopt(socket.SOL_SOCKET, option, BUFFER)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, SEGMENT)
    return made


async def _swallow(reader: asyncio.StreamReader) -> None:
    with suppress(OSError):
        while await reader.read(PIECE):
            pass


def _end(writer: asyncio.StreamWriter, *, reset: bool) -> None:
    if not reset:
        writer.close()
        return
    if not writer.transport.is_closing():
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RST)
    writer.transport.abort()


if __name__ == "__main__":
    from tests.faults.by_hand import main

    main()
