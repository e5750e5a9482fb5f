"""Who is in by the server's count, and who comes and goes by this desk's queue: the same in every place."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from gymtui.client.desk.verdicts import policy_of
from gymtui.protocol import Policy
from gymtui.rules import Crowd, Uncounted
from tests.desk_kit import ANA, BEN, CAL, Gym, gym
from tests.factories import GYM, snapshot, stats, visit
from tests.test_ui_member import shown
from tests.ui_front_desk_kit import screen_text
from tests.waiting import until

__all__ = ["gym"]


@pytest.fixture
def alone(gym: Gym) -> Gym:
    """A desk without a server at which two are in; one goes, three others come, the last of them by mistake."""
    told = replace(GYM, capacity=2, policy=Policy(membership_expired="allow", payment_overdue="allow"))
    figures = stats(2, currently_in=2, capacity=2)
    gym.replica.restore(snapshot(2, visit(1, ANA), visit(2, CAL), gym=told, stats=figures))
    dan, eve = (replace(BEN, id=f"m{n}", full_name=f"Name {n}", membership_number=str(n), seq=9) for n in (8, 9))
    gym.replica.members.table.fold([dan, eve])
    gym.desk.check_out(ANA)
    for who in (BEN, dan):
        gym.desk.check_in(who, sure=True)
    gym.desk.check_in(eve, sure=True)
    gym.desk.undo()
    return gym


def test_who_comes_and_goes_is_counted_by_members(alone: Gym) -> None:
    desk = alone.desk
    assert desk.presence.uncounted == Uncounted(comes=2, goes=1)
    assert len(desk.present()) == 2 + desk.presence.uncounted.net
    assert policy_of(alone.replica.gym).gym_full == "ask"
    asked = desk.check_in(ANA)
    assert (asked.kind, asked.detail) == ("asked", "the gym is full, 2 of 2 in, +2 −1 queued here")


@pytest.mark.parametrize(
    ("uncounted", "words"),
    [
        (Uncounted(), ""),
        (Uncounted(comes=3), "+3 queued here"),
        (Uncounted(goes=1), "−1 queued here"),
        (Uncounted(comes=1200, goes=5), "+1,200 −5 queued here"),
    ],
)
def test_it_is_one_word_for_all_of_them(uncounted: Uncounted, words: str) -> None:
    assert uncounted.words == words
    assert Crowd(52, 60, uncounted).words == ("52 of 60 in" + (f", {words}" if words else ""))


@pytest.mark.parametrize(("more", "is_full"), [(0, False), (1, True), (2, True)])
def test_who_is_queued_fills_the_gym_too(more: int, is_full: bool) -> None:
    assert Crowd(58, 60, Uncounted(comes=more + 2, goes=1)).is_full == is_full


@pytest.mark.slow
async def test_every_screen_says_the_same(alone: Gym) -> None:
    async with shown(alone) as (app, pilot):
        await until(lambda: "of 2, +2 −1 queued here" in screen_text(app))
        await pilot.press("f3")
        await until(lambda: "3 people: 2 in, +2 −1 queued here" in screen_text(app))
        await pilot.press("escape", *":handover", "enter")
        await until(lambda: "3 in now: 2 in, +2 −1 queued here" in screen_text(app))
