"""Tokens over HTTP, on the same port; and every token that is not one of ours."""

from __future__ import annotations

import asyncio
import base64
import json
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import jwt
import pytest

from gymtui import clock
from server.app import Server
from server.auth import auth
from server.auth.auth import BadToken, Denied
from server.store import Transaction, User
from server.store.opening import open_store
from server.store.sqlite.store import SqliteStore
from tests.kit import PASSWORD, WITHIN, Wire, port_of, serving, token
from tests.sqlite_kit import connection_of
from tests.till import HOUR, NINE


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: str

    @property
    def json(self) -> dict[str, Any]:
        assert self.headers["content-type"] == "application/json"
        assert self.headers["cache-control"] == "no-store"
        decoded: dict[str, Any] = json.loads(self.body)
        return decoded


async def ask(url: str, path: str, *headers: str, method: str = "POST", body: bytes = b"") -> Answer:
    """One plain HTTP request to the port of a WebSocket's URL."""
    request = "\r\n".join([f"{method} {path} HTTP/1.1", "Host: localhost", *headers, "", ""]).encode()
    return await ask_raw(url, request + body)


async def ask_raw(url: str, request: bytes) -> Answer:
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(url))
    writer.write(request)
    async with asyncio.timeout(WITHIN):
        head, _, body = (await reader.read()).decode().partition("\r\n\r\n")
    writer.close()
    first, *lines = head.split("\r\n")
    named = (line.partition(": ") for line in lines)
    return Answer(int(first.split()[1]), {name.lower(): value for name, _, value in named}, body)


def basic(name: str, password: str = PASSWORD) -> str:
    return "Authorization: Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def bearer(refresh: str) -> str:
    return f"Authorization: Bearer {refresh}"


class Watch:
    """A clock to turn."""

    def __init__(self) -> None:
        self.now = NINE

    def __call__(self) -> int:
        return self.now


# --- logins ------------------------------------------------------------------------------------------------------


async def test_a_password_opens_a_login(gym: Path) -> None:
    async with serving(gym) as server:
        answer = await ask(server.url, "/auth/token", basic("ana"))
        body = answer.json
        assert answer.status == 200
        assert (body["token_type"], body["expires_in"], body["user"]) == (
            "Bearer",
            300,
            {"name": "ana", "role": "staff"},
        )
        claims = jwt.decode(body["access_token"], options={"verify_signature": False})
        assert (claims["sub"], claims["exp"] - claims["iat"]) == ("ana", 300)
        assert body["refresh_token"].startswith(claims["sid"] + ".")
        async with Wire.open(server.url, body["access_token"]) as wire:
            assert (await wire.next())["payload"]["user"] == "ana"


async def test_nobody_is_told_what_was_wrong(gym: Path) -> None:
    async with serving(gym) as server:
        await disable(gym, "ben")
        await server.auth.reload()
        answers = [
            await ask(server.url, "/auth/token", *headers)
            for headers in ([basic("ana", "wrong")], [basic("nobody")], [basic("ben")], ["Authorization: Basic ü%"], [])
        ]
        assert {answer.status for answer in answers} == {401}
        assert len({answer.body for answer in answers[:4]}) == 1
        assert answers[0].json == {"error": {"code": "not_allowed", "message": "The name or the password is wrong."}}
        assert answers[0].headers["www-authenticate"] == 'Basic realm="gymtui", charset="UTF-8"'


async def disable(path: Path, name: str) -> None:
    def work(tx: Transaction) -> None:
        user = tx.user(name)
        assert user is not None
        tx.put_user(User(name=name, role=user.role, password_hash=user.password_hash, disabled=True))

    with closing(open_store(path)) as store:
        store.write([work])


async def test_after_five_wrong_passwords_one_has_to_wait(gym: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth, "_verify", lambda _, password: password == PASSWORD)
    watch = Watch()
    async with serving(gym, now=watch) as server:
        for _ in range(5):
            assert (await ask(server.url, "/auth/token", basic("ana", "wrong"))).status == 401
        watch.now += 10_000
        answer = await ask(server.url, "/auth/token", basic("ana"))
        assert (answer.status, answer.headers["retry-after"]) == (429, "20")
        assert answer.json["error"]["message"] == "Too many tries: please wait 20 seconds."
        assert (await ask(server.url, "/auth/token", basic("ben"))).status == 200
        watch.now += 20_000
        assert (await ask(server.url, "/auth/token", basic("ana", "wrong"))).status == 401
        assert (await ask(server.url, "/auth/token", basic("ana"))).status == 429
        watch.now += 30_000
        assert (await ask(server.url, "/auth/token", basic("ana"))).status == 200
        for _ in range(4):
            assert (await ask(server.url, "/auth/token", basic("ana", "wrong"))).status == 401
        assert (await ask(server.url, "/auth/token", basic("ana"))).status == 200


