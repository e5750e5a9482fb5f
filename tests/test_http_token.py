"""Tokens over HTTP: logins and refreshing."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import closing
from pathlib import Path

import jwt
import pytest

from server.auth import hashing
from server.auth.auth import Denied
from server.store import Transaction, User
from server.store.opening import open_store
from tests.gym_kit import PASSWORD, token
from tests.http_token_kit import Watch, ask, basic, bearer, writes
from tests.kit import Wire, serving
from tests.till import HOUR


async def disable(path: Path, name: str) -> None:
    def work(tx: Transaction) -> None:
        user = tx.user(name)
        assert user is not None
        tx.put_user(User(name=name, role=user.role, password_hash=user.password_hash, disabled=True))

    with closing(open_store(path)) as store:
        store.write([work])


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


async def test_after_five_wrong_passwords_one_has_to_wait(gym: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing, "is_hash_of", lambda _, password: password == PASSWORD)
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
    monkeypatch.setattr(hashing, "is_hash_of", lambda _, password: password == PASSWORD)
    async with serving(gym) as server:
        answers = await asyncio.gather(*(ask(server.url, "/auth/token", basic("ana", str(n))) for n in range(30)))
        assert Counter(answer.status for answer in answers) == {401: 5, 429: 25}


async def test_a_database_that_cannot_be_written_is_no_wrong_password(
    gym: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hashing, "is_hash_of", lambda _, password: password == PASSWORD)
    async with serving(gym) as server:
        refresh = (await ask(server.url, "/auth/token", basic("ana"))).json["refresh_token"]
        writes(server, False)
        for header in [basic("ana"), bearer(refresh)] * 4:
            answer = await ask(server.url, "/auth/token", header)
            assert (answer.status, answer.headers["retry-after"]) == (503, "1")
            assert answer.json["error"]["code"] == "storage_unavailable"
        writes(server, True)
        assert (await ask(server.url, "/auth/token", bearer(refresh))).status == 200


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


async def test_a_clock_that_is_set_back_gives_no_used_token_another_hour(gym: Path) -> None:
    watch = Watch()
    async with serving(gym, now=watch) as server:
        first = (await ask(server.url, "/auth/token", basic("ana"))).json["refresh_token"]
        second = (await ask(server.url, "/auth/token", bearer(first))).json["refresh_token"]
        watch.now -= 2_000  # a step of the time service
        assert (await ask(server.url, "/auth/token", bearer(first))).status == 200
        watch.now -= HOUR
        assert (await ask(server.url, "/auth/token", bearer(first))).status == 401
        assert (await ask(server.url, "/auth/token", bearer(second))).status == 401


@pytest.mark.usefixtures("quick_watchdog")
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
                    await server.logins.refresh(guess, "127.0.0.1")
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
