"""Whether a server answers, before anybody has logged in: one look over HTTP, on the port of its WebSocket."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, Literal
from urllib.parse import urlsplit

WITHIN: Final = 3.0  # seconds for an answer

Readiness = Literal["ready", "unready", "stranger", "away"]
"""It takes commands; it is there, and takes none just now; something else answers; nothing does."""

Probe = Callable[[str], Awaitable[Readiness]]


async def ask_readiness(url: str) -> Readiness:
    """What the server of the WebSocket at `url` says at `/readyz`."""
    parts = urlsplit(url)
    secure = parts.scheme == "wss"
    try:
        async with asyncio.timeout(WITHIN):
            port = parts.port or (443 if secure else 80)
            reader, writer = await asyncio.open_connection(parts.hostname, port, ssl=secure or None)
            try:
                writer.write(f"GET /readyz HTTP/1.1\r\nHost: {parts.hostname}\r\nConnection: close\r\n\r\n".encode())
                line = await reader.readline()
            finally:
                writer.transport.abort()
    except (OSError, ValueError):  # a timeout is an OSError; a port, a name or an answer that cannot be is the other
        return "away"
    status = line.split()[1:2]
    if status == [b"200"]:
        return "ready"
    return "unready" if status == [b"503"] else "stranger" if status else "away"
