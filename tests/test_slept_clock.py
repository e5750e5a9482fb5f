"""A machine that slept while its desk was alone: the time goes on by what its clock has gained, until it is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from gymtui import clock
from gymtui.client.desk.desk_clock import DeskClock
from gymtui.client.replica.replica import Replica
from gymtui.protocol import CheckIn
from tests.desk_kit import ANA, BEN, Gym, gym
from tests.factories import NOW
from tests.waiting import until

__all__ = ["gym"]

MINUTE = 60_000
HOUR = 60 * MINUTE


class Machine:
    """A clock on the wall (ms) and a timer (s), which stands still while it sleeps."""

    def __init__(self, desk: Replica, *, ahead: int = 0) -> None:
        self.wall, self.timer = NOW + ahead, 0.0
        self.clock = DeskClock(desk, lambda: self.wall, lambda: self.timer)

    def awake(self, ms: int) -> None:
        self.wall += ms
        self.timer += ms / 1000

    def asleep(self, ms: int) -> None:
        self.wall += ms


@pytest.fixture
def replica() -> Iterator[Replica]:
    with closing(Replica(":memory:")) as replica:
        yield replica


@pytest.mark.parametrize("ahead", [0, 3 * HOUR, -3 * HOUR])
def test_what_it_slept_counts_however_wrong_its_clock_is(replica: Replica, ahead: int) -> None:
    machine = Machine(replica, ahead=ahead)
    machine.clock.hear(NOW)
    machine.awake(MINUTE)
    machine.asleep(10 * MINUTE)
    assert machine.clock.now() == NOW + 11 * MINUTE
    machine.awake(MINUTE)
    assert (machine.clock.now(), machine.clock.wrong) == (NOW + 12 * MINUTE, None)
    machine.asleep(HOUR)
    machine.awake(30_000)
    assert machine.clock.now() == NOW + 72 * MINUTE + 30_000


def test_what_somebody_has_set_meanwhile_does_not_win_over_the_server(replica: Replica) -> None:
    machine = Machine(replica)
    machine.clock.hear(NOW)
    machine.awake(MINUTE)
    machine.asleep(5 * HOUR)  # or it was set
    assert machine.clock.now() == NOW + 5 * HOUR + MINUTE
    machine.clock.hear(NOW + MINUTE)
    assert machine.clock.now() == NOW + MINUTE
    machine.awake(MINUTE)
    assert machine.clock.now() == NOW + 2 * MINUTE


def test_with_a_server_there_nothing_is_believed_of_the_wall(replica: Replica) -> None:
    machine = Machine(replica)
    for beat in range(9):
        machine.clock.hear(NOW + beat * 10_000)
        machine.asleep(HOUR)
        assert machine.clock.now() == NOW + beat * 10_000
        machine.awake(10_000)
    machine.clock.hear(NOW + 90_000)
    machine.awake(HOUR)
    assert machine.clock.now() == NOW + 90_000 + HOUR  # and what it gained then is no sleep now


@pytest.mark.parametrize("by", [-HOUR, 40 * clock.DAY, 30_000])
def test_a_clock_that_goes_back_or_jumps_by_months_or_seconds_is_no_sleep(replica: Replica, by: int) -> None:
    machine = Machine(replica)
    machine.clock.hear(NOW)
    machine.awake(MINUTE)
    machine.wall += by
    assert machine.clock.now() == NOW + MINUTE


def test_a_clock_that_is_set_right_is_no_sleep(replica: Replica) -> None:
    machine = Machine(replica, ahead=-3 * HOUR)
    machine.clock.hear(NOW)
    machine.awake(MINUTE)
    machine.wall += 3 * HOUR
    assert machine.clock.now() == NOW + MINUTE


async def test_what_is_done_after_a_sleep_is_told_as_of_then(gym: Gym) -> None:
    async with gym.open() as connection:
        connection.cut()
        await until(lambda: gym.service.state.phase == "waiting")
        timer = gym.now / 1000 + 60
        gym.desk.clock.timer = lambda: timer
        gym.now += 60_000 + 10 * MINUTE
        gym.desk.check_in(ANA)
        gym.desk.check_in(BEN)
        told = [row.request for row in gym.desk.queue]
        assert [request.occurred_at for request in told if isinstance(request, CheckIn)] == [
            clock.to_text(NOW + 11 * MINUTE)
        ] * 2
