"""Coming in over a WebSocket, and who may do what."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from gymtui import clock
from server.net import handshake as entrance
from tests.gym_kit import token
from tests.kit import Wire, serving

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


async def test_a_welcome(gym: Path) -> None:
    async with serving(gym, batch_ms=70) as server, Wire.open(server.url, token(gym, "ana"), desk="Front") as wire:
        hello, status = await wire.next(), await wire.next()
        assert hello["type"] == "auth_response"
        assert TIME.fullmatch(hello["payload"].pop("expires_at"))
        assert hello["payload"] == {"success": True, "user": "ana", "role": "staff"}
        assert status["type"] == "connection_status"
        payload = status["payload"]
        assert TIME.fullmatch(payload.pop("server_time"))
        assert payload.pop("session_id")
        assert payload == {
            "status": "connected",
            "protocol": 1,
            "epoch": server.hub.epoch,
            "seq": server.hub.head,
            "batch_ms": 70,
            "gym_id": server.hub.epoch,
        }


@pytest.mark.parametrize("tail", ["/ws/checkins/", "/ws/checkins"])
async def test_a_token_in_the_header(gym: Path, tail: str) -> None:
    async with serving(gym) as server:
        url = server.url.removesuffix("/ws/checkins/") + tail
        headers = {"Authorization": f"bearer {token(gym, 'mia')}"}
        async with connect(url, additional_headers=headers, compression=None, proxy=None) as socket:
            assert json.loads(await socket.recv())["payload"]["user"] == "mia"


async def test_little_stays_of_one_who_listens_and_no_token(gym: Path) -> None:
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ana")) as wire:
        await wire.until("connection_status")
        [connection] = server.hub.connections
        assert connection.program.startswith("Python/")
        assert connection.request is not None
        assert connection.response is not None
        kept = connection.request.path, list(connection.request.headers), list(connection.response.headers)
        assert kept == ("", [], [])
        assert len(vars(connection)) <= 30  # with more an instance has names of its own, in 1.4 KiB


async def test_a_token_in_the_first_message(gym: Path) -> None:
    async with serving(gym) as server, Wire.open(server.url) as wire:
        await wire.send("authenticate", {"token": token(gym, "ana"), "client": {"desk": "Back", "version": "1"}})
        assert (await wire.until("auth_response"))["payload"]["success"] is True
        reply = await wire.ask("check_in", {"code": "1"})
        assert reply["result"]["desk"] == "Back"


async def test_a_desk_has_a_printable_name(gym: Path) -> None:
    async with (
        serving(gym) as server,
        Wire.open(server.url, token(gym, "ana"), desk="%1b%5B31mFr%00ont" + "x" * 99) as wire,
    ):
        reply = await wire.ask("check_in", {"code": "1"})
        assert reply["result"]["desk"] == ("[31mFront" + "x" * 99)[:64]


@pytest.mark.parametrize("in_url", [True, False])
async def test_a_bad_token_is_4001(gym: Path, in_url: bool) -> None:
    async with serving(gym) as server, Wire.open(server.url, "nonsense" if in_url else None) as wire:
        if not in_url:
            await wire.send("authenticate", {"token": "nonsense"})
        answer = await wire.next()
        assert answer["payload"] == {"success": False, "message": "This token is not one of ours: please log in."}
        assert await wire.closed() == 4001


async def test_an_expired_token_is_4101(gym: Path) -> None:
    old = token(gym, "ana", ttl=300, now=clock.now() - 300_000)
    async with serving(gym) as server, Wire.open(server.url, old) as wire:
        assert (await wire.next())["payload"]["message"] == "This token has expired: please log in again."
        assert await wire.closed() == 4101


@pytest.mark.parametrize("first", ['{"type":"ping"}', "hello", '{"type":"authenticate"}', "[" * 50_000, ""])
async def test_anything_before_authenticate_is_4105(gym: Path, first: str) -> None:
    async with serving(gym) as server, Wire.open(server.url) as wire:
        await wire.socket.send(first)
        assert (await wire.next())["payload"]["success"] is False
        assert await wire.closed() == 4105


async def test_nothing_at_all_is_4105(gym: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entrance, "AUTHENTICATE_WITHIN", 0.01)
    async with serving(gym) as server, Wire.open(server.url) as wire:
        assert (await wire.next())["payload"]["success"] is False
        assert await wire.closed() == 4105


async def test_two_authorizations_are_none(gym: Path) -> None:
    async with serving(gym) as server:
        headers = [("Authorization", f"Bearer {token(gym, 'ana')}"), ("Authorization", "Bearer x")]
        async with connect(server.url, additional_headers=headers, compression=None, proxy=None) as socket:
            await socket.send("{}")
            assert json.loads(await socket.recv())["payload"]["success"] is False
            await socket.wait_closed()
            assert socket.close_code == 4105


async def test_before_the_welcome_nobody_hears_anything(gym: Path) -> None:
    async with (
        serving(gym) as server,
        Wire.open(server.url) as stranger,
        Wire.open(server.url, token(gym, "ana")) as ana,
    ):
        await ana.ask("check_in", {"code": "1"})
        await ana.until("batch")
        await stranger.send("ping")
        assert [m["type"] for m in await stranger.rest()] == ["auth_response"]


async def test_a_token_is_renewed_in_band(gym: Path) -> None:
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ana", ttl=60)) as wire:
        first = await wire.until("auth_response")
        await wire.send("authenticate", {"token": token(gym, "ana", ttl=7200)}, "r")
        second = await wire.until("auth_response", id="r")
        assert second["payload"]["expires_at"] > first["payload"]["expires_at"]
        for bad in ("nonsense", token(gym, "ben"), token(gym, "ana", ttl=1, now=0)):
            await wire.send("authenticate", {"token": bad}, "bad")
            assert (await wire.until("auth_response", id="bad"))["payload"]["success"] is False
        assert (await wire.ask("check_in", {"code": "1"}))["result"]["by"] == "ana"
