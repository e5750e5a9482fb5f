"""A desk without a server whose clock is years off: it judges by what is known, says so, and tells both times."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from gymtui import clock
from gymtui.client.replica.replica import Replica
from gymtui.protocol import CheckIn
from tests.desk_kit import ANA, BEN, CAL, TIME
from tests.factories import NOW, member, visit
from tests.waiting import until
from tests.wrong_clock_kit import EARLY, HOUR, IN_2000, IN_2031, LONG, SOON, asked, detail_of, started

UNSURE = "by this desk's clock, which may be wrong"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "desk.db"


def test_in_2000_who_was_valid_comes_in_and_is_recorded_at_the_last_time_that_is_known(path: Path) -> None:
    with started(path, IN_2000) as gym:
        assert detail_of(gym, LONG) == ("queued", None)
        request = asked(gym)
        assert (request.occurred_at, request.desk_time) == (TIME, "2000-01-01T00:04:00.000Z")
        gym.now += HOUR
        assert detail_of(gym, ANA) == ("queued", None)
        assert asked(gym, 1).occurred_at == clock.to_text(NOW + HOUR)


@pytest.mark.parametrize("ahead", [IN_2000, IN_2031])
def test_who_was_refused_when_the_time_was_known_is_refused_still(path: Path, ahead: int) -> None:
    with started(path, ahead) as gym:
        assert detail_of(gym, BEN) == ("refused", "membership expired 3 Nov")
        assert detail_of(gym, member(9, status="banned")) == ("refused", "banned from the gym")
        assert detail_of(gym, CAL) == ("queued", "payment overdue")


def test_in_2031_what_only_the_clock_says_is_a_warning(path: Path) -> None:
    with started(path, IN_2031) as gym:
        assert detail_of(gym, LONG) == ("queued", f"membership expired 31 Dec 2026 {UNSURE}")
        assert asked(gym).occurred_at == TIME
        verdict = gym.desk.check_in(member(7, "Bea Born", birth_date="1990-05-03", valid_until="2031-05-04"))
        assert verdict.remarks == (f"membership ends 4 May {UNSURE}", f"birthday today {UNSURE}")


@pytest.mark.parametrize("ahead", [IN_2000, IN_2031])
def test_hours_and_a_first_day_are_not_judged_by_a_clock_that_is_wrong(path: Path, ahead: int) -> None:
    with started(path, ahead) as gym:
        said = "its hours are 06:00-08:00, and this desk's clock may be wrong"
        assert detail_of(gym, EARLY) == ("queued", said)
        assert detail_of(gym, SOON)[0] == "queued"


def test_a_gym_that_was_closed_for_a_month_trusts_its_clock(path: Path) -> None:
    with started(path, 0, now=NOW + 29 * clock.DAY) as gym:
        assert gym.desk.clock.wrong is None
        assert detail_of(gym, replace(LONG, id="m4")) == ("queued", None)
        assert detail_of(gym, EARLY)[0] == "refused"
        assert asked(gym).occurred_at == clock.to_text(NOW + 29 * clock.DAY)


def test_a_clock_that_is_a_little_slow_is_no_news(path: Path) -> None:
    with started(path, -4 * 60_000) as gym:
        assert (gym.desk.clock.wrong, gym.desk.clock.now()) == (None, NOW)


def test_a_clock_that_is_set_right_is_believed_at_once(path: Path) -> None:
    with started(path, IN_2000, now=NOW + HOUR) as gym:
        desk_clock = gym.desk.clock
        assert (desk_clock.wrong, desk_clock.now()) == (NOW + HOUR + IN_2000, NOW)
        gym.ahead = 0
        assert (desk_clock.wrong, desk_clock.now()) == (None, NOW + HOUR)


def test_who_may_have_left_on_another_day_is_not_kept_out(path: Path) -> None:
    with started(path, IN_2000) as gym:
        gym.replica.apply([visit(1, ANA)], 1)
        assert detail_of(gym, ANA)[0] == "queued"
        assert gym.desk.check_in(ANA).kind == "already_in"  # that was just now


def test_what_is_known_goes_on_with_the_desk_and_over_its_restarts(path: Path) -> None:
    with started(path, IN_2000) as gym:
        gym.now += 3 * HOUR
        gym.desk.check_in(ANA)
    with started(path, IN_2000, now=NOW + 9 * HOUR) as gym:
        assert gym.desk.clock.now() == NOW + 3 * HOUR


def test_a_desk_that_has_never_heard_a_server_has_only_its_clock(path: Path) -> None:
    Replica(path).close()
    with started(path, IN_2000) as gym:
        assert (gym.desk.clock.wrong, gym.desk.clock.now()) == (None, NOW + IN_2000)


async def test_a_clock_that_is_set_during_the_shift_changes_nothing(path: Path) -> None:
    with started(path, 0) as gym:
        async with gym.open() as connection:
            connection.cut()
            await until(lambda: gym.service.state.phase == "waiting")
            gym.ahead = IN_2031
            gym.now += HOUR
            assert detail_of(gym, LONG) == ("queued", None)
            assert (asked(gym).occurred_at, asked(gym).desk_time) == (clock.to_text(NOW + HOUR), None)
            assert gym.desk.clock.wrong == NOW + HOUR + IN_2031  # for the next start


async def test_a_server_that_is_behind_is_followed_since_it_records(path: Path) -> None:
    with started(path, 0) as gym:
        gym.server.clock = lambda: gym.now - 40 * clock.DAY
        async with gym.open() as connection:
            gym.desk.check_in(LONG)
            request, _ = await connection.received(CheckIn)
            assert request.occurred_at == clock.to_text(NOW - 40 * clock.DAY)
            assert gym.replica.known_time.read() == NOW - 40 * clock.DAY
