"""A TCP proxy between the demo's desk and its server, which can be cut and slowed down."""

from __future__ import annotations

import asyncio
import logging
import socket
from types import TracebackType
from typing import Final, Self

from gymtui.client.tasks import until_first

logger = logging.getLogger(__name__)

HOST: Final = "127.0.0.1"
PIECE: Final = 64 * 1024  # bytes
ON_THE_WAY: Final = 1024  # pieces in one direction


class Relay:
    """Listens on `port` from the beginning of the block, and passes bytes on to the server while `run` runs.

    `delay` is in seconds, each way. While it `is_cut`, connections are dropped without a word.
    """

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._socket = socket.create_server((HOST, 0))
        self._writers: set[asyncio.StreamWriter] = set()
        self.port: int = self._socket.getsockname()[1]
        self.delay = 0.0
        self.is_cut = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    async def run(self) -> None:
        """Until cancelled."""
        server = await asyncio.start_server(self._pass_on, sock=self._socket)
        try:
            await server.serve_forever()
        finally:
            self._drop()

    def cut(self) -> None:
        """Drops all connections, and each new one, until `mend`."""
        self.is_cut = True
        self._drop()

    def mend(self) -> None:
        """Passes on again what connects from now on."""
        self.is_cut = False

    def _drop(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either side ends it."""
        self._writers.add(writer)
        try:
            if not self.is_cut:
                there, back = await asyncio.open_connection(HOST, self._server_port)
                try:
                    await until_first(self._carry(reader, back), self._carry(there, writer))
                finally:
                    back.transport.abort()
        except OSError as error:
            logger.info("The relay lost a connection: %s", error)
        finally:
            self._writers.discard(writer)
            writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One direction; what is read leaves `delay` later, in order."""
        loop = asyncio.get_running_loop()
        pieces: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(ON_THE_WAY)

        async def read() -> None:
            while piece := await reader.read(PIECE):
                await pieces.put((loop.time() + self.delay, piece))
            await pieces.put((loop.time() + self.delay, b""))
            await pieces.join()

        async def write() -> None:
            while True:
                due, piece = await pieces.get()
                await asyncio.sleep(due - loop.time())
                writer.write(piece)
                await writer.drain()
                pieces.task_done()

        await until_first(read(), write())
