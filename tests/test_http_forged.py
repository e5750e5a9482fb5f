"""What else is asked of the port, and what in a good token counts for nothing."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from gymtui import clock
from server.auth import auth
from server.auth.auth import BadToken
from server.store import User
from server.store.opening import open_store
from tests.gym_kit import issue_as, token
from tests.http_token_kit import Watch, ask, ask_raw, basic
from tests.kit import serving
from tests.till import NINE


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


async def test_the_role_in_a_token_counts_for_nothing(gym: Path) -> None:
    with closing(open_store(gym)) as store:
        ana = store.users()["ana"]
        promoted = User(name="ana", role="manager", password_hash="", disabled=False)
        now = clock.now()
        issue_as(store, "1", "ana")
        tokens = [auth.issue(store.signing_keys(), user, "issued:1", ttl=60, now=now) for user in (ana, promoted)]
    async with serving(gym) as server:
        for each in tokens:
            claims = server.auth.admit(each)
            assert server.auth.role(claims.user, claims.sid) == "staff"


async def test_a_token_is_good_until_its_last_millisecond(gym: Path) -> None:
    watch = Watch()
    async with serving(gym, now=watch) as server:
        access = token(gym, "ana", ttl=300, now=NINE)
        await server.auth.reload()
        watch.now = NINE + 299_999
        assert server.auth.admit(access).expires_at == NINE // 1000 + 300
        watch.now += 1
        with pytest.raises(BadToken) as caught:
            server.auth.admit(access)
        assert caught.value.expired is True
