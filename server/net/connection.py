"""A server's WebSocket that takes frames made beforehand: the one module that uses what `websockets` has inside.

The library frames each message for each connection and waits for each write; its keepalive waits with them, so a peer
that stops reading is never dropped. Here the hub frames a window once and writes the same bytes to everyone without
waiting (uvloop shares them between all sockets that cannot take them at once), and the watchdog sends the heartbeat.
"""

from __future__ import annotations

import asyncio
import fcntl
import sys
import termios
from contextlib import suppress
from typing import Any, Final

from websockets.asyncio.messages import Assembler
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import InvalidMessage
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import Event, State

from gymtui.faults import fault, is_planned
from gymtui.protocol import MAX_MESSAGE, Role
from server.net.lobby import Lobby, peer_of
from server.net.unread import Unread

HIGH_WATER: Final = 64 * 1024  # backpressure: bytes that may wait for one reader before it gets nothing more
PING: Final = Frame(Opcode.PING, b"").serialize(mask=False)
UNREADABLE: Final = (
    b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    b"This cannot be read as a request: please send HTTP/1.1, and no body.\n"
)
MAX_STRANGE: Final = 2 * MAX_MESSAGE  # bytes of messages before one of them has logged in
NO_TEXT: Final = b"\xffbinary"  # what a binary message begins with here, and no text in UTF-8
OF_A_FRAME: Final = 256  # bytes of memory for each, beside what is in it


def frame(message: bytes) -> bytes:
    """A text message as it goes over the wire from a server: one final frame, not masked (only clients mask)."""
    return Frame(Opcode.TEXT, message).serialize(mask=False)


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


