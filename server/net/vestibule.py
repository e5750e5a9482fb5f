"""Before the first byte of a connection, where the server speaks TLS: the handshake.

The event loop's own TLS tells nobody of a connection before that is done, however many wait. Here it has a place in the
lobby from the beginning, and makes room like any other.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from contextlib import suppress
from typing import Final

from server.net.doorman import Doorman
from server.net.lobby import Lobby, peer_of

log = logging.getLogger(__name__)

SHAKE_HANDS_WITHIN: Final = 10.0  # seconds


class Vestibule(asyncio.Protocol):
    """Takes a new connection's socket, has it begin anew with the handshake, and gives it to a `doorman`."""

    is_owed = False

    def __init__(self, doorman: Doorman, tls: ssl.SSLContext, lobby: Lobby) -> None:
        self._doorman = doorman
        self._tls = tls
        self._lobby = lobby
        self.peer = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.peer = peer_of(transport)
        self._socket: socket.socket = transport.get_extra_info("socket").dup()
        self._socket.setblocking(False)
        transport.close()  # before it reads anything
        self._lobby.enter(self)
        self._shaking = asyncio.get_running_loop().create_task(self._shake_hands())

    def hang_up(self) -> None:
        """Ends it at once, and with it the handshake."""
        with suppress(OSError):  # it has ended
            self._socket.shutdown(socket.SHUT_RDWR)

    async def _shake_hands(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.connect_accepted_socket(
                lambda: self._doorman,
                self._socket,
                ssl=self._tls,
                ssl_handshake_timeout=SHAKE_HANDS_WITHIN,
            )
        except (OSError, EOFError) as error:
            log.debug("a handshake from %s came to nothing: %s", self.peer, error)
            error.__traceback__ = None  # it holds the loop's future, and that holds it
        finally:
            self._lobby.leave(self)