async def test_of_many_tries_at_once_five_are_heard(gym: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth, "_verify", lambda _, password: password == PASSWORD)
    async with serving(gym) as server:
        answers = await asyncio.gather(*(ask(server.url, "/auth/token", basic("ana", str(n))) for n in range(30)))
        assert Counter(answer.status for answer in answers) == {401: 5, 429: 25}


async def test_a_database_that_cannot_be_written_is_no_wrong_password(
    gym: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "_verify", lambda _, password: password == PASSWORD)
    async with serving(gym) as server:
        refresh = (await ask(server.url, "/auth/token", basic("ana"))).json["refresh_token"]
        writes(server, False)
        for header in [basic("ana"), bearer(refresh)] * 4:
            answer = await ask(server.url, "/auth/token", header)
            assert (answer.status, answer.headers["retry-after"]) == (503, "1")
            assert answer.json["error"]["code"] == "storage_unavailable"
        writes(server, True)
        assert (await ask(server.url, "/auth/token", bearer(refresh))).status == 200


def writes(server: Server, may: bool) -> None:
    """Takes the server's database the right to write, or gives it back."""
    store = server._database.store
    assert isinstance(store, SqliteStore)
    connection_of(store).execute(f"PRAGMA query_only = {'OFF' if may else 'ON'}")


# --- refreshing --------------------------------------------------------------------------------------------------


async def test_refreshing_goes_on_for_a_shift(gym: Path) -> None:
    watch = Watch()
    async with serving(gym, now=watch) as server:
        first = (await ask(server.url, "/auth/token", basic("ana"))).json
        refresh = first["refresh_token"]
        sids = set()
        for _ in range(3):
            watch.now += 3 * HOUR
            answer = (await ask(server.url, "/auth/token", bearer(refresh))).json
            assert answer["refresh_token"] != refresh
            assert answer["user"] == first["user"]
            refresh = answer["refresh_token"]
            sids.add(jwt.decode(answer["access_token"], options={"verify_signature": False})["sid"])
        assert len(sids) == 1
        watch.now += 3 * HOUR
        over = await ask(server.url, "/auth/token", bearer(refresh))
        assert (over.status, over.json["error"]["message"]) == (401, "This login is over: please log in again.")


async def test_a_lost_answer_is_given_again_for_a_minute(gym: Path) -> None:
    watch = Watch()
    async with serving(gym, now=watch) as server:
        first = (await ask(server.url, "/auth/token", basic("ana"))).json["refresh_token"]
        second = (await ask(server.url, "/auth/token", bearer(first))).json["refresh_token"]
        watch.now += 60_000
        again = await ask(server.url, "/auth/token", bearer(first))
        assert (again.status, again.json["refresh_token"]) == (200, second)
        third = await ask(server.url, "/auth/token", bearer(second))
        assert third.status == 200


@pytest.mark.parametrize("late", [True, False])
async def test_a_used_token_that_comes_back_ends_the_login_everywhere(gym: Path, late: bool) -> None:
    watch = Watch()
    async with serving(gym, now=watch) as server:
        body = (await ask(server.url, "/auth/token", basic("ana"))).json
        first, refresh = body["refresh_token"], body["refresh_token"]
        for _ in range(1 if late else 2):
            body = (await ask(server.url, "/auth/token", bearer(refresh))).json
            refresh = body["refresh_token"]
        async with Wire.open(server.url, body["access_token"]) as wire:
            await wire.until("connection_status")
            watch.now += 60_001 if late else 0
            assert (await ask(server.url, "/auth/token", bearer(first))).status == 401
            assert await wire.closed() == 4003
        assert (await ask(server.url, "/auth/token", bearer(refresh))).status == 401


