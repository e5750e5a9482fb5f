"""A member at the desk: renewed, frozen, changed from the box, and with nobody at the other end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from gymtui.client.login.login import Login
from gymtui.protocol import HandOver, SaveMember
from gymtui.ui import GymApp
from gymtui.ui.screens.member import MemberScreen
from tests.desk_kit import ANA, BEN, CAL, Gym, gym
from tests.factories import NOW
from tests.fake_login import FakeLogin
from tests.readers import scan
from tests.ui_front_desk_kit import go_back, screen_text
from tests.waiting import until

__all__ = ["gym"]
pytestmark = pytest.mark.slow
RENEW = ("ctrl+g", "down", "enter", "enter")  # whoever is on the screen, for a month


@asynccontextmanager
async def shown(gym: Gym) -> AsyncIterator[tuple[GymApp, Pilot[Any]]]:
    """The console over a desk whose server is away."""
    gym.server.refuse(*[OSError("no server")] * 1000)
    app = GymApp(gym.desk, cast(Login, FakeLogin()), url="ws://127.0.0.1:8765/", clock=lambda: NOW)
    async with app.run_test(size=(100, 44)) as pilot:
        yield app, pilot


async def test_a_membership_is_renewed_with_four_keys(gym: Gym) -> None:
    async with shown(gym) as (app, pilot):
        await pilot.press(*"ben")
        await pilot.press(*RENEW[:-1])
        await until(lambda: "valid until 17 Dec 2026, was 3 Nov" in screen_text(app))
        await pilot.press(RENEW[-1])
        text = screen_text(app)
        assert "… Ben Ode queued, not sent yet: valid until 17 Dec 2026" in text
        assert "until 17 Dec" in text
        assert "changed here, not sent yet" in text
    [row] = gym.desk.queue
    assert (row.kind, row.member_id, len(RENEW) <= 6) == ("save_member", BEN.id, True)


async def test_a_word_opens_what_it_is_called_and_says_the_old_value_beside(gym: Gym) -> None:
    gym.replica.members.table.fold([replace(ANA, phone="1", seq=9)])
    async with shown(gym) as (app, pilot):
        await pilot.press(*"ana", "ctrl+g", *":freeze", "enter")
        await until(lambda: "frozen until 18 Dec 2026" in screen_text(app))
        await pilot.press("enter", *"phone", "enter")
        await until(lambda: "now 1; type a number, or none" in screen_text(app))
        await pilot.press(*"2", "enter", "escape", "escape")
        await until(lambda: "CHECK IN" in screen_text(app))
    ana = gym.desk.find("ana")[0].member
    assert (ana.status, ana.frozen_until, ana.phone) == ("frozen", "2026-12-18", "2")


async def test_words_behind_a_command_stand_in_the_box_that_it_opens(gym: Gym) -> None:
    gym.replica.members.table.fold([replace(ANA, visits_left=3, seq=9)])
    async with shown(gym) as (app, pilot):
        await pilot.press(*"ana", "escape", *":visits 10", "enter")
        await until(lambda: isinstance(app.screen, MemberScreen) and app.screen.text == "10")
        await pilot.press("enter")
        await until(lambda: gym.desk.queued == 1)
    [row] = gym.desk.queue
    assert isinstance(row.request, SaveMember)
    assert row.request.visits == 10


@pytest.mark.parametrize("from_there", [False, True], ids=["the desk", "the member"])
async def test_a_word_means_the_same_in_both_places_and_leaves_one_there(gym: Gym, from_there: bool) -> None:
    async with shown(gym) as (app, pilot):
        for count, word in enumerate(("renew", "freeze", "visits", "note", "alert"), 1):
            app.front_desk.verdict = None
            await pilot.press(*"ana", "escape", *(["ctrl+g"] if from_there else []))
            place = app.screen
            assert isinstance(place, MemberScreen) == from_there
            assert "Ana Silva queued, not sent yet" not in screen_text(app)
            for keys in (("escape", "escape"), ("enter",)):
                await pilot.press(*f":{word}", "enter")
                await until(lambda: "NEW VALUE" in screen_text(app))
                await pilot.press("1", *keys)
                await until(lambda place=place: app.screen is place and "NEW VALUE" not in screen_text(app))  # type: ignore[misc]  # a loop's own value
            await until(lambda: "Ana Silva queued, not sent yet" in screen_text(app))
            assert [(row.kind, row.member_id) for row in gym.desk.queue] == [("save_member", ANA.id)] * count, word
            await go_back(pilot, app)


async def test_what_almost_is_a_word_offers_that_one(gym: Gym) -> None:
    async with shown(gym) as (app, pilot):
        await pilot.press(*"ana", "ctrl+g", *":alrt")
        await until(lambda: ":alert" in screen_text(app))


async def test_who_may_change_nobody_is_told_so_where_one_was(gym: Gym, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(gym.desk.membership), "may_change", False)
    async with shown(gym) as (app, pilot):
        await pilot.press(*"ana", "escape", *":renew", "enter")
        await until(lambda: "Renew: only a manager changes members" in screen_text(app))
        await until(lambda: app.screen is app.front_desk)


async def test_a_card_comes_in_while_a_value_is_asked_for(gym: Gym) -> None:
    gym.replica.members.table.fold([replace(CAL, membership_number="400123", seq=9)])
    async with shown(gym) as (app, pilot):
        await pilot.press(*"ana", "escape", *":renew", "enter")
        await until(lambda: "NEW VALUE" in screen_text(app))
        scan(app, *"400123", "enter")
        await until(lambda: gym.desk.queued == 1)
        await pilot.press("enter")
        await until(lambda: gym.desk.queued == 2 and app.screen is app.front_desk)
    assert [row.kind for row in gym.desk.queue] == ["check_in", "save_member"]


async def test_another_one_who_is_typed_there_is_offered(gym: Gym) -> None:
    async with shown(gym) as (app, pilot):
        await pilot.press(*"ana", "ctrl+g", *"ben")
        await until(lambda: "Ben Ode" in screen_text(app))
        await pilot.press("enter")
        await until(lambda: "Ben Ode   2" in screen_text(app))
        await pilot.press(*"zzz", "enter")
        await until(lambda: "no line is called so, and nobody" in screen_text(app))
        await pilot.press("escape", *"silva")
        await until(lambda: "Ana Silva" in screen_text(app))
        await pilot.click("#commands", offset=(6, 0))
        await until(lambda: "Ana Silva   1" in screen_text(app))
        await pilot.press("escape")
        await until(lambda: app.screen is app.front_desk)


async def test_of_several_nobody_is_opened(gym: Gym) -> None:
    other = replace(ANA, id="m9", full_name="Ana Sá", membership_number="9", seq=9)
    gym.replica.members.table.fold([other])
    async with shown(gym) as (app, pilot):
        await pilot.press(*"ben", "escape", *"ana", "ctrl+g")
        await until(lambda: "nobody has been named yet" in screen_text(app))
        await pilot.press("down", "ctrl+g")
        await until(lambda: "Renew" in screen_text(app))


@pytest.mark.parametrize(("number", "named"), [("1", "Ana Silva (1)"), (None, "Ana Silva")])
async def test_what_staff_hear_of_somebody_is_left_as_a_note(
    gym: Gym, monkeypatch: pytest.MonkeyPatch, number: str | None, named: str
) -> None:
    gym.replica.members.table.fold([replace(ANA, membership_number=number, seq=9)])
    monkeypatch.setattr(type(gym.desk.membership), "may_change", False)
    async with shown(gym) as (app, pilot):
        await pilot.press(*"ana", "escape", *":note her knee is bad", "enter")
        await until(lambda: isinstance(app.screen, MemberScreen) and app.screen.text == "her knee is bad")
        await pilot.press("enter")
        await until(lambda: "Note about Ana Silva queued" in screen_text(app))
    [row] = gym.desk.queue
    assert isinstance(row.request, HandOver)
    assert (row.request.note, row.request.ends_shift) == (f"{named}: her knee is bad", False)
