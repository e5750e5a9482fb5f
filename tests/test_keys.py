"""Signing keys: rotated, forgotten, counted."""

from __future__ import annotations

import secrets
from contextlib import closing
from pathlib import Path

import jwt
import pytest

from gymtui import clock
from server.admin import tokens
from server.store import Transaction
from server.store.opening import open_store
from server.store.sqlite.users import KEY_LIFE
from tests.gym_kit import token
from tests.http_token_kit import Watch, ask, basic, bearer
from tests.kit import Wire, serving
from tests.till import DAY, NINE
from tests.waiting import until


def kid_of(access: str) -> str:
    kid: str = jwt.get_unverified_header(access)["kid"]
    return kid


def kids(gym: Path) -> list[str]:
    with closing(open_store(gym)) as store:
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
            assert server.auth.admit(access).user == "ana"


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


def test_a_key_is_forgotten_when_nothing_it_has_signed_can_be_good(tmp_path: Path) -> None:
    """However long it has signed: what counts is when the next one took its place."""
    path = tmp_path / "gym.db"
    with closing(open_store(path, now=lambda: NINE)) as store:
        [first] = store.signing_keys()
    assert tokens.TTL * 1000 <= KEY_LIFE
    years = NINE + 3 * KEY_LIFE
    second = rotate(path, years)
    assert kids(path) == [first, second]
    third = rotate(path, years + DAY)
    assert kids(path) == [first, second, third]
    fourth = rotate(path, years + KEY_LIFE + 1)
    assert kids(path) == [second, third, fourth]
    fifth = rotate(path, years + 10 * KEY_LIFE)
    assert kids(path) == [fourth, fifth]
