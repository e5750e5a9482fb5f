"""A server's WebSocket that takes frames made beforehand; with `hearing` what uses what `websockets` has inside.

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

from websockets.frames import CloseCode, Frame, Opcode
from websockets.protocol import Event, State

from gymtui.faults import fault, is_planned
from server.net.hearing import Hearing

HIGH_WATER: Final = 64 * 1024  # backpressure: bytes that may wait for one reader before it gets nothing more
GOODBYES: Final = (CloseCode.NORMAL_CLOSURE, CloseCode.GOING_AWAY)
PING: Final = Frame(Opcode.PING, b"").serialize(mask=False)


def frame(message: bytes) -> bytes:
    """A text message as it goes over the wire from a server: one final frame, not masked (only clients mask)."""
    return Frame(Opcode.TEXT, message).serialize(mask=False)


class Connection(Hearing):
    """One client's socket. `cursor` is the newest seq of the journal that was written to it, `pinged_at` in the event
    loop's seconds. `round_trip` is how long its last ping took (seconds). `address` is that of whoever asks: not its
    peer's, behind a proxy."""

    __slots__ = (
        "_awaits_pong",
        "_soon",
        "_taken",
        "_took_at",
        "_written",
        "address",
        "cursor",
        "pinged_at",
        "round_trip",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.address = self.peer
        self.round_trip: float | None = None
        self.pinged_at = self._took_at = self.heard_at
        self.cursor = self._written = self._taken = 0
        self._soon: list[bytes] = []
        self._awaits_pong = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.address = self.peer

    def probe(self, now: float) -> None:
        """Asks whether it is there; `now` in the event loop's seconds."""
        self.pinged_at, self._awaits_pong = now, True
        self.write(PING)

    @property
    def is_open(self) -> bool:
        return self.protocol.state is State.OPEN

    @property
    def has_left(self) -> bool:
        """Did the client end it, with a goodbye?"""
        return self.ended_by_us is None and self.close_code in GOODBYES

    @property
    def is_full(self) -> bool:
        """More than `HIGH_WATER` bytes wait for the reader."""
        return self.paused

    def process_event(self, event: Event) -> None:
        if isinstance(event, Frame) and event.opcode is Opcode.PONG and self._awaits_pong:
            self.round_trip, self._awaits_pong = self.loop.time() - self.pinged_at, False
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
        self.hear_no_more()
        await super().close(code, reason)

    def stalled_for(self, now: float) -> float:
        """Seconds since the reader took a byte, while some wait for it; to be asked every second or two. What the
        kernel has of them does not count as taken: it asks for more only when it has sent a third of its buffer, on a
        slow line half a minute's worth."""
        waiting = self.transport.get_write_buffer_size()
        if not waiting and self._taken == self._written:  # all is taken, and was before
            self._took_at = now
            return 0.0
        on_the_way = self._on_the_way()
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

    async def drained(self) -> None:
        """Waits until the reader has taken most of what waits for it, or is gone."""
        with suppress(OSError):  # gone: whoever writes next sees that the connection is not open
            await self.drain()
