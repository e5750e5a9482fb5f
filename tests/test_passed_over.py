"""Whoever is asked about in a full gym and not let in is a refusal, once, in every place that counts them."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from gymtui.protocol import CheckIn, Policy
from tests.client_kit import settle
from tests.desk_kit import ANA, CAL, Gym, gym, sent_ids
from tests.factories import GYM, STATS, member_row, snapshot
from tests.gym_kit import name_gym, stored
from tests.till import Till
from tests.waiting import until

__all__ = ["gym"]


@pytest.fixture
def till(tmp_path: Path) -> Till:
    """A gym that is full with one."""
    path = tmp_path / "gym.db"
    name_gym(path, name=None, timezone="UTC", capacity=1, policy=Policy())
    till = Till(path, member_row("1", "Ana Silva"), member_row("2", "Ben Ode"))
    till.check_in("1")
    return till


def test_it_is_a_refusal_like_any_other_and_is_told_once(till: Till) -> None:
    ben = stored(till.store, "2")
    error = till.refused(CheckIn(passed_over=ben.id), id="asked")
    assert (error.code, error.message) == ("gym_full", "Ben Ode was not let in: the gym is full, 1 of 1 in.")
    before = till.seq
    assert till.refused(CheckIn(passed_over=ben.id), id="asked") == error
    assert (till.seq, till.counts()[0]) == (before, 1)
    till.check_out("1")
    assert till.refused(CheckIn(passed_over=ben.id)).details == {"reason": "the gym was full"}


def test_who_is_named_otherwise_too_is_not_passed_over(till: Till) -> None:
    ben, before = stored(till.store, "2"), till.seq
    for asked in (
        CheckIn(passed_over=ben.id, member_id=ben.id),
        CheckIn(passed_over=ben.id, code="2"),
        CheckIn(passed_over=ben.id, refused_more=2, offline=True),
    ):
        assert till.refused(asked).code == "invalid"
    assert till.seq == before
    assert till.refused(CheckIn(passed_over="nobody")).code == "unknown_member"


def full(gym: Gym) -> None:
    gym.replica.restore(snapshot(1, gym=replace(GYM, capacity=100), stats=replace(STATS, currently_in=100)))


async def test_a_desk_tells_it_once_however_often_a_card_is_scanned(gym: Gym) -> None:
    async with gym.open() as connection:
        full(gym)
        first = gym.desk.check_in(ANA)
        gym.desk.pass_over(first)
        request, id = await connection.received(CheckIn)
        assert request == CheckIn(passed_over=ANA.id)
        connection.refuse(id, "gym_full", "The gym is full.")
        await settle()
        again = gym.desk.check_in(ANA)
        gym.desk.pass_over(again)
        assert again.command_id == first.command_id
        other = gym.desk.check_in(CAL)
        gym.desk.pass_over(other)
        await until(lambda: len(sent_ids(connection, "check_in")) == 3)
        assert sent_ids(connection, "check_in") == [first.command_id, first.command_id, other.command_id]
        assert gym.desk.check_in(ANA, sure=True).command_id != first.command_id
