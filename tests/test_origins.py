"""Who may ask what: pages by where they are from, the figures by a token, and who asks behind a proxy."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.datastructures import Headers
from websockets.http11 import Request

from gymtui.client.connection.reconnect import Ended
from gymtui.client.connection.transport import dial
from gymtui.client.errors import ConnectionProblem
from gymtui.client.login.http import Answer
from gymtui.client.login.login import Login
from server.net.entrance import entrance
from server.net.origins import Origins
from server.net.proxies import client_of
from tests.gym_kit import token
from tests.http_token_kit import ask, ask_raw, basic, bearer
from tests.kit import Wire, port_of, serving

HERE = socket.gethostname()
ORIGINS = Origins(names=["gym.example.org"], allowed=["https://app.example.org", "http://shop.test:8080/"])


def request(**headers: str | list[str]) -> Request:
    made = Headers()
    for name, values in headers.items():
        for value in [values] if isinstance(values, str) else values:
            made[name.replace("_", "-")] = value
    return Request("/ws/checkins/", made)


@pytest.mark.parametrize(
    ("origin", "host", "may"),
    [
        ("http://localhost:3000", "gym.example.org", True),
        ("http://[::1]:3000", "10.0.0.5:8765", True),
        ("https://GYM.example.org", "gym.example.org", True),
        (f"http://{socket.gethostname()}:8765", "10.0.0.5:8765", True),
        ("http://10.0.0.5:8765", "10.0.0.5:8765", True),
        ("http://10.0.0.6:8765", "10.0.0.5:8765", False),
        ("https://app.example.org", "10.0.0.5:8765", True),
        ("http://app.example.org", "10.0.0.5:8765", False),
        ("http://shop.test:8080", "10.0.0.5:8765", True),
        ("http://shop.test", "10.0.0.5:8765", False),
        ("http://rebound.test", "rebound.test", False),
        ("http://gym.example.org.rebound.test", "10.0.0.5", False),
        ("http://localhost.rebound.test", "10.0.0.5", False),
        ("null", "127.0.0.1:8765", False),
        ("http://[", "127.0.0.1:8765", False),
        ("", "127.0.0.1:8765", False),
    ],
)
def test_a_page_is_of_this_machine_of_its_own_name_or_on_the_list(origin: str, host: str, may: bool) -> None:
    assert (ORIGINS.refusal(request(Origin=origin, Host=host)) is None) is may


@pytest.mark.parametrize(
    ("host", "may"),
    [
        ("127.0.0.1:8765", True),
        ("10.0.0.5:8765", True),
        ("[fe80::1]:8765", True),
        ("localhost", True),
        (f"{socket.gethostname()}:8765", True),
        ("frontdesk:8765", True),
        ("frontdesk.local", True),
        ("gymserver.club.test", True),
        ("GYM.example.org.", True),
        ("rebound.test:8765", False),
        ("gym.example.org.rebound.test", False),
        ("127.0.0.1.rebound.test", False),
        ("localhost.rebound.test", False),
        ("gymserver.rebound.test", False),
        ("rebound.local.test", False),
        ("[", False),
        ("", False),
        (["127.0.0.1", "rebound.test"], False),
        ([], True),
    ],
)
def test_a_request_names_this_server(
    host: str | list[str], may: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolver = tmp_path / "resolv.conf"
    resolver.write_text("nameserver 10.0.0.1\n\nsearch club.test\n")
    monkeypatch.setattr("server.net.origins.RESOLVER", resolver)
    monkeypatch.setattr(socket, "gethostname", lambda: "gymserver" if host == "gymserver.club.test" else HERE)
    assert (Origins(["gym.example.org"]).misdirected(request(Host=host)) is None) is may


def test_whoever_is_no_page_says_no_origin_and_may() -> None:
    assert ORIGINS.refusal(request(Host="10.0.0.5")) is None
    assert ORIGINS.refusal(request(Host="10.0.0.5", Origin=["http://localhost", "http://rebound.test"])) is not None


@pytest.mark.parametrize("path", ["/ws/checkins/", "/auth/token", "/metrics", "/healthz"])
async def test_a_page_from_elsewhere_gets_nothing(path: str, gym: Path) -> None:
    async with serving(gym) as server:
        answer = await ask(server.url, path, "Origin: http://rebound.test", basic("ana"))
        assert (answer.status, "--allow-origin" in answer.body) == (403, True)
        assert (await ask(server.url, "/auth/token", "Origin: http://localhost:3000", basic("ana"))).status == 200


@pytest.mark.parametrize("path", ["/ws/checkins/", "/auth/token", "/auth/password", "/metrics", "/healthz", "/nothing"])
async def test_what_is_asked_of_another_name_gets_nothing(path: str, gym: Path) -> None:
    head = f"{'POST' if path.startswith('/auth') else 'GET'} {path} HTTP/1.1\r\nHost: rebound.test\r\n"
    request = f"{head}{basic('ana')}\r\n\r\n".encode()
    async with serving(gym) as server:
        answer = await ask_raw(server.url, request)
        assert (answer.status, "--host-name" in answer.body) == (421, True)
    async with serving(gym, entrance=entrance(trust_proxy="127.0.0.1")) as behind:
        assert (await ask_raw(behind.url, request)).status != 421


async def test_a_desk_says_that_the_server_has_another_name(gym: Path) -> None:
    async with serving(gym) as server:
        url = server.url.replace("127.0.0.1", "rebound.test")

        async def here(*args: Any, **options: Any) -> ClientConnection:
            return await connect(*args, host="127.0.0.1", port=port_of(server.url), **options)

        with pytest.raises(Ended, match="does not go by that name: please use its own, or give it this with --host"):
            await dial(here, url, "x", None)
    login = Login(url, fetch=lambda url, headers: Answer(421, b""))
    with pytest.raises(ConnectionProblem, match="does not go by that name"):
        await login.log_in("ana", "a long enough password")


@pytest.mark.parametrize(
    ("peer", "said", "is_from"),
    [
        ("10.0.0.9", "1.2.3.4", "10.0.0.9"),
        ("127.0.0.1", "1.2.3.4", "1.2.3.4"),
        ("127.0.0.1", "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        ("127.0.0.1", ["6.6.6.6", "1.2.3.4, 10.0.0.2"], "1.2.3.4"),
        ("127.0.0.1", "2001:db8::7", "2001:db8::7"),
        ("127.0.0.1", "nobody knows", "127.0.0.1"),
        ("127.0.0.1", [], "127.0.0.1"),
    ],
)
def test_who_asks_is_whom_a_trusted_proxy_says(peer: str, said: str | list[str], is_from: str) -> None:
    assert client_of(peer, request(X_Forwarded_For=said), {"127.0.0.1", "10.0.0.2"}) == is_from


async def test_wrong_passwords_count_by_the_address_behind_the_proxy(gym: Path) -> None:
    async with serving(gym, entrance=entrance(trust_proxy="127.0.0.1")) as server:
        for _ in range(6):
            last = await ask(server.url, "/auth/token", "X-Forwarded-For: 1.2.3.4", basic("ana", "wrong"))
        assert last.status == 429
        other = await ask(server.url, "/auth/token", "X-Forwarded-For: 1.2.3.4, 1.2.3.5", basic("ana"))
        assert other.status == 200


@pytest.mark.parametrize("proxies", [None, "127.0.0.1"])
async def test_the_figures_are_for_this_machine_and_for_a_token(proxies: str | None, gym: Path) -> None:
    access = token(gym, "otto")
    async with serving(gym, entrance=entrance(trust_proxy=proxies)) as server:
        assert (await ask(server.url, "/metrics", method="GET")).status == 200
        far = "X-Forwarded-For: 1.2.3.4"
        refused = await ask(server.url, "/metrics", far, method="GET")
        assert (refused.status, refused.headers["www-authenticate"], "gymtui_" in refused.body) == (
            401,
            "Bearer",
            False,
        )
        assert (await ask(server.url, "/metrics", far, bearer("made up"), method="GET")).status == 401
        assert (await ask(server.url, "/metrics", far, bearer(access), method="GET")).status == 200


async def test_a_program_without_an_origin_comes_in_as_ever(gym: Path) -> None:
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ana")) as wire:
        assert (await wire.next())["payload"]["success"] is True
