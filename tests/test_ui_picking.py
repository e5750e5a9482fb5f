"""The list of those whom a name finds: all of them, told apart, and chosen by a digit."""

from __future__ import annotations

import pytest

from gymtui.client.state import Inside
from gymtui.ui.box.search import Search
from tests.factories import NOW, member
from tests.readers import gulp
from tests.ui_fakes import FakeDesk, make_app
from tests.ui_front_desk_kit import front, screen_text
from tests.ui_override_kit import scanned, typed

pytestmark = pytest.mark.slow

ANAS = [member(1000 + n, f"Ana Person{n:02}") for n in range(18)]


async def test_all_whom_a_name_finds_are_in_the_list_which_scrolls() -> None:
    desk = FakeDesk(ANAS)
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press(*"ana", "enter")
        assert "18 match: ↑ ↓ or a digit choose" in screen_text(app)
        assert front(app).query_one("Hits").size.height == 5
        await pilot.press(*["down"] * 11)
        text = screen_text(app)
        assert "›5 Ana Person11" in text
        assert " 1 Ana Person07" in text
        assert "Ana Person06" not in text
        await pilot.click("Hits", offset=(5, 1))
        assert desk.done == [("check_in", "Ana Person08")]


async def test_where_there_are_more_than_the_list_goes_through_the_words_say_so() -> None:
    app = make_app(FakeDesk([member(1000 + n, f"Ana Person{n:02}") for n in range(41)]))
    async with app.run_test() as pilot:
        await pilot.press(*"ana", "enter")
        assert "40 or more match: Esc and type more, or ↑ ↓ choose, Enter takes" in screen_text(app)


async def test_a_digit_alone_takes_its_row_of_the_list_that_waits() -> None:
    desk = FakeDesk(ANAS)
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press(*"ana", "enter", "3")
        assert "›3 Ana Person02" in screen_text(app)
        await pilot.press("backspace", "2", "enter")
        assert desk.done == [("check_in", "Ana Person01")]
        await pilot.press(*"ana", "enter", *["down"] * 6, "1", "enter")
        assert desk.done[-1] == ("check_in", "Ana Person02")
        await pilot.press(*"ana", "enter", "2", "escape")
        assert front(app).entry.value == "ana"


async def test_a_card_is_still_a_card_while_the_list_waits() -> None:
    desk = FakeDesk([*ANAS, member(3, "Card Three")])
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press(*"ana", "enter", "3", "enter", *"ana", "enter", *"1004", "enter")
        assert desk.done == [("check_in", "Card Three"), ("check_in", "Ana Person04")]


async def test_namesakes_are_told_apart_at_eighty_columns() -> None:
    johns = [
        member(100001, "John Smith", birth_date="1988-05-04"),
        member(100002, "John Smith", birth_date="1961-12-24", payment_overdue=True),
        member(100003, "John Smith", phone="+41 79 111 00 05"),
    ]
    app = make_app(FakeDesk(johns))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*"john", "enter")
        text = screen_text(app)
        assert all(words in text for words in ("b. 4 May 1988", "b. 24 Dec 1961", "phone …0005"))
        assert "payment overdue" in text


async def test_the_first_choice_is_somebody_who_is_not_in_or_who_is() -> None:
    desk = FakeDesk(ANAS[:3])
    desk.inside = [Inside(member=ANAS[0].ref, since=NOW)]
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press(*"ana", "enter", "enter")
        await pilot.press("f4", *"ana", "enter", "enter")
        assert desk.done == [("check_in", "Ana Person01"), ("check_out", "Ana Person00")]


async def test_a_letter_narrows_the_list_that_waits() -> None:
    desk = FakeDesk([member(1, "Ana Silva"), member(2, "Ana Sommer"), member(3, "Andrea Kim")])
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press(*"an", "enter", "d")
        assert front(app).entry.value == "and"
        assert front(app).search is not None
        await pilot.press("enter")
        assert desk.done == [("check_in", "Andrea Kim")]
        await pilot.press(*"an", "enter")
        gulp(app, *"dre", "enter")
        await pilot.pause()
        assert desk.done == [("check_in", "Andrea Kim")]  # nobody has seen yet who that is
        gulp(app, "enter")
        await pilot.pause()
        assert desk.done == [("check_in", "Andrea Kim")] * 2


