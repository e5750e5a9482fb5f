"""What a person at the command line takes away is gone from live connections within a second."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from gymtui.protocol import Close, Role
from server.admin import tokens, users
from server.admin.errors import AdminError
from server.net.following import POLL
from server.net.watchdog import EVERY
from server.store.opening import open_store
from tests.gym_kit import token
from tests.http_token_kit import Watch, ask, basic, bearer
from tests.kit import Wire, serving
from tests.waiting import WITHIN, until
from tests.watchdog_kit import Skewed, the

REASON = "This login has ended or changed: please log in again."


def beside(change: Callable[..., None], path: Path, name: str, **more: Any) -> Callable[[], None]:
    """`gymtui admin users ...`, run beside the server."""
    return partial(change, database=str(path), name=name, **more)


async def logged_in(url: str, name: str) -> dict[str, Any]:
    return (await ask(url, "/auth/token", basic(name))).json


async def ended(wire: Wire) -> tuple[int | None, str | None]:
    """How a connection that is to end has ended."""
    async with asyncio.timeout(WITHIN):
        await wire.rest()
        return await wire.closed(), wire.socket.close_reason


def test_a_change_is_seen_and_acted_on_within_a_second() -> None:
    assert POLL + EVERY < 1


@pytest.mark.parametrize("by_hand", [True, False])
async def test_disabled_is_out(gym: Path, by_hand: bool) -> None:
    async with serving(gym) as server:
        body = await logged_in(server.url, "ana")
        access = token(gym, "ana", ttl=10_000_000) if by_hand else body["access_token"]
        async with Wire.open(server.url, access) as ana, Wire.open(server.url, token(gym, "ben")) as ben:
            await ana.until("connection_status")
            await asyncio.to_thread(beside(users.users_disable, gym, "ana"))
            assert await ended(ana) == (Close.ACCESS_ENDED, REASON)
            assert (await ben.ask("check_in", {"code": "1"}))["ok"] is True
        async with Wire.open(server.url, access) as again:
            assert (await again.next())["payload"]["message"] == "This login has ended: please log in again."
            assert await again.closed() == Close.BAD_TOKEN
        assert (await ask(server.url, "/auth/token", bearer(body["refresh_token"]))).status == 401
        assert (await ask(server.url, "/auth/token", basic("ana"))).status == 401


async def test_enabled_may_log_in_again_and_old_logins_stay_ended(gym: Path) -> None:
    by_hand = token(gym, "ana")
    async with serving(gym) as server:
        body = await logged_in(server.url, "ana")
        beside(users.users_disable, gym, "ana")()
        beside(users.users_enable, gym, "ana")()
        await server.auth.reload()
        assert (await ask(server.url, "/auth/token", bearer(body["refresh_token"]))).status == 401
        for access in (body["access_token"], by_hand):
            async with Wire.open(server.url, access) as wire:
                await wire.rest()
                assert await wire.closed() == Close.BAD_TOKEN
        for access in (token(gym, "ana"), (await logged_in(server.url, "ana"))["access_token"]):
            async with Wire.open(server.url, access) as wire:
                assert (await wire.next())["payload"]["success"] is True


@pytest.mark.parametrize(("name", "role"), [("ana", "operator"), ("ana", "manager"), ("mia", "staff")])
async def test_another_role_counts_at_once_and_ends_the_connection(
    gym: Path, name: str, role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.net.watchdog.EVERY", 3600)
    access = token(gym, name)
    async with serving(gym) as server:
        async with Wire.open(server.url, access) as wire:
            await wire.until("connection_status")
            beside(users.users_role, gym, name, role=role)()
            await server.auth.reload()
            allowed = role == "manager"
            reply = await wire.ask("notify", {"level": "info", "title": "t", "message": "m"})
            assert reply["ok"] is allowed
            Skewed(server).look(0)
            assert await ended(wire) == (Close.ACCESS_ENDED, REASON)
        async with Wire.open(server.url, access) as wire:
            assert (await wire.next())["payload"]["role"] == role


async def test_the_same_role_again_ends_nothing(gym: Path) -> None:
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ana")) as wire:
        await wire.until("connection_status")
        known = server.auth._known.users
        beside(users.users_role, gym, "ana", role="staff")()
        beside(users.users_disable, gym, "ben")()
        await until(lambda: server.auth._known.users is not known)
        Skewed(server).look(0)
        assert the(server, "ana").is_open
        assert (await wire.ask("check_in", {"code": "1"}))["ok"] is True


@pytest.mark.usefixtures("quick_watchdog")
async def test_many_connections_of_one_user_end_together(gym: Path) -> None:
    async with serving(gym) as server:
        body = await logged_in(server.url, "ana")
        wires = [
            Wire.open(server.url, each) for each in (body["access_token"], token(gym, "ana"), body["access_token"])
        ]
        async with wires[0] as first, wires[1] as second, wires[2] as third, Wire.open(server.url) as stranger:
            for wire in (first, second, third):
                await wire.until("connection_status")
            beside(users.users_disable, gym, "ana")()
            assert {await ended(wire) for wire in (first, second, third)} == {(Close.ACCESS_ENDED, REASON)}
            await stranger.send("authenticate", {"token": token(gym, "ben")})
            assert (await stranger.next())["payload"]["user"] == "ben"


@pytest.mark.usefixtures("quick_watchdog")
async def test_a_login_that_somebody_has_a_copy_of_ends_everywhere(gym: Path) -> None:
    watch = Watch()
    async with serving(gym, now=watch) as server:
        stolen = await logged_in(server.url, "ana")
        other = await logged_in(server.url, "ana")
        async with (
            Wire.open(server.url, stolen["access_token"]) as wire,
            Wire.open(server.url, other["access_token"]) as untouched,
        ):
            await wire.until("connection_status")
            assert (await ask(server.url, "/auth/token", bearer(stolen["refresh_token"]))).status == 200
            watch.now += 61_000
            assert (await ask(server.url, "/auth/token", bearer(stolen["refresh_token"]))).status == 401
            assert await ended(wire) == (Close.ACCESS_ENDED, REASON)
            assert (await untouched.ask("check_in", {"code": "1"}))["ok"] is True
        with closing(open_store(gym, now=watch)) as store:
            assert len(store.live_logins()) == 1


@pytest.mark.usefixtures("quick_watchdog")
async def test_a_connection_that_renews_lives_longer_than_its_token(gym: Path) -> None:
    """The first token's end is no end once the second is here; without it the end is `exp` and a little more."""
    watch = Watch()
    first, second = (token(gym, "ana", ttl=ttl, now=watch.now) for ttl in (300, 600))
    async with (
        serving(gym, now=watch) as server,
        Wire.open(server.url, first) as renews,
        Wire.open(server.url, first) as forgets,
    ):
        for wire in (renews, forgets):
            await wire.until("connection_status")
        watch.now += 240_000
        await renews.send("authenticate", {"token": second}, "r")
        assert (await renews.until("auth_response", id="r"))["payload"]["success"] is True
        watch.now += 85_000
        code, reason = await ended(forgets)
        assert (code, reason) == (Close.TOKEN_EXPIRED, "The token has expired: please renew it.")
        assert (await renews.ask("check_in", {"code": "1"}))["ok"] is True


@pytest.mark.usefixtures("quick_watchdog")
async def test_a_token_of_somebody_else_renews_nothing(gym: Path) -> None:
    watch = Watch()
    async with (
        serving(gym, now=watch) as server,
        Wire.open(server.url, token(gym, "ana", ttl=60, now=watch.now)) as wire,
    ):
        await wire.until("connection_status")
        await wire.send("authenticate", {"token": token(gym, "mia", ttl=6000, now=watch.now)}, "r")
        answer = (await wire.until("auth_response", id="r"))["payload"]
        assert answer == {"success": False, "message": "This connection belongs to ana: please open another."}
        watch.now += 85_000
        assert (await ended(wire))[0] == Close.TOKEN_EXPIRED


def test_a_disabled_user_has_no_login_left(gym: Path) -> None:
    beside(users.users_disable, gym, "ana")()
    with closing(open_store(gym)) as store:
        assert store.users()["ana"].disabled
        assert store.live_logins() == {}
    with pytest.raises(AdminError, match="ana cannot log in"):
        tokens.tokens_issue(database=str(gym), name="ana", ttl=60)
