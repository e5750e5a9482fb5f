"""What comes behind a request before its answer, what HEAD gets, and what is no text: said, and no line in the log."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from server.auth.auth import Auth, Claims
from server.net.connection import Connection
from tests.gym_kit import token
from tests.http_token_kit import ask, ask_raw
from tests.kit import Wire, serving
from tests.waiting import until

GET = b"GET %b HTTP/1.1\r\nHost: localhost\r\n\r\n"
UPGRADE = (
    b"GET /ws/checkins/ HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


@pytest.mark.parametrize("second", [GET % b"/readyz", UPGRADE, b"\x81\x80\x00\x00\x00\x00", b"\x00" * 100_000])
@pytest.mark.parametrize("path", [b"/healthz", b"/nothing", b"/readyz"])
async def test_two_requests_at_once_are_one(
    path: bytes, second: bytes, gym: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(gym) as server:
        with caplog.at_level(logging.WARNING):
            answer = await ask_raw(server.url, GET % path + second)
            assert answer.status == (404 if path == b"/nothing" else 200)
    assert caplog.records == []


async def test_whoever_upgrades_waits_for_the_answer(gym: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with serving(gym) as server:
        answer = await ask_raw(server.url, UPGRADE + b"\x81\x80\x00\x00\x00\x00")
        assert (answer.status, "please wait for the answer" in answer.body) == (400, True)
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.mark.parametrize("cut", range(1, 8))
async def test_a_request_may_come_in_pieces(cut: int, gym: Path) -> None:
    request = GET % b"/healthz"
    async with serving(gym) as server:
        host, port = server._door._listener.sockets[0].getsockname()[:2]
        reader, writer = await asyncio.open_connection(host, port)
        for piece in (request[:-cut], request[-cut:]):
            writer.write(piece)
            await asyncio.sleep(0.01)
        assert (await reader.read()).endswith(b"alive\n")
        writer.close()


@pytest.mark.parametrize("path", ["/healthz", "/metrics", "/nothing", "/auth/token", "/ws/checkins/"])
async def test_the_answer_to_head_has_no_body(path: str, gym: Path) -> None:
    async with serving(gym) as server:
        answer = await ask(server.url, path, method="HEAD")
        assert (answer.body, int(answer.headers["content-length"]) > 0) == ("", True)


async def test_what_is_no_text_is_refused_and_the_connection_goes_on(gym: Path) -> None:
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ana")) as wire:
        await wire.until("connection_status")
        await wire.socket.send(b'{"type":"check_in","payload":{"code":"7"},"id":"b"}')
        error = (await wire.until("error"))["payload"]
        assert (error["code"], error["message"]) == ("invalid", "A message is a text frame, and that was a binary one.")
        await wire.socket.send([b'{"type":"check_in",', b'"payload":{"code":"7"}}'])
        assert (await wire.until("error"))["payload"]["message"] == error["message"]
        assert (await wire.ask("list_present", {}))["result"]["present"] == []


async def test_whoever_brings_a_token_may_ask_before_it_is_looked_at(
    gym: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_looked_at = asyncio.Event()
    admitted = Auth.admitted

    async def later(auth: Auth, token: str) -> Claims:
        await is_looked_at.wait()
        return await admitted(auth, token)

    monkeypatch.setattr(Auth, "admitted", later)
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ana")) as ana:
        for n in range(60):
            await ana.send("check_in", {"code": f"x{n}", "location": "é" * 500}, f"c{n}")
        [waiting] = server._door._lobby._here
        assert isinstance(waiting, Connection)
        await until(lambda: not waiting.transport.is_reading())
        is_looked_at.set()
        await ana.until("reply", id="c59")
