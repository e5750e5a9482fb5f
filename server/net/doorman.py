"""The doorman: until a request has come whole, a connection is the bytes that came, and a place in the lobby.

What the library makes of each connection, a parser, a task and timers, costs many times as much; whoever says nothing,
or comes to no end, has none of it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Final, cast

from gymtui.protocol import MAX_REQUEST
from server.net.connection import Connection
from server.net.hearing import UNREADABLE
from server.net.lobby import Lobby, peer_of

ASK_WITHIN: Final = 10.0  # seconds for a whole request
END: Final = b"\r\n\r\n"
FIRST_LINE: Final = re.compile(rb"[^\n]* HTTP/1\.[01]\r\n")  # what has another one may be anything, and has no end
TOO_LARGE: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n\r\n"
    b"That is too long for a request here: please send less than 16 KiB.\n"
)


class Doorman(asyncio.Protocol):
    """Takes what comes of a request, and hands it over, with the line it came by, to the connection that `let_in`
    makes."""

    is_owed = False

    def __init__(self, lobby: Lobby, let_in: Callable[[], Connection]) -> None:
        self._lobby = lobby
        self._let_in = let_in
        self._said = bytearray()
        self._transport: asyncio.Transport | None = None
        self._is_unwanted = False
        self.peer = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self.peer = peer_of(transport)
        self._patience = asyncio.get_running_loop().call_later(ASK_WITHIN, self.hang_up)
        self._lobby.enter(self)
        if self._is_unwanted:
            self.hang_up()

    def connection_lost(self, _: Exception | None) -> None:
        self._leave()

    def hang_up(self) -> None:
        """Ends it at once, without a word, and also where it only begins."""
        self._is_unwanted = True
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        before = len(self._said)
        self._said += data
        ends = self._said.find(END, max(before - len(END), 0))
        if (ends if ends >= 0 else len(self._said)) > MAX_REQUEST:
            self._turn_away(TOO_LARGE)
        elif ends >= 0:
            self._hand_over(ends + len(END))
        elif self._said.find(b"\n") >= before and not FIRST_LINE.match(self._said):
            self._turn_away(UNREADABLE)

    def _hand_over(self, end: int) -> None:
        assert self._transport is not None
        self._leave()
        connection = self._let_in()
        self._transport.set_protocol(connection)
        connection.connection_made(self._transport)
        connection.data_received(bytes(self._said[:end]))
        if len(self._said) > end:  # it belongs to no request, and is none before there is an answer
            connection.data_received(bytes(self._said[end:]))

    def _turn_away(self, answer: bytes) -> None:
        """It has its place until it is gone: over TLS that takes two."""
        assert self._transport is not None
        if not self._transport.is_closing():
            self._transport.write(answer)
            self._transport.close()

    def _leave(self) -> None:
        self._patience.cancel()
        self._lobby.leave(self)
