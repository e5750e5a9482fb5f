"""What the tests of `/auth/token` share: requests as bytes, and what the server answers."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any, NamedTuple

from server.app import Server
from server.store.sqlite.store import SqliteStore
from tests.gym_kit import PASSWORD
from tests.kit import port_of
from tests.sqlite_kit import connection_of
from tests.till import NINE
from tests.waiting import WITHIN


class Answer(NamedTuple):
    """What the server answered, as it came over the socket."""

    status: int
    headers: dict[str, str]
    body: str

    @property
    def json(self) -> dict[str, Any]:
        """The body; it is never kept by a cache."""
        assert self.headers["content-type"] == "application/json"
        assert self.headers["cache-control"] == "no-store"
        decoded: dict[str, Any] = json.loads(self.body)
        return decoded


async def ask(url: str, path: str, *headers: str, method: str = "POST", body: bytes = b"") -> Answer:
    """One plain HTTP request to the port of a WebSocket's URL."""
    request = "\r\n".join([f"{method} {path} HTTP/1.1", "Host: localhost", *headers, "", ""]).encode()
    return await ask_raw(url, request + body)


async def ask_raw(url: str, request: bytes) -> Answer:
    """Sends these bytes to the server's port, and reads until it closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(url))
    writer.write(request)
    async with asyncio.timeout(WITHIN):
        head, _, body = (await reader.read()).decode().partition("\r\n\r\n")
    writer.close()
    first, *lines = head.split("\r\n")
    named = (line.partition(": ") for line in lines)
    return Answer(int(first.split()[1]), {name.lower(): value for name, _, value in named}, body)


def basic(name: str, password: str = PASSWORD) -> str:
    """The header that logs in with a name and a password."""
    return "Authorization: Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def bearer(refresh: str) -> str:
    """The header that renews with a refresh token."""
    return f"Authorization: Bearer {refresh}"


class Watch:
    """A clock to turn."""

    def __init__(self) -> None:
        self.now = NINE

    def __call__(self) -> int:
        return self.now


def writes(server: Server, may: bool) -> None:
    """Takes the server's database the right to write, or gives it back."""
    store = server._database.store
    assert isinstance(store, SqliteStore)
    connection_of(store).execute(f"PRAGMA query_only = {'OFF' if may else 'ON'}")
