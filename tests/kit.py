"""What tests of the server share: a server on a real socket, and a client that speaks plain JSON to it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import pairwise
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from server.app import Server
from tests.waiting import WITHIN


def port_of(url: str) -> int:
    """The port in a server's URL."""
    port = urlsplit(url).port
    assert port is not None
    return port


class Wire:
    """One connection, seen as the JSON that goes over it; `received` keeps everything in order."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.received: list[dict[str, Any]] = []

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, token: str | None = None, *, desk: str | None = None) -> AsyncIterator[Self]:
        """A connection to the server; closed at the end of the block."""
        query = "&".join(f"{k}={v}" for k, v in (("token", token), ("desk", desk)) if v is not None)
        async with connect(f"{url}?{query}", compression=None, proxy=None) as socket:
            yield cls(socket)

    async def send(self, type: str, payload: object | None = None, id: str | None = None, **more: object) -> None:
        """A message, its payload and its id only where given; `more` goes beside them."""
        message = (
            {"type": type} | ({} if payload is None else {"payload": payload}) | ({} if id is None else {"id": id})
        )
        await self.socket.send(json.dumps(message | more))

    async def next(self) -> dict[str, Any]:
        """The next message, whatever it is."""
        async with asyncio.timeout(WITHIN):
            message: dict[str, Any] = json.loads(await self.socket.recv())
        self.received.append(message)
        return message

    async def until(self, type: str, **fields: object) -> dict[str, Any]:
        """The next message of that type whose outside has these fields."""
        while True:
            message = await self.next()
            if message["type"] == type and all(message.get(name) == value for name, value in fields.items()):
                return message

    async def ask(self, type: str, payload: object | None = None, id: str = "1") -> dict[str, Any]:
        """Sends a request, and gives the payload of its reply."""
        await self.send(type, payload, id)
        payload = (await self.until("reply", id=id))["payload"]
        assert isinstance(payload, dict)
        return payload

    async def rest(self) -> list[dict[str, Any]]:
        """All that still comes, until the connection ends."""
        start = len(self.received)
        with suppress(ConnectionClosed):
            while True:
                await self.next()
        return self.received[start:]

    async def covers(self, seq: int) -> list[dict[str, Any]]:
        """All messages until one covers `seq` of the journal."""
        start = len(self.received)
        while (await self.next()).get("seq", 0) < seq:
            pass
        return self.received[start:]

    @property
    def events(self) -> list[dict[str, Any]]:
        """The payloads of all events so far, in the order of the journal; the frames that brought them must join."""
        batches = [message for message in self.received if message["type"] == "batch"]
        for before, after in pairwise(batches):
            assert after["prev_seq"] == before["seq"]
        payloads = [(name, p) for b in batches for name, ps in b["payload"]["batches"].items() for p in ps]
        return sorted((p for name, p in payloads if name != "stats"), key=lambda p: p["seq"])

    async def closed(self) -> int | None:
        """Waits for the end of the connection; its close code."""
        async with asyncio.timeout(WITHIN):
            await self.socket.wait_closed()
        return self.socket.close_code


@asynccontextmanager
async def serving(database: str | Path, **options: Any) -> AsyncIterator[Server]:
    """A server on a free loopback port."""
    async with Server(database, **options) as server:
        yield server
