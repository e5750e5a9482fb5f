"""Several servers on one database are one gym: who is connected where, who may, and what was tried is known to all."""

from __future__ import annotations

import asyncio
import operator
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from functools import partial
from typing import Any, NamedTuple

import pytest
from msgspec.structs import replace

from gymtui.clock import now, to_ms, to_text
from gymtui.codec import encode
from gymtui.protocol import Close, Connections
from server.admin import users
from server.app import Server
from server.auth.attempt_limit import ATTEMPTS
from server.net import peers
from server.store.opening import open_store
from server.store.peers import Peers
from tests.factories import member_row
from tests.gym_kit import make_gym, token
from tests.http_token_kit import ask, basic, bearer
from tests.kit import Wire, serving
from tests.postgres_kit import ask as tell_database
from tests.postgres_kit import ask_one
from tests.test_close_connection import audited
from tests.test_lookout import seen
from tests.test_revocation import REASON, ended
from tests.till import HOUR
from tests.waiting import WITHIN, until

pytestmark = pytest.mark.slow


class Two(NamedTuple):
    """Two servers of a gym, and its database."""

    here: Server
    there: Server
    database: str


@asynccontextmanager
async def two_of(database: str, *, apart: int = 0) -> AsyncIterator[Two]:
    """The clock of the other is behind by so many milliseconds."""
    async with serving(database) as here, serving(database, now=lambda: now() - apart) as there:
        yield Two(here, there, database)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, quick_watchdog: None) -> None:
    """What is looked for now and then is looked for all the time: how long it may take is another test's."""
    monkeypatch.setattr(peers, "EVERY", 0.01)


@pytest.fixture
def gym(postgres_database: str) -> str:
    make_gym(postgres_database, member_row("1", "Zoë Fine"))
    return postgres_database


