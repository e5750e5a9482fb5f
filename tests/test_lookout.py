"""What an operator is told of the server itself: who is connected, which desks are not, and how it goes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gymtui import __version__
from server.net.breaks import CLIENTS, WITHIN, Breaks
from server.net.last_minute import SECONDS, LastMinute
from tests.factories import NOW, member_row
from tests.gym_kit import make_gym, token
from tests.kit import Wire, serving
from tests.waiting import until


@pytest.fixture
def gym(tmp_path: Path) -> Path:
    make_gym(tmp_path / "gym.db", member_row("1", "Ana"))
    return tmp_path / "gym.db"


async def seen(wire: Wire) -> dict[str, Any]:
    result: dict[str, Any] = (await wire.ask("list_connections"))["result"]
    return result


async def test_each_connection_is_told_with_its_person_and_desk(gym: Path) -> None:
    async with (
        serving(gym) as server,
        Wire.open(server.url, token(gym, "otto")) as otto,
        Wire.open(server.url, token(gym, "ana"), desk="Front") as ana,
    ):
        await ana.until("connection_status")
        connections = (await seen(otto))["connections"]
        assert [(c["user"], c["role"], c["desk"]) for c in connections] == [
            ("otto", "operator", None),
            ("ana", "staff", "Front"),
        ]
        assert all(c["address"] == "127.0.0.1" and c["heard"] >= c["since"] for c in connections)
        assert [(c["behind"], c["waiting"], c["round_trip_ms"]) for c in connections] == [(0, 0, None)] * 2
        assert "websockets" in connections[0]["client"]


async def test_a_ping_that_came_back_has_a_round_trip(gym: Path) -> None:
    async with serving(gym) as server, Wire.open(server.url, token(gym, "otto")) as otto:
        await otto.until("connection_status")
        [session] = server._sessions
        session.connection.probe(session.connection.loop.time())
        await until(lambda: session.connection.round_trip is not None)
        [told] = (await seen(otto))["connections"]
        assert 0 <= told["round_trip_ms"] < 60_000


@pytest.mark.parametrize("said_goodbye", [True, False])
async def test_a_desk_that_has_gone_is_missed_by_name_and_it_is_told_how_it_went(
    gym: Path, *, said_goodbye: bool
) -> None:
    async with serving(gym) as server, Wire.open(server.url, token(gym, "otto")) as otto:
        async with Wire.open(server.url, token(gym, "ana"), desk="Front") as ana:
            await ana.until("connection_status")
            await until(lambda: not server._context.roster._unwritten)
            assert (await seen(otto))["absent"] == []
            if not said_goodbye:
                [desk] = [session for session in server._sessions if session.desk]
                desk.connection.transport.abort()
        await until(lambda: len(server._sessions) == 1)
        await server._database.write(lambda _: None)  # what has ended is on disk
        [absent] = (await seen(otto))["absent"]
        assert (absent["desk"], absent["user"], absent["said_goodbye"]) == ("Front", "ana", said_goodbye)
        async with Wire.open(server.url, token(gym, "ana"), desk="Front") as ana:
            await ana.until("connection_status")
            assert (await seen(otto))["absent"] == []


async def test_each_time_that_a_client_was_cut_off_and_came_back_is_counted(gym: Path) -> None:
    async with serving(gym) as server, Wire.open(server.url, token(gym, "otto")) as otto:
        for breaks, says_goodbye in ((0, False), (1, False), (2, True), (2, False)):
            async with Wire.open(server.url, token(gym, "ana"), desk="Front") as ana:
                await ana.until("connection_status")
                told = {c["user"]: c["reconnects"] for c in (await seen(otto))["connections"]}
                assert told == {"otto": 0, "ana": breaks}
                if not says_goodbye:
                    [desk] = [session for session in server._sessions if session.desk]
                    desk.connection.transport.abort()
            await until(lambda: len(server._sessions) == 1)
        async with Wire.open(server.url, token(gym, "ana"), desk="Back") as ana:
            await ana.until("connection_status")
            assert [c["reconnects"] for c in (await seen(otto))["connections"]] == [0, 0]


def test_a_break_is_counted_for_a_day_and_no_more_clients_are_known_than_may_be() -> None:
    now = [NOW]
    breaks = Breaks(now=lambda: now[0])
    breaks.add(("10.0.0.1", "Front", "ana"))
    now[0] += 1000
    breaks.add(("10.0.0.1", "Front", "ana"))
    assert breaks.count(("10.0.0.1", "Front", "ana")) == 2
    now[0] = NOW + WITHIN
    assert breaks.count(("10.0.0.1", "Front", "ana")) == 1
    for number in range(CLIENTS):
        breaks.add(("10.0.0.1", f"desk {number}", "ana"))
    assert breaks.count(("10.0.0.1", "Front", "ana")) == 0
    assert breaks.count(("10.0.0.1", "desk 0", "ana")) == 1


async def test_who_sends_most_is_told_by_what_came_in_the_last_minute(gym: Path) -> None:
    async with (
        serving(gym) as server,
        Wire.open(server.url, token(gym, "otto")) as otto,
        Wire.open(server.url, token(gym, "ana"), desk="Front") as ana,
    ):
        for id in ("a", "b"):
            await ana.ask("check_in", {"code": "1"}, id)
        await ana.ask("search_members", {"text": "a"})
        told = {c["user"]: (c["messages"], c["commands"]) for c in (await seen(otto))["connections"]}
        assert told == {"otto": (1, 0), "ana": (3, 2)}


def test_what_came_more_than_a_minute_ago_is_not_counted() -> None:
    now = [0.5]
    minute = LastMinute(lambda: now[0])
    minute.add(3)
    assert minute.total == 3
    now[0] += SECONDS - 1
    minute.add()
    assert minute.total == 4
    now[0] += 1
    assert minute.total == 1
    for _ in range(2 * SECONDS):
        now[0] += 1
        minute.add()
    assert (minute.total, len(minute._counts)) == (SECONDS, SECONDS)


async def test_a_server_that_began_anew_misses_the_desks_of_the_one_before(gym: Path) -> None:
    async with serving(gym) as server:
        async with Wire.open(server.url, token(gym, "ben"), desk="Side") as ben:
            await ben.until("connection_status")
        async with Wire.open(server.url, token(gym, "ana"), desk="Front") as ana:
            await ana.until("connection_status")
            await until(lambda: len(server._sessions) == 1)
            [desk] = server._sessions
            desk.connection.transport.abort()
    async with serving(gym) as server, Wire.open(server.url, token(gym, "otto")) as otto:
        absent = {desk["desk"]: desk["said_goodbye"] for desk in (await seen(otto))["absent"]}
        assert absent == {"Front": False, "Side": True}


async def test_the_figures_of_the_server(gym: Path) -> None:
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ana")) as ana:
        async with Wire.open(server.url, token(gym, "otto")) as otto:
            for id in ("a", "a", "b"):
                await ana.ask("check_in", {"code": "1"}, id)
            figures = (await otto.ask("server_stats"))["result"]
        assert figures["version"] == __version__
        assert figures["started"] <= figures["as_of"]
        counted = {(c["command"], c["outcome"], c["code"]): c["count"] for c in figures["commands"]}
        assert counted == {
            ("check_in", "applied", "ok"): 1,
            ("check_in", "duplicate", "ok"): 1,
            ("check_in", "refused", "already_checked_in"): 1,
        }
        assert figures["database_bytes"] == gym.stat().st_size
        assert figures["free_bytes"] > 0
        assert figures["log_bytes"] == gym.with_name("gym.db-wal").stat().st_size


async def test_nobody_at_a_desk_is_told_who_is_connected(gym: Path) -> None:
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ana")) as ana:
        for request in ("list_connections", "server_stats"):
            assert (await ana.ask(request))["error"]["code"] == "not_allowed"
