"""`:card` at the desk: a scan gives a card out, somebody else's is asked about, one that was lost is said to be."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from gymtui.protocol import Card, CardKind, ErrorBody, Policy, SaveCard
from gymtui.ui.widgets.entry import Entry
from tests.factories import GYM
from tests.readers import scan
from tests.ui_fakes import FakeDesk, make_app
from tests.ui_front_desk_kit import ANA, BEN, screen_text

pytestmark = pytest.mark.slow

LOST = replace(ANA, cards=(Card(code="4711", state="lost"), Card(code="B-77")))


async def test_a_scan_gives_a_card_to_whoever_was_named_last() -> None:
    desk = FakeDesk([ANA, BEN])
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(*"ana", "escape", *":card", "enter")
        assert "scan the card that Ana Silva gets" in screen_text(app)
        scan(app, *"B-78", "enter")
        await pilot.pause()
        assert desk.membership.cards == [SaveCard(member_id=ANA.id, code="B-78")]
        assert "✓ Ana Silva card B-78 is in use" in screen_text(app)
        assert "CHECK IN" in screen_text(app)


async def test_a_card_of_somebody_else_is_asked_about() -> None:
    desk = FakeDesk([ANA, BEN])
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(*"ana", "escape", *":card", "enter")
        scan(app, *"4712", "enter")
        await pilot.pause()
        assert "Enter gives it, Esc does not: from Ben Ode to Ana Silva" in screen_text(app)
        await pilot.press("escape")
        assert desk.membership.cards == []
        scan(app, *"4712", "enter")
        await pilot.pause()
        await pilot.press("enter")
        assert desk.membership.cards == [SaveCard(member_id=ANA.id, code="4712", moves_from=BEN.id)]


async def test_what_became_of_a_card_is_chosen_with_the_arrows() -> None:
    desk = FakeDesk([LOST])
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(*"ana", "escape", *":card", "enter", "down")
        assert "Enter: yes, Esc: no; Ana Silva's card B-77 was lost" in screen_text(app)
        await pilot.press("down", "down")
        assert "Enter: yes, Esc: no; Ana Silva's membership number 4711 is in use" in screen_text(app)
        await pilot.press("up", "up", "enter")
        assert desk.membership.cards == [SaveCard(member_id=ANA.id, code="B-77", state="lost")]


@pytest.mark.parametrize(("typed", "code"), [("lost", "B-77"), ("Returned 4711", "4711")])
async def test_what_became_of_a_card_is_said_in_words(typed: str, code: str) -> None:
    desk = FakeDesk([LOST])
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(*"ana", "escape", *":card", "enter", *typed, "enter")
        assert code in app.screen.query_one(Entry).placeholder
        assert desk.membership.cards == []
        await pilot.press("enter")
        (state,) = {"lost", "returned"} & {typed.lower().split()[0]}
        assert [(card.code, card.state) for card in desk.membership.cards] == [(code, state)]


async def test_words_are_no_card_unless_somebody_says_so() -> None:
    desk = FakeDesk([LOST])
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(*"ana", "escape", *":card", "enter", *"lost 4711", "enter")
        assert "Ana Silva has no such card of which that can be said" in screen_text(app)
        await pilot.press("enter", *"stolen", "enter")
        assert "it has no digit" in screen_text(app)
        assert desk.membership.cards == []
        await pilot.press("enter")
        assert desk.membership.cards == [SaveCard(member_id=ANA.id, code="stolen")]


async def test_why_a_card_is_not_given_is_said() -> None:
    desk = FakeDesk([ANA])
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(*":card", "enter")
        assert "Card: nobody has been named yet" in screen_text(app)
        await pilot.press(*"ana", "escape", *":card", "enter")
        scan(app, *"01:02:03:04", "enter")
        await pilot.pause()
        assert "Card: many phones have this very number" in screen_text(app)
        scan(app, *"4711", "enter")
        await pilot.pause()
        assert "Ana Silva has it already" in screen_text(app)
        body = ErrorBody(code="invalid", message="That card belongs to Zoe: please ask.", retryable=False)
        desk.membership.problem = body
        scan(app, *"4799", "enter")
        await pilot.pause()
        assert "✗ Ana Silva card not changed: That card belongs to Zoe: please ask" in screen_text(app)


@pytest.mark.parametrize(
    ("kind", "code", "why"),
    [
        (None, "4BC97B08", "read it twice: where the number is another one then"),
        (None, "0016909060", "many phones have this very number"),
        ("uid", "12345608", "read it twice: where the number is another one then"),
        ("hid26", "4521", "other gyms' cards have this number too"),
    ],
)
async def test_a_number_that_may_be_nobody_s_is_given_out_where_somebody_says_so(
    kind: CardKind | None, code: str, why: str
) -> None:
    desk = FakeDesk([ANA, BEN])
    desk.replica.gym = replace(GYM, policy=Policy(card_kind=kind))
    app = make_app(desk)
    async with app.run_test(size=(160, 40)) as pilot:
        await pilot.press(*"ana", "escape", *":card", "enter")
        scan(app, *code, "enter")
        await pilot.pause()
        assert why in screen_text(app)
        assert f"Enter gives it all the same, Esc does not: {code}, to Ana Silva" in screen_text(app)
        assert desk.membership.cards == []
        await pilot.press("escape", "enter")
        assert desk.membership.cards == []
        scan(app, *code, "enter")
        await pilot.pause()
        await pilot.press("enter")
        assert desk.membership.cards == [SaveCard(member_id=ANA.id, code=code)]


async def test_without_the_server_a_card_is_given_but_taken_from_nobody() -> None:
    desk = FakeDesk([ANA, BEN])
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        desk.service.becomes(replace(desk.service.state, phase="waiting"))
        await pilot.press(*"ana", "escape", *":card", "enter")
        scan(app, *"4712", "enter")
        await pilot.pause()
        await pilot.press("enter")
        assert "Card: a card of somebody else needs the server" in screen_text(app)
        await pilot.press(*":card", "enter")
        scan(app, *"B-78", "enter")
        await pilot.pause()
        assert desk.membership.cards == [SaveCard(member_id=ANA.id, code="B-78")]
