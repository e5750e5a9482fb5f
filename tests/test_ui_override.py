"""The override: its questions, one after the other."""

from __future__ import annotations

import pytest

from gymtui.client.state import ConnectionState
from gymtui.protocol import Override as Wire
from gymtui.protocol import Policy
from gymtui.ui.box.answers import USUAL, Override, reasons_of
from tests.factories import NOW
from tests.readers import gulp, scan
from tests.ui_fakes import make_app
from tests.ui_front_desk_kit import BEN, a_desk, screen_text
from tests.ui_override_kit import PIN, refused, screen, step, wrong_pin

pytestmark = pytest.mark.slow


MANAGER = ConnectionState(phase="live", since=NOW, latency=0.012, user="mia", role="manager")


def test_the_questions_follow_each_other_and_go_back() -> None:
    asked = Override(whom=BEN.ref, manager="mia")
    assert asked.answered("") == asked
    named = asked.answered("renews today")
    assert (named.step, named.answer) == ("manager", "mia")
    last = named.answered("")
    assert (last.step, last.answer, last.answered("x")) == ("pin", "", last)
    assert last.with_pin(PIN) == Wire(reason="renews today", manager="mia", pin=PIN)
    assert last.objection(PIN) is None
    assert {last.objection(text) for text in ("123", "1" * 13, "12a4", "١٢٣٤")} == {"a PIN has 4 to 12 digits"}
    assert asked.objection("owes 5") is None
    assert asked.objection("5") == "a reason has words"
    assert named.objection(PIN) == "a manager's name is no number"
    assert last.back() == named
    back = named.back()
    assert back is not None
    assert (back.step, back.answer) == ("reason", "renews today")
    assert back.back() is None
    assert named.answered("max").answered("").manager == "max"


def test_the_suggestions_are_gone_through() -> None:
    override = Override(whom=BEN.ref)
    assert override.suggested(1) == override.suggested(-1)
    seen = []
    for _ in range(len(USUAL) + 1):
        override = override.suggested(1)
        seen.append(override.answer)
    assert seen == [*USUAL, USUAL[-1]]
    assert override.suggested(-1).answer == USUAL[-2]
    assert override.answered("").suggested(1) == override.answered("")


@pytest.mark.parametrize(
    ("line", "reasons"),
    [
        (None, USUAL),
        (" ; ", USUAL),
        ("renews today", ("renews today",)),
        ("x" * 300, ("x" * 200,)),
    ],
)
def test_the_gym_has_reasons_of_its_own(line: str | None, reasons: tuple[str, ...]) -> None:
    assert reasons_of(Policy(override_reasons=line)) == reasons


async def test_a_manager_lets_in_whom_the_rules_have_refused() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await refused(pilot, desk)
        assert "REASON" in screen_text(app)
        assert "to let in Ben Ode" in screen_text(app)
        await pilot.press("down", "down", "enter", *"mia", "enter")
        assert "PIN of mia" in screen_text(app)
        await pilot.press(*PIN)
        assert "••••••" in screen_text(app)
        assert PIN not in screen_text(app)
        await pilot.press("enter")
        assert desk.overrides == [(BEN.ref, Wire(reason=USUAL[1], manager="mia", pin=PIN))]
        assert "! Ben Ode checked in: override by mia" in screen_text(app)
        assert "CHECK IN" in screen_text(app)
        await pilot.press("a")
        assert screen(app).entry.value == "a"
        assert not screen(app).entry.password


async def test_a_manager_who_is_logged_in_is_named_already() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        desk.service.becomes(MANAGER)
        await refused(pilot, desk)
        await pilot.press("down", "enter")
        assert "Enter takes mia" in screen_text(app)
        await pilot.press("enter", *PIN, "enter")
        assert [override.manager for _, override in desk.overrides] == ["mia"]


async def test_answers_in_one_gulp_are_answers_in_order() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await refused(pilot, desk)
        gulp(app, "down", "enter", *"mia", "enter", *PIN, "enter")
        scan(app, *"4711", "enter")
        await pilot.pause()
        assert desk.overrides == [(BEN.ref, Wire(reason=USUAL[0], manager="mia", pin=PIN))]
        assert desk.done[-1] == ("check_in", "Ana Silva")


async def test_after_a_wrong_pair_escape_goes_back_step_by_step_and_the_answers_stand() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        desk.service.becomes(MANAGER)
        await refused(pilot, desk)
        desk.answers["override"] = "queued"
        await pilot.press(*"owed", "enter", *"xim", "enter", *"0000", "enter")
        wrong_pin(desk)
        seen = [step(app)]
        for _ in range(3):
            await pilot.press("escape")
            seen.append(step(app))
        assert seen == ["pin", "manager", "reason", None]
        await pilot.press("f8")
        assert "Enter takes mia" in screen_text(app)
        await pilot.press(*"max", "enter", *PIN, "enter")
        assert [override for _, override in desk.overrides][1:] == [Wire(reason="owed", manager="max", pin=PIN)]


async def test_a_card_over_a_half_typed_answer_is_taken_and_in_a_pin_nothing_is_guessed() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await refused(pilot, desk)
        await pilot.press(*"forgot ")
        scan(app, *"4711", "enter")
        await pilot.pause()
        assert (step(app), desk.done[-1]) == (None, ("check_in", "Ana Silva"))
        await refused(pilot, desk)
        await pilot.press(*"owes 20", "enter", *"mia")
        scan(app, *"4711", "enter")
        await pilot.pause()
        assert (step(app), desk.done[-1]) == (None, ("check_in", "Ana Silva"))
        await refused(pilot, desk)
        await pilot.press(*"owed", "enter", *"mia", "enter", *"x4711", "enter")
        assert step(app) == "pin"
        assert desk.done[-1] == ("check_in", "Ben Ode")
        await pilot.press(*"474711", "enter")
        assert [override.pin for _, override in desk.overrides] == ["474711"]
