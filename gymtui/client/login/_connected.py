"""Who is connected to a server, by its own count: over HTTP, on the port of its WebSocket."""

from __future__ import annotations

import asyncio
import http.client
import re
import urllib.request
from collections.abc import Awaitable, Callable, Mapping
from typing import Final
from urllib.parse import urlsplit

WITHIN: Final = 3.0  # seconds for an answer
MOST: Final = 1024 * 1024  # bytes of one

Connected = Mapping[str, int]
"""How many by role; empty where the server does not say."""

Ask = Callable[[], Awaitable[Connected]]

_LINE: Final = re.compile(r'^gymtui_connections\{role="(\w+)"\} (\d+)', re.MULTILINE)


async def ask_connected(url: str) -> Connected:
    """What the server of the WebSocket at `url` says at `/metrics`."""
    parts = urlsplit(url)
    address = f"{'https' if parts.scheme == 'wss' else 'http'}://{parts.netloc}/metrics"
    try:
        text = await asyncio.to_thread(_read, address)
    except (OSError, http.client.HTTPException):  # the connection itself says so as well
        return {}
    return {role: int(count) for role, count in _LINE.findall(text) if count != "0"}


def _read(address: str) -> str:
    opener = urllib.request.OpenerDirector()
    opener.add_handler(urllib.request.HTTPHandler())
    opener.add_handler(urllib.request.HTTPSHandler())
    with opener.open(address, timeout=WITHIN) as answer:
        body: bytes = answer.read(MOST)
        return body.decode(errors="replace")
