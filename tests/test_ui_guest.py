"""F5 and `:new`: a guest for today and a new member, by a few keys, with nobody at the other end."""

from __future__ import annotations

import re
from functools import partial

import pytest
from msgspec.structs import replace

from gymtui.protocol import SaveMember
from gymtui.saving import given
from gymtui.ui import GymApp
from tests.desk_kit import ANA, Gym, gym
from tests.readers import scan
from tests.test_ui_member import shown
from tests.ui_front_desk_kit import screen_text
from tests.waiting import until

__all__ = ["gym"]
pytestmark = pytest.mark.slow
NAME = "Gus Roth"
HOSTS = ((11, "Berg"), (12, "Cox"), (13, "Dahl"), (14, "Sá"))
GUEST: tuple[tuple[tuple[str, ...], str], ...] = (  # keys, and what they lead to
    (("f5",), "1 of 3: the guest's name"),
    ((*NAME, "enter"), "GUEST OF"),
    ((*"ana", "enter"), "signed; n: not; Gus Roth, guest of Ana Silva"),
    (("enter",), "Gus Roth queued, not sent yet"),
)


def says(app: GymApp, words: str) -> bool:
    return words in screen_text(app)


def queued(gym: Gym) -> list[tuple[str, dict[str, object]]]:
    """What waits: the kind of each, and the fields of a member."""
    rows = [(row.kind, row.request) for row in gym.desk.queue]
    return [(kind, given(asked.member) if isinstance(asked, SaveMember) else {}) for kind, asked in rows]


async def test_a_guest_is_in_by_a_name_and_seven_keys(gym: Gym) -> None:
    async with shown(gym) as (app, pilot):
        for keys, then in GUEST:
            await pilot.press(*keys)
            await until(partial(says, app, then))
        assert "CHECK IN" in screen_text(app)
    assert sum(len(keys) for keys, _ in GUEST) - len(NAME) == 7  # of twelve
    (kind, fields), (other, _) = queued(gym)
    assert (kind, other) == ("save_member", "check_in")
    today = {"valid_from": "2026-11-18", "valid_until": "2026-11-18"}
    assert fields | {"id": ""} == {
        "id": "", "full_name": "Gus Roth", "guest": True, "host_id": "m1", "waiver_signed": True
    } | today  # fmt: skip


async def test_who_was_a_guest_before_is_that_one_again(gym: Gym) -> None:
    before = replace(ANA, id="g1", full_name="Gus Roth", membership_number=None, guest=True, valid_until="2026-11-03")
    gym.replica.members.table.fold([replace(before, seq=9)])
    async with shown(gym) as (app, pilot):
        await pilot.press(*"gus r", "enter")
        await until(lambda: "day pass expired 3 Nov" in screen_text(app))
        await pilot.press("f5")
        await until(lambda: "GUEST      Gus Roth" in screen_text(app))
        await pilot.press("enter")
        await until(lambda: "Enter: yes, n: another; Gus Roth was a guest before" in screen_text(app))
        await pilot.press("enter", "enter", "enter")
        await until(lambda: gym.desk.queued == 3)
    refused, saved, _ = queued(gym)
    assert refused[0] == "refusal"
    assert saved[1]["id"] == "g1"
    assert gym.desk.in_since("g1") is not None


async def test_nobody_is_guessed_for_a_host(gym: Gym) -> None:
    gym.replica.members.table.fold([replace(ANA, id="m9", full_name="Ana Sá", membership_number="9", seq=9)])
    async with shown(gym) as (app, pilot):
        await pilot.press("f5", *"Gus", "enter")
        await until(lambda: "GUEST OF" in screen_text(app))
        await pilot.press(*"ana", "enter")
        await until(lambda: "several match: choose one" in screen_text(app))
        await pilot.press("down", "enter")
        await until(lambda: "WAIVER" in screen_text(app))
        await pilot.press(*"n", "enter")
        await until(lambda: gym.desk.queued == 2)
    assert queued(gym)[0][1]["waiver_signed"] is False


