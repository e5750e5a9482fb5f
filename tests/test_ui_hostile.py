"""What somebody might send or type who means harm: no screen and no mode makes another member of it."""

from __future__ import annotations

from typing import Any, Final

import pytest
from textual import events

from gymtui.cards.frame import framed
from gymtui.client.replica.replica import Replica
from gymtui.client.state import Hit, Inside
from gymtui.protocol import Member
from gymtui.ui.screens.box import BoxScreen
from tests.factories import NOW, member, snapshot
from tests.readers import gulp, scan
from tests.replica_kit import page
from tests.ui_fakes import FakeDesk, make_app
from tests.ui_front_desk_kit import screen_text

pytestmark = pytest.mark.slow

PEOPLE: Final = (
    member(1, "Ana Silva", membership_number="1001", phone="+41 79 555 33 44"),
    member(2, "Ben Ode", membership_number="1004"),
    member(3, "Maya Quist", membership_number="5000"),
    member(4, "Max Oster", membership_number="15000"),
    member(5, "Zoe Huber", membership_number="7700123"),
    member(6, "Ida Vogel", membership_number="A-77"),
    member(7, "Eva Klein", membership_number="0040856634"),
)
NAMES: Final = {person.full_name for person in PEOPLE}

SCANS: Final = (
    *("]Z95000", "GYM2-1001", "https://shop.example/1001", "7700", "3344", "40856634 1001", "1001,1004", "A-77-1001"),
    *(
        ":quit 1001",
        "/1001",
        ":undo1001",
        "１００１",
        "10\u200b01",
        "+C15000",
        "1001*",
        "0001001",
        "10010",
        "100",
        "%1001",
    ),
)
TYPED: Final = (
    "ana1004",
    "1004ana",
    "an1004",
    "ben 1001",
    "1001 1004",
    "x1001",
    "1001x",
    "10 01",
    "77001",
    "334",
    "a-771",
)


class RealDesk(FakeDesk):
    """A desk with a replica of its own, which finds as every desk does."""

    def __init__(self) -> None:
        super().__init__(PEOPLE)
        replica = Replica(":memory:")
        replica.restore(snapshot(seq=9))
        replica.fold_members(page(*PEOPLE))
        self.replica: Any = replica
        self.inside = [Inside(member=person.ref, since=NOW) for person in PEOPLE]

    def find(self, text: str, limit: int = 8) -> list[Hit]:
        return [self.hit(found) for found in self.replica.members.search(text, limit)]

    def nearest(self, text: str) -> list[Hit]:
        return [Hit(member=found, near=True) for found in self.replica.near_numbers(text, 3)]

    def taken(self) -> set[str]:
        """Who came in or went since the last look."""
        names = {name for _, name in self.done} & NAMES
        self.done.clear()
        return names


def keys_of(text: str) -> list[str]:
    return [*text, "enter"]


SCREENS: Final[dict[str, list[str]]] = {
    "the box": [],
    "who is in": ["f3"],
    "check-out": ["f4"],
    "over a name": [*"an"],
    "over the pick list": [*"ma", "enter"],
    "over the filter": [*"/b"],
    "over a command": [*":ca"],
}


@pytest.mark.parametrize("screen", SCREENS)
async def test_no_scan_is_another_member_on_any_screen(screen: str) -> None:
    desk = RealDesk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        for text in SCANS:
            if screen != "who is in" or text == SCANS[0]:
                await pilot.press(*SCREENS[screen])
            scan(app, *keys_of(text))
            await pilot.pause()
            assert (text, desk.taken()) == (text, set())
            assert app.is_running
            if screen == "check-out" or "ambiguous" in screen_text(app):
                await pilot.press("escape", "escape")
        scan(app, *keys_of("]C15000"))
        await pilot.pause()
        assert desk.taken() == {"Maya Quist"}


@pytest.mark.parametrize("screen", ["the box", "who is in", "check-out"])
async def test_nothing_that_is_typed_takes_whom_it_has_not_shown(screen: str) -> None:
    desk = RealDesk()
    app = make_app(desk)
    async with app.run_test(size=(120, 30)) as pilot:
        await pilot.press(*SCREENS[screen])
        for text in TYPED:
            gulp(app, *keys_of(text))
            await pilot.pause()
            assert (text, desk.taken()) == (text, set())
            assert isinstance(app.screen, BoxScreen)
            while len(app.screen.modes) > (2 if screen == "check-out" else 1) or app.screen.text:
                await pilot.press("escape")


async def test_a_number_in_a_text_and_whom_the_text_means_are_both_shown() -> None:
    desk = RealDesk()
    desk.replica.fold_members(page(member(8, "Ana 1004 Ott", membership_number="9")))
    app = make_app(desk)
    async with app.run_test(size=(120, 30)) as pilot:
        await pilot.press(*"ana 1004", "enter")
        assert desk.done == []
        assert "2 match" in screen_text(app)
        assert all(name in screen_text(app) for name in ("Ana 1004 Ott", "Ben Ode"))


async def test_no_stranger_s_code_takes_a_card_from_anybody() -> None:
    desk = RealDesk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        for text in SCANS:
            await pilot.press(*"ana", "escape", *":card", "enter")
            scan(app, *keys_of(text))
            await pilot.pause()
            await pilot.press("escape", "escape", "escape")
        given = {(saved.code, saved.moves_from) for saved in desk.membership.cards}
        assert given == {(framed(text), None) for text in SCANS if text.isprintable()}
        assert desk.taken() == set()


async def test_a_scan_answers_no_question_and_teaches_no_reader() -> None:
    desk = RealDesk()
    desk.inside, desk.answers = [], {"Ben Ode": "refused"}
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press(*"1004", "enter", "f8")
        desk.done.clear()
        for text in SCANS:
            scan(app, *keys_of(text))
            await pilot.pause()
        assert (desk.overrides, desk.taken()) == ([], set())
        await pilot.press("escape", "escape", *":reader", "enter")
        for text in SCANS:
            scan(app, *keys_of(text))
            await pilot.pause()
        assert (desk.taken(), desk.reader) == (set(), None)


async def test_what_is_scanned_into_a_login_is_a_card_or_nothing() -> None:
    desk = RealDesk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        for text in SCANS:
            await pilot.press("ctrl+l")
            scan(app, *keys_of(text))
            await pilot.pause()
            await pilot.press("escape")
        await pilot.pause()
        assert desk.taken() == set()


async def test_pasted_lines_are_whole_cards_or_none() -> None:
    desk = RealDesk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        app.post_message(events.Paste("\n".join(text for text in SCANS if text.isprintable())))
        await pilot.pause()
        await pilot.press("enter")
        assert desk.taken() == set()


def test_the_people_are_told_apart() -> None:
    desk = RealDesk()
    found: dict[str, Member | None] = {
        person.full_name: desk.replica.members.by_code(person.membership_number or "") for person in PEOPLE
    }
    assert {name for name, person in found.items() if person is not None and person.full_name == name} == NAMES
