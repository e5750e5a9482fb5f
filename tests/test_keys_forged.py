"""Tokens forged with keys that are not ours."""

from __future__ import annotations

import base64
import hmac
import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidHandshake

from gymtui import clock
from gymtui.protocol import Close
from server.auth import auth
from server.auth.auth import BadToken
from server.store.opening import open_store
from tests.gym_kit import issue_as, make_gym, token
from tests.kit import Wire, serving


class Forger:
    """Makes tokens out of everything but a key of this gym, or with one what the gym never would."""

    def __init__(self, gym: Path) -> None:
        with closing(open_store(gym)) as store:
            [(self.kid, self.key)] = store.signing_keys().items()
            issue_as(store, "1", "mia")
        now = clock.now() // 1000
        self.header = {"alg": "HS256", "kid": self.kid, "typ": "at+jwt"}
        self.claims = {
            "iss": auth.ISSUER,
            "aud": auth.AUDIENCE,
            "sub": "mia",
            "role": "manager",
            "sid": "issued:1",
            "iat": now,
            "exp": now + 300,
            "jti": "1",
        }

    def token(self, claims: object = None, *, key: bytes | None = None, digest: str = "sha256", **header: Any) -> str:
        """Header and claims as they are given, signed by the gym's own key unless it is another."""
        head = {name: value for name, value in (self.header | header).items() if value is not ...}
        body = claims if isinstance(claims, bytes) else json.dumps(self.claims if claims is None else claims).encode()
        parts = [part(json.dumps(head).encode()), part(body)]
        signature = hmac.new(self.key if key is None else key, ".".join(parts).encode(), digest).digest()
        return ".".join([*parts, part(signature)])

    def with_claim(self, name: str, value: object) -> str:
        return self.token(self.claims | {name: value})

    def without(self, name: str) -> str:
        return self.token({key: value for key, value in self.claims.items() if key != name})


def part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def strangers(forger: Forger) -> dict[str, str]:
    """What anybody can make who has seen a token and has no key."""
    good = forger.token()
    head, body, tail = good.split(".")
    public = {"kty": "oct", "k": part(b"k" * 32)}
    return {
        "nothing": "",
        "dots": "..",
        "one part": head,
        "two parts": f"{head}.{body}",
        "four parts": f"{good}.x",
        "no signature": f"{head}.{body}.",
        "alg none": forger.token(alg="none"),
        "alg none, unsigned": forger.token(alg="none").rpartition(".")[0] + ".",
        "alg NONE": forger.token(alg="NONE").rpartition(".")[0] + ".",
        "no alg": forger.token(alg=...),
        "alg null": forger.token(alg=None),
        "alg list": forger.token(alg=["HS256"]),
        "alg hs256": forger.token(alg="hs256"),
        "alg HS512": forger.token(alg="HS512", digest="sha512"),
        "alg RS256, signed as HS256": forger.token(alg="RS256"),
        "alg ES256": forger.token(alg="ES256"),
        "another key": forger.token(key=b"k" * 32),
        "an empty key": forger.token(key=b""),
        "the kid as a key": forger.token(key=forger.kid.encode()),
        "an embedded jwk": forger.token(key=b"k" * 32, jwk=public),
        "a jku": forger.token(key=b"k" * 32, jku="http://127.0.0.1/keys"),
        "an x5u": forger.token(key=b"k" * 32, x5u="file:///dev/null"),
        "no kid": forger.token(kid=...),
        "kid null": forger.token(kid=None),
        "kid empty": forger.token(kid="", key=b""),
        "kid number": forger.token(kid=7),
        "kid list": forger.token(kid=[forger.kid]),
        "kid object": forger.token(kid={"kid": forger.kid}),
        "kid unknown": forger.token(kid="00000000"),
        "kid path": forger.token(kid="../../../../dev/null", key=b""),
        "kid SQL": forger.token(kid="x' UNION SELECT 'x", key=b"x"),
        "kid of another case": forger.token(kid=forger.kid.upper() + "A"),
        "crit": forger.token(crit=["exp"], key=b"k" * 32),
        "b64 false": forger.token(b64=False, crit=["b64"], key=b"k" * 32),
        "another body": f"{head}.{part(json.dumps(forger.claims | {'sub': 'ana'}).encode())}.{tail}",
        "another header": f"{part(json.dumps(forger.header | {'x': 1}).encode())}.{body}.{tail}",
        "signature cut short": good[:-4],
        "signature longer": good + "AAAA",
        "padded": good + "==",
        "standard base64": f"{head}.{body}.{'+/' * 20}",
        "not base64": f"{head}.%%%.{tail}",
        "blanks": f" {good}",
        "a line end": f"{good}\n",
        "nul": f"{good}\x00",
        "two tokens": f"{good},{forger.token()}",
        "nested": part(good.encode()),
        "a token in a token": forger.token(good, key=b"k" * 32),
        "oversized": "A" * 50_000,
        "oversized parts": ".".join(["A" * 20_000] * 3),
        "deep": f"{part(b'[' * 30_000)}.{body}.{tail}",
        "not UTF-8": f"{part(bytes([255, 254]))}.{body}.{tail}",
        "not ASCII": "ü.é.ß",
        "a password": "mia",
    }