async def test_in_check_out_only_those_who_are_in_are_in_the_list() -> None:
    desk = FakeDesk([member(n, name) for n, name in enumerate(("Ana Silva", "Ana Sommer", "Ana Kim"), 1)])
    desk.inside = [Inside(member=each.ref, since=NOW) for each in desk.replica.members[:2]]
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press("f4", *"ana", "enter")
        assert "2 match" in screen_text(app)
        assert "Ana Kim" not in screen_text(app)
        await pilot.press("2", "enter")
        assert desk.done == [("check_out", "Ana Sommer")]


async def test_a_near_hit_is_marked_and_wants_a_choice() -> None:
    desk = FakeDesk(ANAS[:1])
    desk.near["sivla"] = [member(7, "Eva Silva")]
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press(*"sivla")
        assert any("1 ≈ Eva Silva" in line and "near" in line for line in screen_text(app).splitlines())
        await pilot.press(*["backspace"] * 5)
        await typed(pilot, "sivla")
        assert "nobody, but near it: ↑ ↓ or a digit choose, Esc goes back" in screen_text(app)
        assert desk.done == []
        await pilot.press("1", "enter")
        assert desk.done == [("check_in", "Eva Silva")]
        await typed(pilot, "sivla")
        await pilot.press("down", "enter")
        assert desk.done == [("check_in", "Eva Silva")] * 2
        await typed(pilot, "sivla")
        await pilot.press("enter")  # nobody chosen: as it was typed
        assert desk.done[-1] == ("check_in", "sivla")


async def test_an_unknown_number_that_was_typed_offers_the_nearest() -> None:
    desk = FakeDesk(ANAS)
    desk.nearly["1909"] = ANAS[9:10]
    app = make_app(desk)
    async with app.run_test() as pilot:
        await typed(pilot, "1909")
        assert "1 ≈ Ana Person09" in screen_text(app)
        await pilot.press("enter")
        assert desk.done == [("check_in", "1909")]
        await typed(pilot, "1909")
        await pilot.press("1", "enter")
        assert desk.done[-1] == ("check_in", "Ana Person09")


async def test_an_unknown_name_that_was_typed_offers_the_nearest() -> None:
    desk = FakeDesk(ANAS)
    desk.nearly["pesron anaa"] = ANAS[7:10]
    app = make_app(desk)
    async with app.run_test() as pilot:
        await typed(pilot, "pesron anaa")
        assert "nobody, but near it: ↑ ↓ or a digit choose, Esc goes back" in screen_text(app)
        assert [f"{row} ≈ Ana Person0{row + 6}" in screen_text(app) for row in (1, 2, 3)] == [True] * 3
        await pilot.press("enter")  # nobody chosen: as it was typed
        assert desk.done == [("check_in", "pesron anaa")]
        await typed(pilot, "pesron anaa")
        await pilot.press("down", "down", "enter")
        assert desk.done[-1] == ("check_in", "Ana Person08")


@pytest.mark.parametrize("before", [[], [*"an"], [*"ana", "enter"], ["f4"]])
async def test_an_unknown_card_that_is_scanned_shows_nobody_else(
    before: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = FakeDesk(ANAS)
    desk.nearly = {"1909": ANAS[9:10], "G-19O9": ANAS[9:10]}
    desk.near = {"110005": ANAS[:1], "pesron07": ANAS[6:7]}
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press(*before)
        asked = list[str]()
        monkeypatch.setattr(desk, "nearest", asked.append)
        for code in ("1909", "110005", "G-19O9", "pesron07"):
            await scanned(pilot, code)
            assert desk.done[-1] == ("check_out" if before == ["f4"] and code == "1909" else "check_in", code)
            assert front(app).search is None
            assert "Ana" not in screen_text(app)
        assert asked == []


async def test_where_a_number_in_the_text_and_the_search_mean_two_people_both_are_shown() -> None:
    desk = FakeDesk([member(2000, "Ana Silva", phone="1004 77"), member(1004, "Ben Ode")])
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press(*"ana 1004")
        assert [hit.member.full_name for hit in (front(app).search or Search(text="")).hits] == ["Ana Silva", "Ben Ode"]
        await pilot.press("enter")
        assert desk.done == []
        await pilot.press("2", "enter")
        assert desk.done == [("check_in", "Ben Ode")]
