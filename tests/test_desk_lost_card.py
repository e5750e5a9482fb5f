"""A card that was reported lost, at the desk: refused at once, in words, with a server and without."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from gymtui.protocol import Card, CheckIn, MembersPage
from tests.desk_kit import ANA, Gym

LOST = replace(ANA, seq=50, cards=(Card(code=ANA.membership_number or "", state="lost"), Card(code="B-77")))


@pytest.fixture
def gym() -> Gym:
    gym = Gym(":memory:")
    gym.replica.fold_members(MembersPage(members=(LOST,), next_after_seq=50, more=False, as_of_seq=50))
    return gym


def test_a_desk_that_is_alone_refuses_it_and_takes_the_other(gym: Gym) -> None:
    verdict = gym.desk.check_in(ANA.membership_number or "")
    assert verdict.words == (
        f"✗ {ANA.full_name} refused: this card was reported lost — ask who it is, and check in by name"
    )
    assert gym.desk.check_in(LOST, "B-77").kind == "queued"


async def test_the_server_hears_of_it(gym: Gym) -> None:
    async with gym.open() as connection:
        assert gym.desk.check_in(LOST, ANA.membership_number).kind == "refused"
        request, _ = await connection.received(CheckIn)
        assert request == CheckIn(member_id=ANA.id, card=ANA.membership_number)


def test_by_name_nobody_is_kept_out(gym: Gym) -> None:
    assert gym.desk.check_in(LOST).kind == "queued"


def test_that_somebody_is_in_does_not_hide_it(gym: Gym) -> None:
    gym.desk.check_in(LOST)
    assert gym.desk.check_in(ANA.membership_number or "").kind == "refused"
