"""Whoever is gone leaves nothing in memory, without a look for garbage: a flood would make such looks long."""

from __future__ import annotations

import asyncio
import gc
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.frames import Frame, Opcode

from gymtui.protocol import MAX_FRAME
from server.net.entrance import entrance
from tests.gym_kit import token
from tests.http_token_kit import basic
from tests.kit import Wire, port_of, serving
from tests.tls_kit import Authority, authority
from tests.waiting import until

__all__ = ["authority"]  # a fixture

HOST = b"Host: localhost\r\n"
UPGRADE = (
    b"GET /ws/checkins/?token=%b HTTP/1.1\r\n" + HOST + b"Upgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)
SAID = {
    "nothing": b"",
    "a part of a request": b"GET / HTTP/1.1\r\n",
    "no request": b"\x00\r\n\r\n",
    "a header too long": b"GET / HTTP/1.1\r\nX: " + b"x" * 10_000 + b"\r\n\r\n",
    "a request": b"GET /nothing HTTP/1.1\r\n" + HOST + b"\r\n",
    "a wrong password": b"POST /auth/token HTTP/1.1\r\n" + HOST + basic("nobody").encode() + b"\r\n\r\n",
    "a wrong token": UPGRADE % b"made.up.one",
    "an upgrade": UPGRADE.replace(b"?token=%b", b""),
}


@pytest.fixture(autouse=True)
def _nobody_looks_for_garbage() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize("said", SAID.values(), ids=SAID)
async def test_a_stranger_who_is_gone(said: bytes, gym: Path) -> None:
    async with serving(gym) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", port_of(server.url))
        writer.write(said)
        await until(lambda: len(server._door._connections) == 1)
        if said.endswith(b"\r\n\r\n"):
            await reader.read(1)
        writer.transport.abort()
        await until(lambda: len(server._door._connections) == 0)


@pytest.mark.parametrize("said", [b"", b"\x16\x03\x01"])
async def test_a_handshake_that_is_gone(said: bytes, gym: Path, authority: Authority) -> None:
    chain, key = authority.issue()
    async with serving(gym, entrance=entrance(tls_cert=chain, tls_key=key)) as server:
        _, writer = await asyncio.open_connection("127.0.0.1", port_of(server.url))
        writer.write(said)
        await until(lambda: len(server._door._connections) > 0)
        writer.transport.abort()
        await until(lambda: len(server._door._connections) == 0)


async def test_somebody_who_is_gone_amid_a_message(gym: Path) -> None:
    begun = Frame(Opcode.TEXT, b"x" * (MAX_FRAME - 1)).serialize(mask=True)[:-9]
    async with serving(gym) as server:
        async with Wire.open(server.url, token(gym, "ana")) as wire:
            await wire.until("connection_status")
            assert (await wire.ask("list_present", {}))["ok"] is True
            wire.socket.transport.write(begun)
            await until(lambda: sum(connection.unread for connection in server.hub.connections) > 0)
            wire.socket.transport.abort()
        await until(lambda: len(server._door._connections) == 0)


async def test_somebody_who_says_goodbye(gym: Path, authority: Authority) -> None:
    chain, key = authority.issue()
    trusting = ssl.create_default_context(cafile=authority.file)
    async with serving(gym, entrance=entrance(tls_cert=chain, tls_key=key)) as server:
        async with connect(f"{server.url}?token={token(gym, 'ana')}", ssl=trusting, proxy=None) as socket:
            await socket.recv()
        await until(lambda: len(server._door._connections) == 0)
