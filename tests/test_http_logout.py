"""Log-out over HTTP: what ends with it, what does not, and what is said of it."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from gymtui.protocol import Close
from tests.gym_kit import token
from tests.http_token_kit import ask, basic, bearer, writes
from tests.kit import Wire, serving

pytestmark = pytest.mark.usefixtures("quick_watchdog")

OVER = "This login is over: please log in again."


async def test_a_login_that_is_left_is_worth_nothing_afterwards(gym: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with serving(gym) as server:
        left = (await ask(server.url, "/auth/token", basic("ana"))).json
        other = (await ask(server.url, "/auth/token", basic("ana"))).json
        async with (
            Wire.open(server.url, left["access_token"]) as wire,
            Wire.open(server.url, other["access_token"]) as stays,
        ):
            await wire.until("connection_status")
            answer = await ask(server.url, "/auth/logout", bearer(left["refresh_token"]))
            assert (answer.status, answer.json) == (200, {})
            assert await wire.closed() == Close.ACCESS_ENDED
            assert (await stays.ask("check_in", {"code": "1"}))["ok"] is True
        assert (await ask(server.url, "/auth/token", bearer(left["refresh_token"]))).status == 401
        async with Wire.open(server.url, left["access_token"]) as wire:
            assert (await wire.next())["payload"]["message"] == "This login has ended: please log in again."
        again = await ask(server.url, "/auth/logout", bearer(left["refresh_token"]))
        assert again.status == 200, "who was not answered asks again"
        assert (await ask(server.url, "/auth/token", bearer(other["refresh_token"]))).status == 200
    assert caplog.text.count("ana has logged out.") == 1
    assert left["refresh_token"] not in caplog.text
    assert 'gymtui_logins_total{kind="logout",result="ok"} 2.0' in server.metrics.text()[0].decode()


async def test_an_older_token_of_the_login_ends_it_too(gym: Path) -> None:
    """The answer that had the newest one may have been lost."""
    async with serving(gym) as server:
        first = (await ask(server.url, "/auth/token", basic("ana"))).json["refresh_token"]
        newest = (await ask(server.url, "/auth/token", bearer(first))).json["refresh_token"]
        assert (await ask(server.url, "/auth/logout", bearer(first))).status == 200
        assert (await ask(server.url, "/auth/token", bearer(newest))).status == 401


async def test_what_is_no_token_of_a_login_ends_nothing(gym: Path) -> None:
    async with serving(gym) as server:
        body = (await ask(server.url, "/auth/token", basic("ana"))).json
        refresh = body["refresh_token"]
        sid, secret, mark = refresh.split(".")
        for header in (
            *(bearer(guess) for guess in (sid, f"{sid}.{secret}.{mark[::-1]}", "nonsense", token(gym, "ana"))),
            basic("ana"),
            "X-Nothing: at all",
        ):
            answer = await ask(server.url, "/auth/logout", header)
            assert (answer.status, answer.json["error"]["message"]) == (401, OVER)
        assert (await ask(server.url, "/auth/token", bearer(refresh))).status == 200
        assert (await ask(server.url, "/auth/logout", bearer(refresh), method="GET")).status == 405


async def test_an_end_that_cannot_be_kept_is_asked_for_again(gym: Path) -> None:
    async with serving(gym) as server:
        refresh = (await ask(server.url, "/auth/token", basic("ana"))).json["refresh_token"]
        writes(server, False)
        answer = await ask(server.url, "/auth/logout", bearer(refresh))
        assert (answer.status, answer.headers["retry-after"]) == (503, "1")
        writes(server, True)
        assert (await ask(server.url, "/auth/token", bearer(refresh))).status == 200
