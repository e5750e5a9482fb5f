"""A WebSocket that takes whatever comes for a sign of life.

The library's keepalive waits for the answer to one ping. On a slow line that stands behind a minute of snapshot, so the
library would end the connection, the snapshot would begin again, and so on for ever. And where the other side takes
nothing, it would wait for ever itself.
"""

from __future__ import annotations

import asyncio
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.protocol import State


class Connection(ClientConnection):
    """Pings every `ping_interval` seconds, and is over when no byte has come for `ping_timeout` seconds."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._heard_at = self.loop.time()

    def data_received(self, data: bytes) -> None:
        self._heard_at = self.loop.time()
        super().data_received(data)
        if self.protocol.close_rcvd is not None:
            self.transport.close()  # the answer is written; whether it gets there may be why the other side goes

    async def keepalive(self) -> None:
        assert self.ping_interval is not None
        assert self.ping_timeout is not None
        while (left := self._heard_at + self.ping_timeout - self.loop.time()) > 0:
            await asyncio.sleep(min(self.ping_interval, left))
            if not self.transport.is_reading():  # who is not listened to cannot be heard
                self._heard_at = self.loop.time()
            if self.protocol.state is State.OPEN:
                self.protocol.send_ping(b"")
                self.send_data()  # without waiting, as the library would: that may be for ever
        self.transport.abort()
