"""The half of a connection that hears: how much, how fast, and in whose turn; and that nothing of it stays in the end.

The library reads all that comes at once, however much, and keeps it until somebody looks for garbage.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from typing import Any, Final, cast

from websockets.asyncio.messages import Assembler
from websockets.asyncio.server import ServerConnection
from websockets.datastructures import Headers
from websockets.exceptions import InvalidMessage
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import Event, State

from gymtui.protocol import MAX_MESSAGE, Role
from server.net.bites import BITE, Bites
from server.net.lobby import Lobby, peer_of
from server.net.unread import Unread

UNREADABLE: Final = (
    b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    b"This cannot be read as a request: please send HTTP/1.1, and no body.\n"
)
MAX_STRANGE: Final = 2 * MAX_MESSAGE  # bytes of messages before one of them has logged in
NO_HEADERS: Final = Headers()
NO_TEXT: Final = b"\xffbinary"  # what a binary message begins with here, and no text in UTF-8
OF_A_FRAME: Final = 256  # bytes of memory for each, beside what is in it


class Few(list[Any]):
    """A queue that is nearly always empty; an empty deque takes 0.7 KiB, and each connection has two."""

    def popleft(self) -> Any:
        return self.pop(0)

    def extendleft(self, items: Iterable[Any]) -> None:
        self[:0] = reversed(list(items))


def _whole(messages: Assembler) -> int:
    """Bytes of those that nobody has taken."""
    return sum(len(each.data) + OF_A_FRAME for each in messages.frames.queue)


def _let_go(over: ServerConnection) -> None:
    """Of what holds the connection that holds it, and would stay with all that came until somebody looks for garbage: a
    flood leaves so much that the look keeps everybody waiting."""
    over.protocol.parser.close()
    over.recv_messages.resume = lambda: None
    for failed in (over.protocol.handshake_exc, over.protocol.parser_exc, over.connection_exc):
        _forget_where(failed)


def _forget_where(failed: BaseException | None) -> None:
    """It failed there, with all that was there."""
    while failed is not None:
        failed.__traceback__ = None
        failed = failed.__cause__ or failed.__context__


class Hearing(ServerConnection):
    """What comes of one client. `user` is whose it is, in which `role`, once that is known; `heard_at` is in the event
    loop's seconds. `is_hasty`: something came behind its request before that had an answer. `peer` is the address that
    it comes from. `ended_by_us` is the code with which the server ended it, also where the other side could not hear
    that any more and the connection ends with 1006; None where the server did not."""

    __slots__ = (  # the library has nearly as many of its own as an instance's dictionary holds in little room
        "_all_unread",
        "_bites",
        "_is_leaving",
        "_lobby",
        "_rest",
        "_strange",
        "ended_by_us",
        "heard_at",
        "is_hasty",
        "peer",
        "program",
        "role",
        "user",
    )

    def __init__(
        self,
        *args: Any,
        lobby: Lobby | None = None,
        unread: Unread | None = None,
        bites: Bites | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.drain_waiters = cast(deque[asyncio.Future[None]], Few())
        self._lobby = Lobby(self.loop.time) if lobby is None else lobby  # an empty one is a lobby too
        self._all_unread = unread or Unread()
        self._bites = bites or Bites(self.loop)
        self._rest = bytearray()  # of what has come, not read yet
        self._strange = 0  # bytes of what came before anybody logged in
        self.is_hasty = self._is_leaving = False
        self.peer = "an unknown address"
        self.program = self.user = ""
        self.role: Role | None = None
        self.heard_at = self.loop.time()
        self.ended_by_us: int | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.recv_messages.frames.queue = cast(deque[Frame], Few())
        self.peer = peer_of(transport)
        self._lobby.enter(self)
        self.recv_messages.resume = self._read_on

    def connection_lost(self, exc: Exception | None) -> None:
        self._lobby.leave(self)
        self._all_unread.leave(self)
        super().connection_lost(exc)
        _let_go(self)

    def welcome(self, user: str, role: Role | None) -> None:
        """Somebody has logged in on it."""
        self.user, self.role, self._strange = user, role, 0
        if self.request is not None and self.response is not None:
            self.program = self.request.headers.get("User-Agent", "")
            self.request.path = ""  # a token may be in it, and the library's parser keeps it
            self.request.headers = self.response.headers = NO_HEADERS  # 3 KiB
        self._lobby.leave(self)
        self._read_on()

    @property
    def is_owed(self) -> bool:
        """Is it the server's turn: is there a request that is not answered yet?"""
        return self.request is not None and self.response is None

    def hang_up(self) -> None:
        """Ends it at once, without a word."""
        self.transport.abort()

    def cut(self, code: int) -> None:
        """Ends it without a word, for this reason: a close frame would wait behind all that is not read."""
        self.ended_by_us = code
        self.transport.abort()

    def data_received(self, data: bytes) -> None:
        self.heard_at = self.loop.time()
        if self.request is None:
            super().data_received(data)  # a doorman has seen that it is whole
        elif self.protocol.state is State.CONNECTING:
            self.is_hasty = True  # nobody says more before the answer
        elif not self.transport.is_closing():
            self._strange += 0 if self.user else len(data)
            self._rest += data
            self._hear()

    def _hear(self) -> None:
        """What has come, or a bite of it in its turn."""
        if self._is_too_much and not _has_token(self.request):
            self._is_leaving = True
            self.transport.close()
        elif len(self._rest) <= BITE and not self._is_held:
            self.bite()
        else:
            self.transport.pause_reading()
            self._bites.ask(self)
        self._all_unread.note(self, self.unread)

    def bite(self) -> None:
        if not self._is_held:
            bite = bytes(self._rest[:BITE])
            del self._rest[:BITE]
            super().data_received(bite)
            self._read_on()

    @property
    def unread(self) -> int:
        """Bytes that wait here: messages that are whole, one that comes in parts, what is no frame yet, the rest."""
        begun = (self.protocol.current_size or 0) + len(self.protocol.reader.buffer)
        return _whole(self.recv_messages) + begun + len(self._rest)

    @property
    def _is_too_much(self) -> bool:
        """More than anybody has to send to log in: nothing of it is read until it is known whose it is."""
        return self._strange > MAX_STRANGE and not self._is_leaving

    @property
    def _is_held(self) -> bool:
        """Is something against reading on?"""
        return self.paused or self.recv_messages.paused or self._is_too_much or self.transport.is_closing()

    def send_data(self) -> None:
        """The library ends a request that it cannot read, one with a body among them, without a word: here is one."""
        if self.request is None and isinstance(self.protocol.handshake_exc, InvalidMessage) and not self._is_leaving:
            self._is_leaving = True
            self.transport.write(UNREADABLE)
        super().send_data()

    def process_event(self, event: Event) -> None:
        if isinstance(event, Frame) and event.opcode is Opcode.BINARY:
            event.data = NO_TEXT + bytes(event.data)
        if not (self._is_leaving and isinstance(event, Frame)):
            super().process_event(event)

    def hear_no_more(self) -> None:
        """Drops what still comes but a goodbye, or that would wait behind it."""
        self._is_leaving, self.recv_messages.paused = True, False
        self._read_on()

    def pause_writing(self) -> None:
        super().pause_writing()
        self.transport.pause_reading()  # else the library goes on answering pings, into a buffer without an end

    def resume_writing(self) -> None:
        super().resume_writing()
        self._read_on()

    def _read_on(self) -> None:
        """Reads what has come, then listens again, unless something is against it."""
        if self._rest:
            self._bites.ask(self)
        elif not self._is_held:
            self.transport.resume_reading()


def _has_token(request: Request | None) -> bool:
    """Does a login with it need no message more?"""
    return request is not None and ("token=" in request.path or "Authorization" in request.headers)
