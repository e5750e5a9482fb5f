"""What tests of the server share: a server on a real socket, and a client that speaks plain JSON to it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from itertools import pairwise
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from argon2 import PasswordHasher
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from gymtui import clock
from gymtui.protocol import Member, Role
from server.admin.importing.members import import_members
from server.app import Server
from server.auth import auth
from server.gym.settings import configure
from server.store import Store, Transaction, User
from server.store.opening import open_store, opened
from tests.waiting import WITHIN

PASSWORD = "a long enough password"
auth._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # a gym's own takes 50 ms each time
_HASH = auth.hash_password(PASSWORD)


def add_user(store: Store, name: str, role: Role) -> None:
    """A user who logs in with `PASSWORD`."""

    def work(tx: Transaction) -> None:
        tx.put_user(User(name=name, role=role, password_hash=_HASH, disabled=False))

    store.write([work])


def add_members(store: Store, members: Iterable[dict[str, object]]) -> None:
    """Members by their fields; at the least `full_name` and `membership_number`."""
    assert import_members(store, enumerate(members)).problems == []


def make_gym(database: str | Path, *members: dict[str, object]) -> None:
    """A gym in a database: `ana` is staff, `mia` a manager, `otto` an operator, and members as given."""
    store = open_store(database)
    for name, role in (("ana", "staff"), ("ben", "staff"), ("mia", "manager"), ("otto", "operator")):
        add_user(store, name, role)  # type: ignore[arg-type]  # a loop widens a literal
    add_members(store, members)
    store.close()


def name_gym(database: str | Path, **named: Any) -> None:
    """As `serve` does: what the gym is called, its clock, how many may be in, its policy."""
    settings = configure(**{"name": None, "timezone": None, "capacity": None} | named)
    with opened(database) as store:
        store.write([settings])


def token(database: str | Path, user: str, *, ttl: int = 3600, now: int | None = None) -> str:
    """An access token as `admin tokens issue` prints it."""
    store = open_store(database)
    try:
        at = clock.now() if now is None else now
        return auth.issue(store.signing_keys(), store.users()[user], auth.ISSUED + clock.new_id(at), ttl=ttl, now=at)
    finally:
        store.close()


def port_of(url: str) -> int:
    """The port in a server's URL."""
    port = urlsplit(url).port
    assert port is not None
    return port


def stored(store: Store, number: str) -> Member:
    """The member with that number, as the database has it."""
    return next(m for m in store.all_members() if m.membership_number == number)


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
