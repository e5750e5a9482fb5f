"""The server is back: what a desk with a wrong clock has queued gets the time when it was given."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from gymtui import clock
from gymtui.client.replica.outbox import Outgoing
from gymtui.client.replica.replica import Replica
from gymtui.client.replica.schema import VERSIONS
from gymtui.codec import encode
from gymtui.protocol import CheckIn
from tests.desk_kit import ANA, TIME
from tests.factories import NOW
from tests.left_queues_kit import Next, leave, replica
from tests.sqlite_kit import age_copy
from tests.wrong_clock_kit import HOUR, IN_2000, IN_2031, LONG, started


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "desk.db"


@pytest.mark.parametrize("ahead", [IN_2000, IN_2031, 20 * clock.DAY])
async def test_in_the_same_program_the_time_is_exact_and_only_that_is_told(path: Path, ahead: int) -> None:
    with started(path, ahead, now=NOW + 5 * HOUR) as gym:
        gym.desk.check_in(ANA)
        gym.now += HOUR
        gym.desk.check_out(ANA)
        gym.now += HOUR
        told, given = len(gym.queue), [NOW + 5 * HOUR, NOW + 6 * HOUR]
        async with gym.open() as connection:
            assert [row.at for row in gym.desk.queue] == given  # what the screens show,
            assert len(gym.queue) > told  # and are told to show again
            first, _ = await connection.received(CheckIn)
            assert (first.occurred_at, first.desk_time) == (clock.to_text(given[0]), None)
            assert [row.at for row in gym.replica.outbox.rows()] == given


async def restarted(path: Path, ahead: int, later: int, hours: int) -> CheckIn:
    """Queued with a clock that is wrong by `ahead`; sent `hours` later by a program whose clock is wrong by `later`."""
    with started(path, ahead, now=NOW + HOUR) as gym:
        gym.desk.check_in(LONG)
    with started(path, later, now=NOW + hours * HOUR) as gym:
        async with gym.open() as connection:
            request, _ = await connection.received(CheckIn)
            return request


@pytest.mark.parametrize("ahead", [IN_2000, IN_2031, 20 * clock.DAY])
async def test_after_a_restart_it_is_as_far_off_as_the_clock_and_both_are_told(path: Path, ahead: int) -> None:
    request = await restarted(path, ahead, ahead, 9)
    assert request.occurred_at == clock.to_text(NOW + HOUR)
    assert request.desk_time == clock.to_text(NOW + HOUR + ahead)


async def test_a_clock_that_was_set_back_in_between_puts_nothing_after_now(path: Path) -> None:
    request = await restarted(path, IN_2000, IN_2000 - 30 * HOUR, 9)
    assert request.occurred_at == clock.to_text(NOW + 9 * HOUR)


async def test_a_clock_that_was_mended_in_between_puts_nothing_before_what_was_known(path: Path) -> None:
    request = await restarted(path, IN_2000, 0, 9)
    assert request.occurred_at == TIME
    assert request.desk_time == clock.to_text(NOW + HOUR + IN_2000)


async def test_a_clock_that_was_right_is_no_matter(path: Path) -> None:
    request = await restarted(path, 60_000, 60_000, 9)
    assert (request.occurred_at, request.desk_time) == (clock.to_text(NOW + HOUR + 60_000), None)


def test_a_left_queue_is_corrected_too(tmp_path: Path) -> None:
    """The desk that left it had the clock of the same machine, three weeks ahead."""
    ahead = 20 * clock.DAY
    said = clock.to_text(NOW - HOUR + ahead)
    command = encode(CheckIn(member_id="m1", occurred_at=said, offline=True, desk_time=said))
    row = Outgoing(id="a1", kind="check_in", payload=command, member_id="m1", at=NOW - HOUR + ahead)
    leave(tmp_path / "desk-a.db", row)
    with replica(tmp_path / "desk-b.db") as copy:
        gym = Next(tmp_path, copy, ahead=ahead)
        gym.desk.clock.hear(NOW)
        gym.desk.left_queues.look()
        (taken,) = gym.desk.queue
        assert isinstance(taken.request, CheckIn)
        assert (taken.request.occurred_at, taken.request.desk_time) == (clock.to_text(NOW - HOUR), said)


def test_an_older_desk_knows_the_time_of_its_last_figures(path: Path) -> None:
    with started(path, 0) as gym:
        as_of = clock.to_ms(gym.replica.stats.as_of if gym.replica.stats else "")
    age_copy(path, next(version for version, script in enumerate(VERSIONS) if "known_time" in script))
    with closing(Replica(path)) as copy:
        assert copy.known_time.read() == as_of // 1000 * 1000
