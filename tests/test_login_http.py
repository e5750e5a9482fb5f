"""The one HTTP client: what a server says before anybody has logged in, and who is connected."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gymtui.client import Login
from gymtui.client.login.http import ask_readiness
from tests.kit import serving


@asynccontextmanager
async def saying(answer: bytes) -> AsyncIterator[str]:
    """The address of something that says that to everyone, and hangs up."""
    heard: list[bytes] = []

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer)
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(say, "127.0.0.1", 0)
    async with server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/ws/checkins/"
    assert all(request.startswith(b"GET /readyz HTTP/1.1\r\n") for request in heard)


async def test_a_server_that_runs_is_ready_and_one_that_is_gone_is_away(gym: Path) -> None:
    async with serving(gym) as server:
        url = server.url
        assert await ask_readiness(url) == "ready"
        assert await Login(url).readiness() == "ready"
    assert await ask_readiness(url) == "away"


@pytest.mark.parametrize(
    ("answer", "readiness"),
    [
        (b"HTTP/1.1 503 Service Unavailable\r\n\r\nThe disk is full.\n", "unready"),
        (b"HTTP/1.1 404 Not Found\r\n\r\n", "stranger"),
        (b"SSH-2.0-OpenSSH_9.6 hello\r\n", "stranger"),
        (b"", "away"),
        (b"x" * 100_000, "away"),
    ],
)
async def test_other_answers(answer: bytes, readiness: str) -> None:
    async with saying(answer) as url:
        assert await ask_readiness(url) == readiness


@pytest.mark.parametrize("url", ["ws://gym.test:99999/", "ws://no.such.host.invalid/", "wss://127.0.0.1:1/"])
async def test_an_address_that_cannot_be_is_away(url: str) -> None:
    assert await ask_readiness(url) == "away"


async def some_token() -> str:
    return "a token"