async def test_who_knows_a_login_but_no_token_of_it_ends_nothing(gym: Path) -> None:
    async with serving(gym) as server:
        body = (await ask(server.url, "/auth/token", basic("ana"))).json
        used, refresh = body["refresh_token"], body["refresh_token"]
        for _ in range(2):
            body = (await ask(server.url, "/auth/token", bearer(refresh))).json
            refresh = body["refresh_token"]
        sid, secret, mark = used.split(".")
        guesses = [sid, f"{sid}.", f"{sid}.guess", f"{sid}.{secret}", f"{sid}.{secret}.{mark[::-1]}", f"{sid}.é.{mark}"]
        async with Wire.open(server.url, body["access_token"]) as wire:
            await wire.until("connection_status")
            for guess in guesses:
                with pytest.raises(Denied, match="This login is over"):
                    await server.auth.refresh(guess)
            assert (await wire.ask("search_members", {"text": "name"}))["ok"] is True
        assert (await ask(server.url, "/auth/token", bearer(refresh))).status == 200
        assert (await ask(server.url, "/auth/token", bearer(used))).status == 401
        assert server.auth.role("ana", sid) is None


@pytest.mark.parametrize("refresh", ["", ".", "nonsense", "a.b.c", "é", "x" * 4000])
async def test_a_refresh_token_that_is_none(gym: Path, refresh: str) -> None:
    async with serving(gym) as server:
        assert (await ask(server.url, "/auth/token", bearer(refresh))).status == 401


async def test_an_access_token_refreshes_nothing(gym: Path) -> None:
    async with serving(gym) as server:
        assert (await ask(server.url, "/auth/token", bearer(token(gym, "ana")))).status == 401


async def test_a_disabled_user_refreshes_nothing(gym: Path) -> None:
    async with serving(gym) as server:
        refresh = (await ask(server.url, "/auth/token", basic("ana"))).json["refresh_token"]
        await disable(gym, "ana")
        assert (await ask(server.url, "/auth/token", bearer(refresh))).status == 401


# --- what else is asked of the port ------------------------------------------------------------------------------


async def test_nothing_else_is_here(gym: Path) -> None:
    async with serving(gym) as server:
        for path in ("/", "/index.html", "/ws", "/auth", "/auth/token/x", "//[", "/%00", "/..", "*", "x"):
            for method in ("GET", "POST", "DELETE"):
                answer = await ask(server.url, path, method=method)
                assert answer.status == 404
                assert answer.body == "Nothing is here: the front desk's WebSocket is at /ws/checkins/\n"


async def test_a_token_is_posted_for(gym: Path) -> None:
    async with serving(gym) as server:
        for method in ("GET", "PUT", "HEAD", "OPTIONS"):
            answer = await ask(server.url, "/auth/token", basic("ana"), method=method)
            assert (answer.status, answer.headers["allow"]) == (405, "POST")


async def test_the_websocket_wants_an_upgrade(gym: Path) -> None:
    async with serving(gym) as server:
        assert (await ask(server.url, "/ws/checkins/", method="GET")).status == 426
        assert (await ask(server.url, "/ws/checkins/", method="POST")).status == 405


@pytest.mark.parametrize(
    ("header", "body"),
    [
        ("Content-Length: 19", b"grant_type=password"),
        ("Content-Length: 1000000", b"x" * 1_000_000),
        ("Content-Length: 1000000", b""),
        ("Content-Length: 1000000", b"x"),
        ("Transfer-Encoding: chunked", b"5\r\nhello\r\n0\r\n\r\n"),
    ],
)
async def test_a_request_with_a_body_is_told_so(gym: Path, header: str, body: bytes) -> None:
    async with serving(gym) as server:
        answer = await ask(server.url, "/auth/token", basic("ana"), header, body=body)
        assert (answer.status, answer.headers["connection"]) == (400, "close")
        assert answer.body == "This cannot be read as a request: please send HTTP/1.1, and no body.\n"


@pytest.mark.parametrize(
    "text", [b"hello\r\n", b"GET / HTTP/3\r\n\r\n", b"\x16\x03\x01\x00\xa5\r\n", b"GET /\xff HTTP/1.1\r\n\r\n"]
)
async def test_what_is_no_request_is_told_so(gym: Path, text: bytes) -> None:
    async with serving(gym) as server:
        assert (await ask_raw(server.url, text)).status == 400
        assert (await ask(server.url, "/healthz", method="GET")).status == 200


async def test_two_authorizations_are_none(gym: Path) -> None:
    async with serving(gym) as server:
        assert (await ask(server.url, "/auth/token", basic("ana"), basic("ana"))).status == 401


# --- forged tokens -----------------------------------------------------------------------------------------------


