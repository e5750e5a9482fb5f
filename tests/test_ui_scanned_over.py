"""A card that is scanned over something half typed is that card, wherever the box is."""

from __future__ import annotations

import pytest

from gymtui.client.state import Inside
from gymtui.ui.widgets.feed import Feed
from tests.factories import NOW, member, visit
from tests.readers import scan
from tests.ui_fakes import FakeDesk, make_app
from tests.ui_front_desk_kit import ANA, BEN, a_desk, front, screen_text

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("begun", ["be", "be ", ":the", "/be", "qqq", "an 47"])
async def test_a_card_over_what_was_begun_is_checked_in_and_the_rest_is_dropped(begun: str) -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press(*begun)
        scan(app, *"4711", "enter")
        await pilot.pause()
        assert desk.done == [("check_in", "Ana Silva")]
        assert "✓ Ana Silva checked in" in screen_text(app)
        assert (front(app).entry.value, front(app).search, front(app).palette) == ("", None, None)
        assert len(app.screen.query_one(Feed).rows) == 2
        assert "Esc shows all" not in screen_text(app)


async def test_what_is_typed_is_never_taken_apart_for_a_card() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press(*"be4711", "enter")
        assert desk.done == [("check_in", "be4711")]


async def test_two_cards_in_one_are_never_taken_apart() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press(*"47114712", "enter")
        assert desk.done == [("check_in", "47114712")]


async def test_the_row_that_is_chosen_is_taken_whatever_the_text_ends_with() -> None:
    desk = FakeDesk([member(4711, "Ana Silva"), member(47110, "Anton Quist")])
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press(*"an 4711", "down", "down", "enter")
        assert desk.done == [("check_in", "Anton Quist")]


async def test_where_everybody_is_listed_a_card_over_a_name_checks_in_or_out() -> None:
    desk = FakeDesk([ANA, BEN], [visit(1, "Zoe Huber")])
    desk.inside = [Inside(member=ANA.ref, since=NOW)]
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press("f3")
        assert "a card of who is not in checks in" in screen_text(app)
        await pilot.press(*"be")
        scan(app, *"4711", "enter")
        await pilot.pause()
        await pilot.press(*"an")
        scan(app, *"4712", "enter")
        await pilot.pause()
        assert desk.done == [("check_out", "Ana Silva"), ("check_in", "Ben Ode")]
