"""Another password over HTTP: who may, what ends with it, and what cannot be a password."""

from __future__ import annotations

import asyncio
import base64
import logging
from collections import Counter
from pathlib import Path

import pytest

from gymtui.protocol import Close
from server.auth import hashing
from tests.gym_kit import PASSWORD
from tests.http_token_kit import Answer, Watch, ask, basic, bearer
from tests.kit import Wire, serving

NEW = "quite another one, Zürich"


async def change(url: str, name: str, present: str = PASSWORD, new: str = NEW) -> Answer:
    """Asks for another password."""
    return await ask(url, "/auth/password", basic(name, present), to_be(new))


def to_be(new: str) -> str:
    """The header that has the new password."""
    return f"New-Password: {base64.b64encode(new.encode()).decode()}"


@pytest.mark.usefixtures("quick_watchdog")
async def test_who_proves_the_present_password_has_another_one_and_goes_on(
    gym: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with serving(gym) as server:
        before = (await ask(server.url, "/auth/token", basic("ana"))).json
        ben = (await ask(server.url, "/auth/token", basic("ben"))).json
        async with (
            Wire.open(server.url, before["access_token"]) as wire,
            Wire.open(server.url, ben["access_token"]) as other,
        ):
            await wire.until("connection_status")
            answer = await change(server.url, " ANA")
            assert (answer.status, answer.json["user"]) == (200, {"name": "ana", "role": "staff"})
            assert await wire.closed() == Close.ACCESS_ENDED
            assert (await other.ask("check_in", {"code": "1"}))["ok"] is True
        async with Wire.open(server.url, answer.json["access_token"]) as wire:
            assert (await wire.next())["payload"]["user"] == "ana"
        assert (await ask(server.url, "/auth/token", bearer(answer.json["refresh_token"]))).status == 200
        assert (await ask(server.url, "/auth/token", bearer(before["refresh_token"]))).status == 401
        assert (await ask(server.url, "/auth/token", basic("ana"))).status == 401
        assert (await ask(server.url, "/auth/token", basic("ana", NEW))).status == 200
    assert "ana has another password now" in caplog.text
    assert NEW not in caplog.text


@pytest.mark.parametrize(
    ("headers", "status", "message"),
    [
        ([basic("ana", "wrong one"), to_be(NEW)], 401, "The name or the password is wrong."),
        ([basic("nobody"), to_be(NEW)], 401, "The name or the password is wrong."),
        ([to_be(NEW)], 401, "The name or the password is wrong."),
        ([basic("ana"), to_be("short")], 400, "A password has at least 8 characters: please choose a longer one."),
        ([basic("ana")], 400, "A password has at least 8 characters: please choose a longer one."),
        ([basic("ana"), to_be(NEW), to_be(NEW)], 400, "A password has at least 8 characters"),
        ([basic("ana"), "New-Password: ü"], 400, "A password has at least 8 characters"),
        ([basic("ana"), to_be(PASSWORD)], 400, "That is the present password: please choose another one."),
    ],
)
async def test_what_is_refused_changes_nothing(gym: Path, headers: list[str], status: int, message: str) -> None:
    async with serving(gym) as server:
        refresh = (await ask(server.url, "/auth/token", basic("ana"))).json["refresh_token"]
        answer = await ask(server.url, "/auth/password", *headers)
        assert answer.status == status
        assert answer.json["error"]["message"].startswith(message)
        assert (await ask(server.url, "/auth/token", bearer(refresh))).status == 200
        assert (await ask(server.url, "/auth/token", basic("ana"))).status == 200


async def test_whoever_guesses_waits_as_at_the_login_and_nothing_forgives_it(
    gym: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hashing, "is_hash_of", lambda _, password: password == PASSWORD)
    watch = Watch()
    async with serving(gym, now=watch) as server:
        for _ in range(2):
            assert (await change(server.url, "ana", "wrong one")).status == 401
            assert (await ask(server.url, "/auth/token", basic("ana", "wrong one"))).status == 401
        assert (await change(server.url, "ana", "wrong one", "short")).status == 400
        assert (await change(server.url, "Ana", "wrong one")).status == 401
        answer = await change(server.url, "ana")
        assert (answer.status, answer.headers["retry-after"]) == (429, "30")
        assert (await ask(server.url, "/auth/token", basic("ana"))).status == 429
        watch.now += 30_000
        assert (await change(server.url, "ana")).status == 200
        counted = server.metrics.text()[0].decode()
    assert 'gymtui_logins_total{kind="new_password",result="denied"} 3.0' in counted


async def test_of_two_who_change_it_at_once_one_does(gym: Path) -> None:
    async with serving(gym) as server:
        answers = await asyncio.gather(*(change(server.url, "ana", new=f"{NEW} {n}") for n in range(2)))
        assert Counter(answer.status for answer in answers) == {200: 1, 401: 1}
        [good] = [answer for answer in answers if answer.status == 200]
        assert (await ask(server.url, "/auth/token", bearer(good.json["refresh_token"]))).status == 200
