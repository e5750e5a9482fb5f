"""The door: the port that the server listens on, and every connection from its first byte to its last."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final, Self, cast
from weakref import WeakSet

from websockets.asyncio.server import Server as Listener
from websockets.asyncio.server import ServerConnection, serve
from websockets.server import ServerProtocol

from gymtui.protocol import MAX_FRAME, PATH
from server.net.bites import Bites
from server.net.certificate import Certificate
from server.net.connection import HIGH_WATER, Connection
from server.net.doorman import ASK_WITHIN, Doorman
from server.net.http import HttpRoutes
from server.net.lobby import Lobby
from server.net.unread import Unread
from server.net.vestibule import Vestibule

SEND_BUFFER: Final = 64 * 1024  # bytes in the kernel for one reader: with its own sizes it hides a dead one for minutes
BACKLOG: Final = 1024  # who may wait to be taken in: where the kernel has no place, they come again after a second


class Door:
    """Hands each connection to `serve` once it is a WebSocket; what is plain HTTP the `routes` answer. It may be
    `listening` already."""

    def __init__(
        self, lobby: Lobby, certificate: Certificate | None = None, listening: socket.socket | None = None
    ) -> None:
        self._lobby = lobby
        self._listening = listening
        self._unread = Unread()
        self._bites = Bites(asyncio.get_running_loop())
        self._tls = None if certificate is None else certificate.context
        self._connections: WeakSet[Connection | Doorman | Vestibule] = WeakSet()

    async def open(
        self, handler: Callable[[Connection], Awaitable[None]], routes: HttpRoutes, host: str, port: int
    ) -> Self:
        """Listens, at this place unless it does already; OSError and UnicodeError where it cannot."""
        place = {"host": host, "port": port} if self._listening is None else {"sock": self._listening}
        self._listener: Listener = serve(
            cast("Callable[[ServerConnection], Awaitable[None]]", handler),
            process_request=routes,
            process_response=routes.answered,
            server_header=None,
            open_timeout=ASK_WITHIN,
        )
        listen = asyncio.get_running_loop().create_server
        self._listener.create_server = partial(listen, self._accept, **place, backlog=BACKLOG)
        await self._listener
        for listening in self._listener.sockets:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        return self

    @property
    def url(self) -> str:
        host, port = self._listener.sockets[0].getsockname()[:2]
        return f"{'ws' if self._tls is None else 'wss'}://{f'[{host}]' if ':' in host else host}:{port}{PATH}"

    def close(self) -> None:
        """Nobody comes in any more."""
        self._listener.close(close_connections=False)

    def hang_up(self) -> None:
        """Cuts every connection at once."""
        for connection in self._connections:
            connection.hang_up()

    async def closed(self) -> None:
        """Once every connection is gone."""
        await self._listener.wait_closed()

    def _accept(self) -> Doorman | Vestibule:
        """Whoever comes. Hold is kept of everybody at each step: they have no session yet, and may never have one."""
        doorman = Doorman(self._lobby, self._let_in)
        self._connections.add(doorman)
        if self._tls is None:
            return doorman
        vestibule = Vestibule(doorman, self._tls, self._lobby)
        self._connections.add(vestibule)
        return vestibule

    def _let_in(self) -> Connection:
        """Whoever has asked for something."""
        connection = Connection(
            ServerProtocol(max_size=MAX_FRAME),
            self._listener,
            lobby=self._lobby,
            unread=self._unread,
            bites=self._bites,
            ping_interval=None,  # the watchdog's: the library's waits for a reader that has stopped
            close_timeout=3,
            write_limit=HIGH_WATER,
        )
        self._connections.add(connection)
        return connection