def own(forger: Forger) -> dict[str, str]:
    """Signed by the gym's own key, and still no token of the gym: a key may be used for what it is for, only."""
    soon = forger.claims["exp"]
    return {
        **{f"without {name}": forger.without(name) for name in forger.claims},
        **{f"{name} null": forger.with_claim(name, None) for name in ("iss", "aud", "sub", "sid", "exp", "iat", "jti")},
        "typ JWT": forger.token(typ="JWT"),
        "typ missing": forger.token(typ=...),
        "typ of another case": forger.token(typ="AT+JWT"),
        "another iss": forger.with_claim("iss", "another"),
        "iss list": forger.with_claim("iss", ["gymtui"]),
        "another aud": forger.with_claim("aud", "another"),
        "aud empty": forger.with_claim("aud", []),
        "aud object": forger.with_claim("aud", {"gymtui": 1}),
        "sub of nobody": forger.with_claim("sub", "nobody"),
        "sub empty": forger.with_claim("sub", ""),
        "sub number": forger.with_claim("sub", 7),
        "sub list": forger.with_claim("sub", ["mia"]),
        "sid of no login": forger.with_claim("sid", clock.new_id()),
        "sid number": forger.with_claim("sid", 7),
        "exp text": forger.with_claim("exp", str(soon)),
        "exp float": forger.with_claim("exp", float(str(soon)) + 0.5),
        "exp true": forger.with_claim("exp", True),
        "exp negative": forger.with_claim("exp", -1),
        "exp huge": forger.with_claim("exp", 10**30),
        "exp beyond the calendar": forger.with_claim("exp", 253_402_300_800),
        "exp infinite": forger.with_claim("exp", float("inf")),
        "exp no number": forger.with_claim("exp", float("nan")),
        "exp of 5,000 digits": forger.token(json.dumps(forger.claims).replace(str(soon), "9" * 5000).encode()),
        "claims list": forger.token([forger.claims]),
        "claims text": forger.token("mia"),
        "claims number": forger.token(7),
        "nbf ahead": forger.with_claim("nbf", 10**11),
        "crit": forger.token(crit=["role"]),
    }


async def test_no_forged_token_is_accepted(gym: Path) -> None:
    forger = Forger(gym)
    forgeries = strangers(forger) | own(forger)
    assert len(forgeries) > 80
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
    forger = Forger(gym)
    kinds = ["alg none, unsigned", "another key", "an embedded jwk", "kid path", "crit", "signature cut short"]
    async with serving(gym) as server:
        for forgery in (*(strangers(forger)[kind] for kind in kinds), forger.with_claim("exp", 10**30)):
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