def forged(gym: Path) -> dict[str, str]:
    """Tokens that open nothing, by what is wrong with them."""
    with closing(open_store(gym)) as store:
        [(kid, key)] = store.signing_keys().items()
    now = clock.now() // 1000
    good = {
        "iss": "gymtui",
        "aud": "gymtui",
        "sub": "ana",
        "role": "manager",
        "sid": "issued:1",
        "iat": now,
        "exp": now + 99,
    }
    good["jti"] = "1"
    header = {"kid": kid, "typ": "at+jwt"}

    def signed(claims: dict[str, Any] | None = None, key: bytes = key, algorithm: str = "HS256", **head: Any) -> str:
        return jwt.encode({**good, **(claims or {})}, key, algorithm=algorithm, headers={**header, **head})

    def raw(head: bytes, body: bytes, tail: bytes = b"x") -> str:
        return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in (head, body, tail))

    fine = signed()
    head, body, tail = fine.split(".")
    without = {
        f"without {name}": jwt.encode({k: v for k, v in good.items() if k != name}, key, headers=header)
        for name in good
    }
    other = {f"another {name}": signed({name: "other"}) for name in ("iss", "aud", "sub", "sid", "exp")}
    deep = b"[" * 20_000
    return (
        without
        | other
        | {
            "empty": "",
            "two parts": f"{head}.{body}",
            "four parts": fine + ".x",
            "no signature": f"{head}.{body}.",
            "a signature cut short": fine[:-2],
            "another body": f"{head}.{raw(b'', json.dumps(good | {'sub': 'mia'}).encode()).split('.')[1]}.{tail}",
            "another key": signed(key=b"k" * 32),
            "an empty key": jwt.api_jws.encode(json.dumps(good).encode(), b"k" * 32, headers=header).rpartition(".")[0]
            + ".",
            "algorithm none": raw(json.dumps(header | {"alg": "none"}).encode(), json.dumps(good).encode(), b""),
            "algorithm HS512": signed(algorithm="HS512", key=key * 2),
            "algorithm of another case": raw(json.dumps(header | {"alg": "hs256"}).encode(), json.dumps(good).encode()),
            "another kid": signed(kid="0" * 8),
            "no kid": jwt.encode(good, key, headers={"typ": "at+jwt"}),
            "a kid that is a path": signed(kid="../../dev/null"),
            "a kid that is a list": raw(b'{"alg":"HS256","typ":"at+jwt","kid":["x"]}', b"{}"),
            "another typ": signed(typ="JWT"),
            "an audience of many": signed({"aud": ["x", "y"]}),
            "a list of claims": raw(json.dumps(header | {"alg": "HS256"}).encode(), b"[]"),
            "no JSON": raw(b"x", b"y"),
            "no UTF-8": raw(b"\xff", b"\xff"),
            "a deep header": raw(deep, b"{}"),
            "a deep body": raw(json.dumps(header | {"alg": "HS256"}).encode(), deep),
            "no base64": "%%%.%%%.%%%",
            "not ASCII": "é.ü.ß",
            "a nul": fine + "\x00",
            "a refresh token": "0192.secret",
            "a login that is over": signed({"sid": clock.new_id()}),
        }
    )


async def test_forged_tokens_open_nothing(gym: Path) -> None:
    tokens = forged(gym)
    assert len(tokens) > 35
    async with serving(gym) as server:
        assert server.auth.admit(token(gym, "ana")).user == "ana"
        for wrong, forgery in tokens.items():
            with pytest.raises(BadToken) as caught:
                server.auth.admit(forgery)
            assert caught.value.expired is False, wrong


async def test_the_role_in_a_token_counts_for_nothing(gym: Path) -> None:
    with closing(open_store(gym)) as store:
        ana = store.users()["ana"]
        promoted = User(name="ana", role="manager", password_hash="", disabled=False)
        now = clock.now()
        tokens = [auth.issue(store.signing_keys(), user, "issued:1", ttl=60, now=now) for user in (ana, promoted)]
    async with serving(gym) as server:
        for each in tokens:
            claims = server.auth.admit(each)
            assert server.auth.role(claims.user, claims.sid) == "staff"


async def test_a_token_is_good_until_its_last_millisecond(gym: Path) -> None:
    watch = Watch()
    async with serving(gym, now=watch) as server:
        access = token(gym, "ana", ttl=300, now=NINE)
        watch.now = NINE + 299_999
        assert server.auth.admit(access).expires_at == NINE // 1000 + 300
        watch.now += 1
        with pytest.raises(BadToken) as caught:
            server.auth.admit(access)
        assert caught.value.expired is True
