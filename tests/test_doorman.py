"""Until its request is whole a connection is the bytes that came: in whatever pieces, up to an end, and for a while."""

from __future__ import annotations

import asyncio
import socket
from contextlib import ExitStack
from pathlib import Path

import pytest

from gymtui.protocol import MAX_REQUEST
from server.app import Server
from server.net.connection import Connection
from tests.gym_kit import token
from tests.http_token_kit import ask, ask_raw
from tests.kit import Wire, port_of, serving
from tests.waiting import until

ASKED = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
MANY = 300  # more than an event loop has wait by itself


def connections(server: Server) -> list[Connection]:
    """What the library has made so far, and holds."""
    return [each for each in server._door._connections if isinstance(each, Connection)]


@pytest.mark.parametrize("said", [b"", b"G", ASKED, ASKED + b"X: " + b"x" * 15_000, ASKED + b"\r"])
async def test_who_comes_to_no_end_costs_no_connection(said: bytes, gym: Path) -> None:
    async with serving(gym) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", port_of(server.url))
        for begun in (said[:-1], said[-1:]):
            writer.write(begun)
            await writer.drain()
        await until(lambda: len(server._door._lobby) == 1)
        assert (await ask(server.url, "/healthz", method="GET")).status == 200  # it has been heard by then
        await until(lambda: connections(server) == [])
        assert len(server._door._lobby) == 1
        writer.close()
        await until(lambda: len(server._door._lobby) == 0)
        assert await reader.read() == b""


async def test_a_request_may_come_byte_by_byte(gym: Path) -> None:
    async with serving(gym) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", port_of(server.url))
        for byte in ASKED + b"\r\n":
            writer.write(bytes([byte]))
            await asyncio.sleep(0)
        assert (await reader.read()).endswith(b"alive\n")
        writer.close()


@pytest.mark.parametrize("end", [b"", b"\r\n\r\n"])
async def test_a_request_that_is_too_long_is_told_so_whole_or_not(end: bytes, gym: Path) -> None:
    head = ASKED + b"".join(b"X-%d: %s\r\n" % (n, b"x" * 1000) for n in range(MAX_REQUEST // 1000 + 1))
    async with serving(gym) as server:
        answer = await ask_raw(server.url, head + end)
        assert (answer.status, "less than 16 KiB" in answer.body) == (431, True)
        assert connections(server) == []


@pytest.mark.parametrize("said", [b"\x16\x03\x01\n", b"GET / HTTP/1.1\n", b"hello\r\n", b"\r\n", b"PRI * HTTP/2.0\r\n"])
async def test_what_begins_as_no_request_does_is_told_so_at_once(said: bytes, gym: Path) -> None:
    async with serving(gym) as server:
        assert (await ask_raw(server.url, said)).status == 400
        assert connections(server) == []


async def test_who_takes_too_long_is_cut(gym: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.net.doorman.ASK_WITHIN", 0.01)
    async with serving(gym) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", port_of(server.url))
        writer.write(ASKED)
        await until(lambda: reader.at_eof() or reader.exception() is not None)
        assert len(server._door._lobby) == 0
        writer.close()


async def test_so_many_may_wait_to_be_taken_in(gym: Path) -> None:
    async with serving(gym) as server:
        with ExitStack() as stack:
            for _ in range(MANY):  # nothing of the server runs meanwhile: the kernel alone has them
                stack.enter_context(socket.create_connection(("127.0.0.1", port_of(server.url)), timeout=0.5))
        async with Wire.open(server.url, token(gym, "ana")) as ana:
            assert (await ana.ask("check_in", {"code": "7"}))["ok"] is True