class Connection(ServerConnection):
    """One client's socket. `user` is whose it is, in which `role`, once that is known; `cursor` is the newest
    seq of the journal that was written to it; `heard_at` and `pinged_at` are in the event loop's seconds. `ended_by_us`
    is the code with which the server ended it, also where the other side could not hear that any more and the
    connection ends with 1006; None where the server did not. `is_hasty`: something came behind its request before that
    had an answer. `round_trip` is how long its last ping took (seconds). `peer` is the address that it comes from,
    `address` that of whoever asks: another one behind a proxy."""

    def __init__(self, *args: Any, lobby: Lobby | None = None, unread: Unread | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lobby = Lobby(self.loop.time) if lobby is None else lobby  # an empty one is a lobby too
        self._all_unread = unread or Unread()
        self._strange = 0  # bytes of what came before anybody logged in
        self.is_hasty = False
        self.peer = self.address = "an unknown address"
        self.user = ""
        self.role: Role | None = None
        self.round_trip: float | None = None
        self.heard_at = self.pinged_at = self._took_at = self.loop.time()
        self.cursor = self._written = self._taken = 0
        self._soon: list[bytes] = []
        self._awaits_pong = self._is_leaving = False
        self.ended_by_us: int | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.peer = self.address = peer_of(transport)
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
        self._lobby.leave(self)
        self._read_on()

    def probe(self, now: float) -> None:
        """Asks whether it is there; `now` in the event loop's seconds."""
        self.pinged_at, self._awaits_pong = now, True
        self.write(PING)

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

    @property
    def is_open(self) -> bool:
        return self.protocol.state is State.OPEN

    @property
    def is_full(self) -> bool:
        """More than `HIGH_WATER` bytes wait for the reader."""
        return self.paused

    def data_received(self, data: bytes) -> None:
        self.heard_at = self.loop.time()
        if self.request is not None and self.protocol.state is State.CONNECTING:
            self.is_hasty = True  # nobody says more before the answer
            return
        if not self.user:
            self._strange += len(data)
        is_much = self._strange > MAX_STRANGE and not self._is_leaving
        if is_much and not _has_token(self.request):
            self._is_leaving = True
            self.transport.close()
        elif not self.transport.is_closing():
            super().data_received(data)
            self._all_unread.note(self, self.unread)
            if is_much:
                self.transport.pause_reading()  # until it is known whose token that is

    @property
    def unread(self) -> int:
        """Bytes of messages that wait here: those that are whole, one that comes in parts, and what is no frame yet."""
        return _whole(self.recv_messages) + (self.protocol.current_size or 0) + len(self.protocol.reader.buffer)

    def send_data(self) -> None:
        """The library ends a request that it cannot read, one with a body among them, without a word: here is one."""
        if self.request is None and isinstance(self.protocol.handshake_exc, InvalidMessage) and not self._is_leaving:
            self._is_leaving = True
            self.transport.write(UNREADABLE)
        super().send_data()

    def process_event(self, event: Event) -> None:
        if isinstance(event, Frame) and event.opcode is Opcode.PONG and self._awaits_pong:
            self.round_trip, self._awaits_pong = self.loop.time() - self.pinged_at, False
        if isinstance(event, Frame) and event.opcode is Opcode.BINARY:
            event.data = NO_TEXT + bytes(event.data)
        if not (self._is_leaving and isinstance(event, Frame)):
            super().process_event(event)

    def write(self, framed: bytes) -> None:
        """Hands bytes of `frame` to the socket, without waiting; a closed one takes nothing."""
        if self._soon:
            self._flush()
        if self.protocol.state is State.OPEN:
            self._written += len(framed)
            self.transport.write(framed)

    def write_soon(self, framed: bytes) -> None:
        """The same at the end of this turn of the event loop: the answers to many commands are one write then."""
        if not self._soon:
            self.loop.call_soon(self._flush)
        self._soon.append(framed)

    def _flush(self) -> None:
        if self._soon:
            framed, self._soon = b"".join(self._soon), []
            self.write(framed)
            if is_planned():
                self.loop.call_soon(fault, "after_reply")  # uvloop writes at the end of a turn

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Says goodbye; what still comes but the client's own goodbye is dropped, or that would wait behind it."""
        if self.ended_by_us is None and self.is_open:
            self.ended_by_us = code
        self._flush()
        self._is_leaving, self.recv_messages.paused = True, False
        self._read_on()
        await super().close(code, reason)

    def stalled_for(self, now: float) -> float:
        """Seconds since the reader took a byte, while some wait for it; to be asked every second or so. What the kernel
        has of them does not count as taken: it asks for more only when it has sent a third of its buffer, on a slow
        line half a minute's worth."""
        waiting, on_the_way = self.transport.get_write_buffer_size(), self._on_the_way()
        taken = self._written - waiting - on_the_way
        if not waiting + on_the_way or taken > self._taken:
            self._took_at = now
        self._taken = taken  # may go down: what the library itself writes, pongs, is in what waits alone
        return now - self._took_at if waiting else 0.0

    def _on_the_way(self) -> int:
        """Bytes that the kernel tells are not acknowledged."""
        if sys.platform != "linux" or self.transport.is_closing():
            return 0
        queued = fcntl.ioctl(self.transport.get_extra_info("socket").fileno(), termios.TIOCOUTQ, bytes(4))
        return int.from_bytes(queued, sys.byteorder)

    def silent_for(self, now: float) -> float:
        """Seconds without a frame. A reader for whom bytes wait may have our pings among them, and one that is not
        listened to cannot be heard: neither is silent."""
        if self.transport.get_write_buffer_size() or not self.transport.is_reading():
            self.heard_at = now
        return now - self.heard_at

    def pause_writing(self) -> None:
        super().pause_writing()
        self.transport.pause_reading()  # else the library goes on answering pings, into a buffer without an end

    def resume_writing(self) -> None:
        super().resume_writing()
        self._read_on()

    def _read_on(self) -> None:
        """Listens again, unless something else is against it."""
        if not (self.paused or self.recv_messages.paused or self.transport.is_closing()):
            self.transport.resume_reading()

    async def drained(self) -> None:
        """Waits until the reader has taken most of what waits for it, or is gone."""
        with suppress(OSError):  # gone: whoever writes next sees that the connection is not open
            await self.drain()


def _has_token(request: Request | None) -> bool:
    """Does a login with it need no message more?"""
    return request is not None and ("token=" in request.path or "Authorization" in request.headers)
