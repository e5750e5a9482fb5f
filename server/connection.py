"""A WebSocket that takes frames made beforehand: the one place that knows the library's inside.

`websockets` frames each message for each connection and waits for each. The hub frames a window once and writes the
same bytes to everyone; uvloop then shares them between all sockets that cannot take them at once.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from websockets.asyncio.server import ServerConnection
from websockets.frames import Frame, Opcode
from websockets.protocol import State

HIGH_WATER: Final = 64 * 1024  # bytes that may wait for one reader before it gets nothing more


def frame(message: bytes) -> bytes:
    """A text message as it goes over the wire from a server: one final frame, not masked."""
    return Frame(Opcode.TEXT, message).serialize(mask=False)


class Connection(ServerConnection):
    """One client's socket. `cursor` is the newest seq of the journal that was written to it."""

    cursor: int = 0

    @property
    def is_open(self) -> bool:
        return self.protocol.state is State.OPEN

    @property
    def is_full(self) -> bool:
        """More than `HIGH_WATER` bytes wait for the reader."""
        return self.paused

    def write(self, framed: bytes) -> None:
        """Hands bytes of `frame` to the socket, without waiting; a closed one takes nothing."""
        if self.protocol.state is State.OPEN:
            self.transport.write(framed)

    async def drained(self) -> None:
        """Waits until the reader has taken most of what waits for it, or is gone."""
        with suppress(OSError):  # gone: whoever writes next sees that the connection is not open
            await self.drain()
