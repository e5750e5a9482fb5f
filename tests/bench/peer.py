"""`python -m tests.bench.peer each|batch`: the peer beside which the server is measured, the `websockets` library's own
`broadcast`. It relays what its publisher says and does nothing else: an event a frame, or all of a tenth of a second in
one. Prints its port, and ends with whoever started it.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress

import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosed

from gymtui import codec
from gymtui.protocol import BATCH_MS, CheckInEvent


class Relay:
    """Whoever comes is a subscriber; what one says at `/pub` goes to all of them."""

    def __init__(self, window: float) -> None:
        self._window = window
        self._here: set[ServerConnection] = set()
        self._pending: list[bytes] = []

    async def handle(self, socket: ServerConnection) -> None:
        if socket.request is not None and socket.request.path.startswith("/pub"):
            await self._publish(socket)
        self._here.add(socket)
        await socket.wait_closed()
        self._here.discard(socket)

    async def _publish(self, socket: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            while True:
                self._take(await socket.recv(decode=False))

    def _take(self, event: bytes) -> None:
        if not self._window:
            broadcast(self._here, event, text=True)
            return
        if not self._pending:
            asyncio.get_running_loop().call_later(self._window, self._flush)
        self._pending.append(event)

    def _flush(self) -> None:
        broadcast(self._here, codec.batch({CheckInEvent.type: self._pending}, 0, 0), text=True)
        self._pending = []


async def main(window: float) -> None:
    relay, ended = Relay(window), asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    async with serve(relay.handle, "127.0.0.1", 0, compression=None, max_queue=None, backlog=4096) as listener:
        print(next(iter(listener.sockets)).getsockname()[1], flush=True)
        await ended


if __name__ == "__main__":
    uvloop.run(main({"each": 0.0, "batch": BATCH_MS / 1000}[sys.argv[1]]))
