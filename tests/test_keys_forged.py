"""Tokens forged with keys that are not ours."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidHandshake

from gymtui import clock
from gymtui.protocol import Close
from server.auth.auth import BadToken
from tests.forged_tokens import kinds
from tests.forger import Forger
from tests.gym_kit import make_gym, token
from tests.kit import Wire, serving


async def test_no_forged_token_is_accepted(gym: Path) -> None:
    forger = Forger(gym)
    forgeries = kinds(forger)
    assert len(forgeries) >= 200
    async with serving(gym) as server:
        assert server.auth.admit(forger.token()).user == "mia"  # what they are made from is good
        for kind, forgery in forgeries.items():
            with pytest.raises(BadToken) as caught:
                pytest.fail(f"{kind}: {server.auth.admit(forgery)}")
            assert caught.value.expired is False, kind
        async with Wire.open(server.url, token(gym, "ana")) as wire:  # nor does one renew
            for forgery in ("", forger.token(key=b"k" * 32), forger.with_claim("exp", float("inf"))):
                await wire.send("authenticate", {"token": forgery}, "r")
                assert (await wire.until("auth_response", id="r"))["payload"]["success"] is False
            assert (await wire.ask("check_in", {"code": "1"}))["ok"] is True


@pytest.mark.parametrize("way", ["URL", "header", "message"])
async def test_a_forged_token_is_turned_away_however_it_comes(gym: Path, way: str) -> None:
    forgery = Forger(gym).token(key=b"k" * 32)
    async with serving(gym) as server:
        headers = {"Authorization": f"Bearer {forgery}"} if way == "header" else {}
        url = f"{server.url}?token={forgery}" if way == "URL" else server.url
        async with connect(url, additional_headers=headers, compression=None, proxy=None) as socket:
            if way == "message":
                await socket.send(json.dumps({"type": "authenticate", "payload": {"token": forgery}}))
            answer = json.loads(await socket.recv())["payload"]
            assert answer == {"success": False, "message": "This token is not one of ours: please log in."}
            await socket.wait_closed()
            assert socket.close_code == Close.BAD_TOKEN
        assert server.hub.connections == set()


async def test_a_token_of_another_gym_opens_nothing_here(gym: Path, tmp_path: Path) -> None:
    there = tmp_path / "there.db"
    make_gym(there)
    async with serving(gym) as server, Wire.open(server.url, token(there, "mia")) as wire:
        assert (await wire.next())["payload"]["success"] is False
        assert await wire.closed() == Close.BAD_TOKEN


@pytest.mark.parametrize("second", ["good", "forged"])
@pytest.mark.parametrize("way", ["URL", "header"])
async def test_two_tokens_are_none(gym: Path, way: str, second: str) -> None:
    """What one program takes for the token and another does not is a way in."""
    good = token(gym, "ana")
    other = good if second == "good" else "forged"
    async with serving(gym) as server:
        for one, two in ((good, other), (other, good)):
            url = f"{server.url}?token={one}" + (f"&token={two}" if way == "URL" else "")
            headers = {"Authorization": f"Bearer {two}"} if way == "header" else {}
            async with connect(url, additional_headers=headers, compression=None, proxy=None) as socket:
                answer = json.loads(await socket.recv())["payload"]
                assert answer == {"success": False, "message": "More than one token came: please send one."}
                await socket.wait_closed()
                assert socket.close_code == Close.BAD_TOKEN


async def test_an_oversized_token_harms_nobody(gym: Path) -> None:
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ana")) as ana:
        with pytest.raises(InvalidHandshake):
            async with connect(f"{server.url}?token={'A' * 100_000}", compression=None, proxy=None):
                pass
        async with Wire.open(server.url) as wire:
            await wire.send("authenticate", {"token": "A" * 60_000})
            assert (await wire.next())["payload"]["success"] is False
            assert await wire.closed() == Close.BAD_TOKEN
        assert (await ana.ask("check_in", {"code": "1"}))["ok"] is True


async def test_an_expired_token_was_good_and_a_forged_one_never_was(gym: Path) -> None:
    forger = Forger(gym)
    past = clock.now() // 1000 - 10
    async with serving(gym) as server:
        for access, code in (
            (forger.with_claim("exp", past), Close.TOKEN_EXPIRED),
            (forger.token(forger.claims | {"exp": past}, key=b"k" * 32), Close.BAD_TOKEN),
            (forger.token(forger.claims | {"exp": past, "sub": "nobody"}), Close.BAD_TOKEN),
        ):
            async with Wire.open(server.url, access) as wire:
                await wire.rest()
                assert await wire.closed() == code