async def test_a_host_is_sought_among_those_who_are_in_first(gym: Gym) -> None:
    people = [replace(ANA, id=f"m{n}", full_name=f"Ana {name}", membership_number=str(n), seq=n) for n, name in HOSTS]
    gym.replica.members.table.fold(people)
    gym.desk.check_in(people[1])
    gym.now += 1000
    gym.desk.check_in(people[3])
    async with shown(gym) as (app, pilot):
        await pilot.press("f5", *"Gus", "enter", *"ana")
        names = [f"Ana {name}" for name in ("Sá", "Cox")] + ["Ana Berg", "Ana Dahl"]
        await until(lambda: re.findall(r"(?m)^\W+\d (Ana \w+)", screen_text(app))[:4] == names)
        await pilot.press("escape", "down")
        await until(lambda: re.findall(r"(?m)^\W+\d (Ana \w+)", screen_text(app)) == names[:2])
        await pilot.click(app.screen.query_one("#hits"), offset=(20, 1))
        await until(lambda: "WAIVER" in screen_text(app))
        await pilot.press("enter")
        await until(lambda: gym.desk.queued == 4)
    assert queued(gym)[2][1]["host_id"] == people[1].id


async def test_somebody_new_is_six_questions(gym: Gym) -> None:
    async with shown(gym) as (app, pilot):
        await pilot.press(
            *":new", "enter", *"Nia Moor", "enter", *"079 1", "enter", *"Gold", "enter", *"12 months", "enter"
        )
        await until(lambda: "5 of 6: scan a card" in screen_text(app))
        scan(app, *"1", "enter")
        await until(lambda: "that is Ana Silva's" in screen_text(app))
        await pilot.press("backspace", *"9001", "enter")
        await until(lambda: "6 of 6: Enter: signed; n: not; Nia Moor, Gold, card 9001" in screen_text(app))
        await pilot.press("escape")
        await until(lambda: "CARD       9001" in screen_text(app))
        await pilot.press("enter", "enter")
        await until(lambda: "Nia Moor queued, not sent yet: signed up" in screen_text(app))
        await pilot.press(*"nia")
        await until(lambda: "… not sent yet" in screen_text(app))
    [(_, fields)] = queued(gym)
    assert (fields["membership_number"], fields["valid_until"], fields["plan"]) == ("9001", "2027-11-17", "Gold")


@pytest.mark.parametrize(
    "keys",
    [
        (["f5"], [*"Gast Eins", "enter"], [*"ana", "enter"]),
        ([*":new", "enter"], [*"Nia Moor", "enter"], ["enter"], [*"Gold", "enter"], ["enter"], [*"9001", "enter"]),
    ],
)
async def test_each_question_has_room_at_80_columns(gym: Gym, keys: tuple[list[str], ...]) -> None:
    async with shown(gym) as (app, pilot):
        await pilot.resize_terminal(80, 24)
        for at, pressed in enumerate(keys, 1):
            await pilot.press(*pressed)
            await until(lambda: app.front_desk.placeholder.startswith(f"{at} of "))  # noqa: B023
            await until(lambda: app.front_desk.placeholder in screen_text(app))


async def test_what_was_wrong_with_an_answer_is_not_said_of_the_next(gym: Gym) -> None:
    async with shown(gym) as (app, pilot):
        await pilot.press("f5", *"Gus", "enter", *"xyz", "enter")
        await until(lambda: "nobody is found by that" in screen_text(app))
        await pilot.press("escape", "enter")
        await until(lambda: "WAIVER" in screen_text(app))
        assert "nobody is found by that" not in screen_text(app)


async def test_whoever_types_over_what_stood_in_the_box_means_another(gym: Gym) -> None:
    async with shown(gym) as (app, pilot):
        await pilot.press(*"gre", "f5")
        await until(lambda: "GUEST      gre" in screen_text(app))
        await pilot.press(*"Gast Eins")
        await until(lambda: "GUEST      Gast Eins" in screen_text(app))


async def test_a_name_in_one_lump_is_a_name_and_one_without_a_letter_is_asked_about(gym: Gym) -> None:
    async with shown(gym) as (app, pilot):
        await pilot.press(*":new", "enter", *"079 1", "enter")
        await until(lambda: "a name has letters" in screen_text(app))
        await pilot.press("escape")
        scan(app, *"Nia Moor", "enter")
        await until(lambda: "2 of 6" in screen_text(app))
        await pilot.press(*"Gold", "enter")
        await until(lambda: "a phone has digits" in screen_text(app))
        await pilot.press("enter")
        await until(lambda: "3 of 6" in screen_text(app))
        scan(app, *"4711", "enter")
        await until(lambda: "Unknown card" in screen_text(app))
        assert "3 of 6" in screen_text(app)