async def sees(wire: Wire, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The first answer about connections that is as wanted."""
    async with asyncio.timeout(WITHIN):
        while not wanted(answer := await seen(wire)):
            await asyncio.sleep(0.01)
    return answer


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


async def test_wrong_passwords_are_counted_by_all_together(gym: str) -> None:
    async with two_of(gym) as two:
        for number in range(ATTEMPTS):
            server = (two.here, two.there)[number % 2]
            assert (await ask(server.url, "/auth/token", basic("ana", "a wrong password"))).status == 401
        for server in (two.here, two.there):
            assert (await ask(server.url, "/auth/token", basic("ana"))).status == 429
        assert (await ask(two.there.url, "/auth/token", basic("ben"))).status == 200


async def test_who_is_in_is_the_same_at_both(gym: str) -> None:
    async with two_of(gym) as two, Wire.open(two.here.url, token(gym, "ana")) as ana:
        seq = (await ana.ask("check_in", {"code": "1"}))["result"]["seq"]
        await until(lambda: two.there.hub.head >= seq and two.here.hub.head >= seq)
        assert replace(two.here.hub.stats, as_of="") == replace(two.there.hub.stats, as_of="")
        assert two.there.hub.stats.currently_in == 1


async def test_an_operator_sees_the_connections_of_both_and_at_which_each_is(gym: str) -> None:
    """Whatever their clocks say."""
    async with (
        two_of(gym, apart=HOUR) as two,
        Wire.open(two.here.url, token(gym, "otto")) as otto,
        Wire.open(two.there.url, token(gym, "ana"), desk="Front") as ana,
    ):
        await ana.until("connection_status")
        answer = await sees(otto, lambda answer: len(answer["connections"]) == 2)
        assert [(c["user"], c["desk"], c["address"]) for c in answer["connections"]] == [
            ("otto", None, "127.0.0.1"),
            ("ana", "Front", "127.0.0.1"),
        ]
        assert [c["server"] for c in answer["connections"]] == [two.here.name, two.there.name]
        times = [to_ms(client[name]) for client in answer["connections"] for name in ("since", "heard")]
        assert all(abs(to_ms(answer["as_of"]) - time) < HOUR / 2 for time in times)
        assert answer["absent"] == []


async def test_a_manager_closes_a_connection_of_the_other(gym: str) -> None:
    async with (
        two_of(gym) as two,
        Wire.open(two.here.url, token(gym, "mia")) as mia,
        Wire.open(two.there.url, token(gym, "ana"), desk="Front") as ana,
    ):
        session = (await ana.until("connection_status"))["payload"]["session_id"]
        await sees(mia, lambda answer: len(answer["connections"]) == 2)
        closing = {"session_id": session, "reason": "please start it again"}
        assert (await mia.ask("close_connection", closing)) == {"ok": True, "result": {"closed": True}}
        error = (await ana.until("error"))["payload"]
        assert (error["code"], error["message"]) == ("closed", "mia has closed this connection: please start it again")
        assert await ana.closed() == Close.CLOSED
        await sees(mia, lambda answer: len(answer["connections"]) == 1)
        assert (await mia.ask("close_connection", closing))["result"] == {"closed": False}
    assert audited(gym) == [("mia", "127.0.0.1", "ana at Front", "please start it again")]


async def test_a_desk_that_moved_is_not_missed_and_one_that_left_has_left(gym: str) -> None:
    async with two_of(gym) as two, Wire.open(two.here.url, token(gym, "otto")) as otto:
        for server in (two.here, two.there):
            async with Wire.open(server.url, token(gym, "ana"), desk="Front") as ana:
                await ana.until("connection_status")
                roster = server._context.roster
                await until(partial(operator.not_, roster._unwritten))
                assert (await seen(otto))["absent"] == []
        answer = await sees(otto, lambda answer: bool(answer["absent"]))
        assert [(desk["desk"], desk["said_goodbye"]) for desk in answer["absent"]] == [("Front", True)]


async def test_of_a_server_that_has_died_the_desks_are_missed(gym: str) -> None:
    async with serving(gym) as server, Wire.open(server.url, token(gym, "otto")) as otto:
        with closing(open_store(gym)) as died:
            assert died.peers is not None
            died.write([lambda tx: tx.desks.serve(1, now()), lambda tx: tx.desks.come("Front", None, "ana", 2, 1)])
            died.peers.tell("another", 1, encode(Connections(connections=(), absent=(), as_of=to_text(now()))))
            answer = await seen(otto)
            assert (answer["absent"], [c["server"] for c in answer["connections"]]) == ([], [server.name])
            for seconds in (11, -11):  # or the database's clock was set back
                last = f"now() - interval '{seconds} s'"
                tell_database(gym, f"UPDATE gymtui.peers SET at = {last} WHERE name = 'another'")
                answer = await seen(otto)
                assert [(desk["desk"], desk["said_goodbye"]) for desk in answer["absent"]] == [("Front", False)]
                assert [c["server"] for c in answer["connections"]] == [None]
        assert ask_one(gym, "SELECT count(*) FROM gymtui.peers WHERE name = 'another'") == 0  # it has said that it ends


def test_whoever_tries_on_has_to_wait_again_and_whoever_has_rested_has_not(gym: str) -> None:
    with closing(open_store(gym)) as here, closing(open_store(gym)) as there:
        assert here.peers is not None
        assert there.peers is not None

        def tried(peers: Peers) -> int:
            return peers.tried(7, attempts=2, pause=30_000)

        def rest(seconds: int) -> None:
            tell_database(gym, f"UPDATE gymtui.tries SET at = at - interval '{seconds} s'")

        assert [tried(here.peers), tried(there.peers)] == [0, 0]
        assert 29_000 < tried(here.peers) <= 30_000
        rest(31)
        assert tried(there.peers) == 0
        assert tried(here.peers) > 0
        rest(301)
        assert [tried(here.peers), tried(here.peers)] == [0, 0]
        here.peers.forgive(7)
        assert tried(there.peers) == 0
