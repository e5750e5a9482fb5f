"""Several servers on one database are one gym: who is connected where, who may, and what was tried is known to all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

import pytest
from msgspec.structs import replace

from gymtui.protocol import Close
from server.admin import users
from server.app import Server
from tests.factories import member_row
from tests.gym_kit import make_gym, token
from tests.http_token_kit import ask, basic, bearer
from tests.kit import Wire, serving
from tests.test_revocation import REASON, ended
from tests.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("quick_watchdog")]


class Two(NamedTuple):
    """Two servers of a gym, and its database."""

    here: Server
    there: Server
    database: str


@asynccontextmanager
async def two_of(database: str) -> AsyncIterator[Two]:
    async with serving(database) as here, serving(database) as there:
        yield Two(here, there, database)


@pytest.fixture
def gym(postgres_database: str) -> str:
    make_gym(postgres_database, member_row("1", "Zoë Fine"))
    return postgres_database


async def test_what_is_taken_away_at_one_is_gone_from_the_other(gym: str) -> None:
    async with two_of(gym) as two:
        logins = [(await ask(two.here.url, "/auth/token", basic("ana"))).json for _ in range(2)]
        async with (
            Wire.open(two.there.url, logins[0]["access_token"]) as first,
            Wire.open(two.there.url, logins[1]["access_token"]) as second,
            Wire.open(two.there.url, token(gym, "ben")) as ben,
            Wire.open(two.here.url, token(gym, "ben")) as also_ben,
        ):
            for wire in (first, second, ben, also_ben):
                await wire.until("connection_status")
            await ask(two.here.url, "/auth/logout", bearer(logins[0]["refresh_token"]))
            assert await ended(first) == (Close.ACCESS_ENDED, REASON)
            assert (await second.ask("list_present"))["ok"]
            new = "New-Password: YW5vdGhlciBsb25nIHBhc3N3b3Jk"
            assert (await ask(two.here.url, "/auth/password", basic("ana"), new)).status == 200
            assert await ended(second) == (Close.ACCESS_ENDED, REASON)
            await asyncio.to_thread(users.users_disable, database=gym, name="ben")
            assert [await ended(wire) for wire in (ben, also_ben)] == [(Close.ACCESS_ENDED, REASON)] * 2


async def test_a_login_is_renewed_at_either(gym: str) -> None:
    async with two_of(gym) as two:
        first = (await ask(two.here.url, "/auth/token", basic("ana"))).json["refresh_token"]
        second = (await ask(two.there.url, "/auth/token", bearer(first))).json["refresh_token"]
        assert (await ask(two.here.url, "/auth/token", bearer(first))).json["refresh_token"] == second
        third = (await ask(two.here.url, "/auth/token", bearer(second))).json["refresh_token"]
        assert (await ask(two.there.url, "/auth/token", bearer(first))).status == 401  # a copy: the login is over
        assert (await ask(two.here.url, "/auth/token", bearer(third))).status == 401


async def test_who_is_in_is_the_same_at_both(gym: str) -> None:
    async with two_of(gym) as two, Wire.open(two.here.url, token(gym, "ana")) as ana:
        seq = (await ana.ask("check_in", {"code": "1"}))["result"]["seq"]
        await until(lambda: two.there.hub.head >= seq and two.here.hub.head >= seq)
        assert replace(two.here.hub.stats, as_of="") == replace(two.there.hub.stats, as_of="")
        assert two.there.hub.stats.currently_in == 1
