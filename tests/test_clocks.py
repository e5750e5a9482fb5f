"""Clocks that are set, summer time: order and pauses do not depend on them, and nothing is lost."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from gymtui import clock, codec
from gymtui.client import Login, MockWebSocket, Replica, WebSocketService
from gymtui.client.replica.outbox import Outgoing
from gymtui.protocol import CheckIn, CheckOut
from tests.client_kit import Heard, Played, played, running
from tests.factories import NOW, member_row
from tests.gym_kit import PASSWORD, name_gym, token
from tests.kit import serving
from tests.network_kit import equal, full_house, in_a_hurry
from tests.till import DAY, HOUR, MINUTE, Till
from tests.waiting import until

STEPS = (DAY, -DAY)


class Clock:
    """A wall clock that goes as it should, until somebody sets it."""

    def __init__(self) -> None:
        self.ahead = 0

    def __call__(self) -> int:
        return clock.now() + self.ahead


# --- the desk ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", STEPS)
async def test_pauses_do_not_depend_on_the_time_of_day(step: int) -> None:
    server, wall = MockWebSocket(), [NOW]
    server.refuse(*(ConnectionRefusedError() for _ in range(7)))
    async with played(server, clock=lambda: wall[0]) as play:
        for tries in range(1, 7):
            await play.backed_off(tries)
            wall[0] += step * (-1) ** tries * tries
        await play.backed_off(7)
        await play.phase("live")
    assert play.backoffs == [0.5, 1, 2, 4, 8, 16, 30]


async def test_a_clock_that_is_set_is_compared_anew_with_the_next_pong() -> None:
    wall = [NOW]
    async with played(MockWebSocket(clock=lambda: NOW), clock=lambda: wall[0], timer=lambda: 1.0) as play:
        await play.phase("live")
        assert play.service.clock_offset == 0
        wall[0] += DAY
        await beat(play)
        assert play.service.clock_offset == -DAY


async def test_what_comes_late_does_not_move_the_clock() -> None:
    wall, seconds = [NOW], iter([0.0, 0.0, 5.0, 35.0])
    async with played(MockWebSocket(clock=lambda: NOW), clock=lambda: wall[0], timer=lambda: next(seconds)) as play:
        await until(lambda: play.service.state.latency is not None)
        wall[0] += 29_000  # the pong was thirty seconds on its way
        await beat(play)
        assert play.service.clock_offset == 0


async def beat(play: Played) -> None:
    """The next ping, and its pong."""
    heard = Heard(play.service, "connection")
    await until(lambda: play.pauses.sleeping(10.0))
    play.pauses.end(10.0)
    await until(lambda: heard.all)


@pytest.mark.parametrize("step", STEPS)
def test_a_queue_keeps_its_order_when_the_clock_is_set(tmp_path: Path, step: int) -> None:
    replica, at, ids = Replica(tmp_path / "replica.db"), NOW, []
    for n in range(6):
        ids.append(clock.new_id(at))
        payload = codec.encode(CheckIn(member_id=f"m{n}"))
        replica.enqueue(Outgoing(id=ids[-1], kind="check_in", payload=payload, member_id=f"m{n}", at=at))
        at += step if n % 2 else -2 * step
    replica.close()
    replica = Replica(tmp_path / "replica.db")
    assert [row.id for row in replica.outbox.rows()] == ids
    assert sorted(ids) != ids
    replica.close()


# --- the server -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", STEPS)
def test_nobody_leaves_before_they_came_whatever_the_server_s_clock_does(tmp_path: Path, step: int) -> None:
    till = Till(tmp_path / "gym.db", *(member_row(str(n), f"Name {n}") for n in range(6)))
    seqs = [till.check_in(str(n)).seq for n in range(6)]
    till.now += step
    out = [till.check_out(str(n)) for n in range(3)]
    till.now -= step
    out += [till.check_out(str(n)) for n in range(3, 6)]
    seqs += [visit.seq for visit in out]
    assert [b - a for a, b in pairwise(seqs)] == [1] * 11
    for visit in out:
        assert visit.check_out_time is not None
        assert clock.to_ms(visit.check_out_time) >= clock.to_ms(visit.check_in_time)
    recount = till.recount()
    assert till.counts() == (0, recount.today_total, recount.average_stay_minutes)


@pytest.mark.parametrize("change", ["2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z"])
def test_an_hour_that_comes_twice_or_never_costs_nobody_a_visit(tmp_path: Path, change: str) -> None:
    path = tmp_path / "gym.db"
    name_gym(path, name="Zurich", timezone="Europe/Zurich", capacity=None)
    people = 4 * 6
    till = Till(path, *(member_row(str(n), f"Name {n}") for n in range(people)))
    till.now = clock.to_ms(change) - 2 * HOUR
    came = []
    for n in range(people):
        came.append(till.check_in(str(n)))
        if n >= 6:
            left = till.check_out(str(n - 6))
            assert clock.to_ms(left.check_out_time or "") - clock.to_ms(left.check_in_time) == HOUR
        till.now += 10 * MINUTE
    assert [b.seq > a.seq for a, b in pairwise(came)] == [True] * (people - 1)
    assert [b.check_in_time > a.check_in_time for a, b in pairwise(came)] == [True] * (people - 1)
    recount, there = till.recount(), till.store.stats()
    assert (there.currently_in, there.today_total) == (6, recount.today_total)
    assert (there.average_stay_minutes, there.hours) == (60.0, recount.hours)


# --- both together ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("server_s", [DAY, -DAY])
@pytest.mark.parametrize("desk_s", [DAY, -DAY])
async def test_both_clocks_are_set_and_everything_arrives_in_order(tmp_path: Path, server_s: int, desk_s: int) -> None:
    path = full_house(tmp_path / "gym.db", 20)
    there, here = Clock(), Clock()
    replica = Replica(":memory:")
    async with serving(path, now=there, batch_ms=5) as server:
        login = Login(server.url, token=token(path, "ana", ttl=7 * DAY // 1000), clock=here)
        service = WebSocketService(server.url, login, replica, desk="Front", clock=here, sleep=in_a_hurry)
        heard = Heard(service, "check_in_update")
        async with running(service.run, service.close):
            await until(lambda: equal(server, replica))
            for n in range(20):
                if n == 5:
                    there.ahead += server_s
                if n == 10:
                    here.ahead += desk_s
                await service.request(CheckOut(code=str(n)), id=f"out {n}")
            await until(lambda: equal(server, replica) and len(heard.all) == 20)
            assert service.state.phase == "live"
        assert [visit.command_id for visit in heard.all] == [f"out {n}" for n in range(20)]
        assert len({visit.seq for visit in heard.all}) == 20
    replica.close()


async def test_a_login_outlives_a_clock_that_goes_back(tmp_path: Path) -> None:
    """The desk takes its token for good for a day longer than the server does: it is told, and gets the next."""
    path = full_house(tmp_path / "gym.db", 3)
    there, here = Clock(), Clock()
    replica = Replica(":memory:")
    async with serving(path, now=there) as server:
        login = Login(server.url, clock=here)
        await login.log_in("ana", PASSWORD)
        here.ahead -= DAY
        service = WebSocketService(server.url, login, replica, clock=here, sleep=in_a_hurry)
        async with running(service.run, service.close):
            await until(lambda: equal(server, replica))
            before = service.state.session_id
            there.ahead += 10 * MINUTE  # five minutes longer than an access token lives, and far less than a shift
            await until(lambda: service.state.phase == "live" and service.state.session_id != before)
            await until(lambda: equal(server, replica))
            assert service.state.user == "ana"
    replica.close()
