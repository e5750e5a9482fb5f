"""What Autobahn talks to: an echo on each side, of the bare library and of ours, under the same options."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed, WebSocketException

from gymtui.client.connection.transport import OPTIONS as OURS
from gymtui.protocol import MAX_FRAME
from server.net.connection import Connection
from server.net.hearing import NO_TEXT

BARE: Final[dict[str, Any]] = {"compression": None, "ping_interval": None, "max_size": MAX_FRAME}
CLIENTS: Final[dict[str, dict[str, Any]]] = {"websockets": {**BARE, "proxy": None}, "gymtui": OURS}


async def _echo(connection: ServerConnection) -> None:
    """Ours marks what is binary, and lets nobody say much before a login."""
    if isinstance(connection, Connection):
        connection.welcome("autobahn", None)
    with suppress(ConnectionClosed):
        async for message in connection:
            await connection.send(message.removeprefix(NO_TEXT) if isinstance(message, bytes) else message)


@asynccontextmanager
async def servers() -> AsyncIterator[dict[str, str]]:
    """Both of them, by name, and where they are."""
    async with (
        serve(_echo, "127.0.0.1", 0, **BARE) as bare,
        serve(_echo, "127.0.0.1", 0, create_connection=Connection, **BARE) as ours,
    ):
        yield {
            name: f"ws://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
            for name, listener in (("websockets", bare), ("gymtui", ours))
        }


async def visit(url: str, agent: str) -> None:
    """That client plays all cases that the server at `url` has."""
    options = CLIENTS[agent]
    async with connect(f"{url}/getCaseCount", **options) as socket:
        count = int(await socket.recv())
    for case in range(1, count + 1):
        with suppress(WebSocketException, OSError):  # how a case ends is what Autobahn writes down
            async with connect(f"{url}/runCase?case={case}&agent={agent}", **options) as socket:
                async for message in socket:
                    await socket.send(message)
    async with connect(f"{url}/updateReports?agent={agent}", **options):
        pass
