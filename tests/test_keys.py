"""Signing keys: rotated, forgotten, counted."""

from __future__ import annotations

import secrets
from contextlib import closing
from pathlib import Path

import jwt
import pytest

from gymtui import clock
from server.admin import tokens
from server.auth import auth
from server.auth.auth import BadToken
from server.store import Transaction
from server.store.opening import open_store
from server.store.sql.issued import ACCESS_LIFE
from tests.gym_kit import token
from tests.http_token_kit import Watch, ask, basic, bearer
from tests.kit import Wire, serving
from tests.till import DAY
from tests.waiting import until


def kid_of(access: str) -> str:
    kid: str = jwt.get_unverified_header(access)["kid"]
    return kid


def kids(gym: Path, at: int | None = None) -> list[str]:
    with closing(open_store(gym, now=lambda: clock.now() if at is None else at)) as store:
        return list(store.signing_keys())


def rotate(gym: Path, at: int) -> str:
    """What `gymtui admin keys rotate` does, at that time; the new key's id."""
    kid = f"{at:x}"

    def work(tx: Transaction) -> None:
        tx.add_signing_key(kid, secrets.token_bytes(32))

    with closing(open_store(gym, now=lambda: at)) as store:
        store.write([work])
    return kid


async def test_a_new_key_signs_and_the_old_ones_are_good_for_what_they_have_signed(
    gym: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with serving(gym) as server:
        body = (await ask(server.url, "/auth/token", basic("ana"))).json
        before = [token(gym, "ana"), body["access_token"]]
        async with Wire.open(server.url, before[1]) as wire:
            await wire.until("connection_status")
            tokens.keys_rotate(database=str(gym))
            assert capsys.readouterr().out == "Tokens are signed with a new key.\n"
            await until(lambda: len(server.auth.keys) == 2)
            [old, new] = kids(gym)
            after = (await ask(server.url, "/auth/token", bearer(body["refresh_token"]))).json
            assert (kid_of(before[0]), kid_of(before[1])) == (old, old)
            assert (kid_of(after["access_token"]), kid_of(token(gym, "ana"))) == (new, new)
            assert (await wire.ask("check_in", {"code": "1"}))["ok"] is True
            await wire.send("authenticate", {"token": after["access_token"]}, "r")
            assert (await wire.until("auth_response", id="r"))["payload"]["success"] is True
        for access in (*before, after["access_token"], token(gym, "ana")):
            assert (await server.auth.admitted(access)).user == "ana"


async def test_a_login_goes_on_over_a_new_key(gym: Path) -> None:
    """An answer that was lost is given again, whichever key signs by then."""
    watch = Watch()
    async with serving(gym, now=watch) as server:
        first = (await ask(server.url, "/auth/token", basic("ana"))).json["refresh_token"]
        second = (await ask(server.url, "/auth/token", bearer(first))).json["refresh_token"]
        rotate(gym, clock.now() + 1)
        await server.auth.reload()
        watch.now += 30_000
        assert (await ask(server.url, "/auth/token", bearer(first))).json["refresh_token"] == second
        third = await ask(server.url, "/auth/token", bearer(second))
        assert third.status == 200
        assert (await ask(server.url, "/auth/token", bearer(third.json["refresh_token"]))).status == 200


def issue(gym: Path, user: str, at: int, *, days: int) -> str:
    """A token issued by hand at that time."""
    with closing(open_store(gym, now=lambda: at)) as store:
        return auth.issue_by_hand(store, store.users()[user], ttl=days * DAY // 1000, now=lambda: at)


def test_a_key_is_good_while_something_that_it_has_signed_may_be(gym: Path) -> None:
    """However long it has signed: what counts is when the next one took its place, and what was issued with it."""
    [first] = kids(gym)
    at = clock.now()
    issue(gym, "ana", at, days=30)
    second = rotate(gym, at + DAY)
    assert kids(gym, at + DAY) == [first, second]
    third = rotate(gym, at + 2 * DAY)
    assert kids(gym, at + 2 * DAY) == [first, second, third]
    assert kids(gym, at + 2 * DAY + ACCESS_LIFE) == [first, third]  # by themselves
    assert kids(gym, at + 30 * DAY + 1000) == [third]
    fourth = rotate(gym, at)  # the clock was set back
    assert kids(gym, at + 3 * DAY)[-1] == fourth


@pytest.mark.usefixtures("quick_watchdog")
async def test_a_key_that_may_be_known_is_good_for_nothing_at_once(
    gym: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with serving(gym) as server:
        body = (await ask(server.url, "/auth/token", basic("ana"))).json
        by_hand = token(gym, "otto")
        await server.auth.reload()
        async with Wire.open(server.url, body["access_token"]) as ana, Wire.open(server.url, by_hand) as otto:
            await ana.until("connection_status")
            await otto.until("connection_status")
            tokens.keys_rotate(database=str(gym), now=True)
            assert "Nothing else is good any more" in capsys.readouterr().out
            assert (await ana.closed(), await otto.closed()) == (4003, 4003)
        assert len(kids(gym)) == 1
        for access in (body["access_token"], by_hand):
            with pytest.raises(BadToken):
                server.auth.admit(access)
        assert (await ask(server.url, "/auth/token", bearer(body["refresh_token"]))).status == 401
        assert (await ask(server.url, "/auth/token", basic("ana"))).status == 200
