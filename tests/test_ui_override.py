"""F8: a manager is asked for a reason, a name and a PIN in the one box, and a card that is scanned is not lost."""

from __future__ import annotations

import logging

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from gymtui.client.state import ConnectionState, Inside, Verdict
from gymtui.protocol import Override as Wire
from gymtui.ui import GymApp
from gymtui.ui.box.override import REASONS, Override, OverrideMode
from gymtui.ui.screens.box import BoxScreen
from gymtui.ui.screens.who import WhoIsIn
from tests.test_ui_front_desk import ANA, BEN, a_desk, screen_text
from tests.ui_fakes import LIVE, NOW, FakeDesk, make_app, member

pytestmark = pytest.mark.slow

PIN = "904517"
MANAGER = ConnectionState(phase="live", since=NOW, latency=0.012, user="mia", role="manager")


def screen(app: GymApp) -> BoxScreen:
    assert isinstance(app.screen, BoxScreen)
    return app.screen


def step(app: GymApp) -> str | None:
    mode = screen(app).mode
    return mode.override.step if isinstance(mode, OverrideMode) else None


async def refused(pilot: Pilot[None], desk: FakeDesk) -> None:
    """Ben Ode has just been refused, and F8 was pressed."""
    desk.answers = {"Ben Ode": "refused"}
    await pilot.press(*"4712", "enter", "f8")


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
    for _ in range(len(REASONS) + 1):
        override = override.suggested(1)
        seen.append(override.answer)
    assert seen == [*REASONS, REASONS[-1]]
    assert override.suggested(-1).answer == REASONS[-2]
    assert override.answered("").suggested(1) == override.answered("")


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
        assert desk.overrides == [(BEN.ref, Wire(reason=REASONS[1], manager="mia", pin=PIN))]
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
        for key in ["down", "enter", *"mia", "enter", *PIN, "enter", *"4711", "enter"]:
            app.simulate_key(key)
        await pilot.pause()
        assert desk.overrides == [(BEN.ref, Wire(reason=REASONS[0], manager="mia", pin=PIN))]
        assert desk.done[-1] == ("check_in", "Ana Silva")


async def test_after_a_wrong_pair_the_manager_is_asked_again_and_the_reason_stands() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await refused(pilot, desk)
        await pilot.press(*"owed", "enter", *"mia", "enter", *"0000", "enter")
        wrong = Verdict(kind="refused", subject="Ben Ode", command_id="o1", at=NOW, next_command="override")
        desk.publish("verdict", replace(wrong, member=BEN.ref, detail="no manager has that name and PIN"))
        await pilot.press("f8")
        assert step(app) == "manager"
        assert "type the manager's user name" in screen_text(app)
        await pilot.press("enter")
        assert step(app) == "manager"
        await pilot.press(*"max", "enter", *PIN, "enter")
        assert [override for _, override in desk.overrides][1:] == [Wire(reason="owed", manager="max", pin=PIN)]
        await refused(pilot, desk)
        assert step(app) == "reason"


async def test_after_a_wrong_pair_escape_goes_back_step_by_step_and_no_pin_is_shown() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        desk.service.becomes(MANAGER)
        await refused(pilot, desk)
        await pilot.press(*"owed", "enter", *"xim", "enter", *"0000", "enter")
        wrong = Verdict(kind="refused", subject="Ben Ode", command_id="o1", at=NOW, next_command="override")
        desk.publish("verdict", replace(wrong, member=BEN.ref, detail="no manager has that name and PIN"))
        await pilot.press("f8")
        assert "Enter takes mia" in screen_text(app)
        await pilot.press("enter")
        seen = [step(app)]
        for _ in range(3):
            await pilot.press("escape")
            seen.append(step(app))
        assert seen == ["pin", "manager", "reason", None]


async def test_a_card_over_a_half_typed_answer_is_taken_and_in_a_pin_nothing_is_guessed() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await refused(pilot, desk)
        await pilot.press(*"forgot 4711", "enter")
        assert (step(app), desk.done[-1]) == (None, ("check_in", "Ana Silva"))
        await refused(pilot, desk)
        await pilot.press(*"owes 20", "enter", *"mia4711", "enter")
        assert (step(app), desk.done[-1]) == (None, ("check_in", "Ana Silva"))
        await refused(pilot, desk)
        await pilot.press(*"owed", "enter", *"mia", "enter", *"x4711", "enter")
        assert step(app) == "pin"
        assert desk.done[-1] == ("check_in", "Ben Ode")
        await pilot.press(*"474711", "enter")
        assert [override.pin for _, override in desk.overrides] == ["474711"]


async def test_escape_goes_back_a_step_and_what_was_typed_unseen_is_gone() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await refused(pilot, desk)
        await pilot.press(*"owed", "enter", *"mia", "enter", *"9045", "escape")
        assert (step(app), screen(app).entry.value) == ("manager", "")
        assert "Enter takes mia" in screen_text(app)
        await pilot.press("escape")
        assert "Enter takes “owed”" in screen_text(app)
        await pilot.press("escape")
        assert step(app) is None
        assert "✗ Ben Ode refused" in screen_text(app)
        assert desk.overrides == []


@pytest.mark.parametrize("key", ["ctrl+z", "f8", "f4", "f3", "f1", "ctrl+p"])
async def test_another_key_ends_the_questions_and_clears_the_box(key: str) -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await refused(pilot, desk)
        done = list(desk.done)
        await pilot.press(*"owed", "enter", *"mia", "enter", *"9045", key)
        front = app.front_desk
        assert (len(front.modes) > 1 and key != "f4", front.entry.password) == (key == "ctrl+p", False)
        assert front.entry.value == (":" if key == "ctrl+p" else "")
        assert desk.done == done  # nothing was undone


@pytest.mark.parametrize("before", [[], [*"owed", "enter"]])
async def test_a_card_is_no_reason_and_no_name(before: list[str]) -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await refused(pilot, desk)
        await pilot.press(*before, *"4711", "enter")
        assert desk.done[-1] == ("check_in", "Ana Silva")
        assert step(app) is None


@pytest.mark.parametrize(("before", "why"), [([], "a reason has words"), ([*"owed", "enter"], "is no number")])
async def test_a_pin_that_is_typed_too_soon_goes_nowhere(before: list[str], why: str) -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await refused(pilot, desk)
        at = len(desk.done)
        await pilot.press(*before, *PIN, "enter")
        assert why in screen_text(app)
        assert PIN not in screen_text(app)
        assert (len(desk.done), desk.overrides) == (at, [])
        assert step(app) is not None


async def test_where_a_pin_is_asked_for_a_card_is_never_taken_without_a_word() -> None:
    barcode = "7610000000017"
    desk = FakeDesk([ANA, BEN, member(int(barcode), "Eva Long")])
    app = make_app(desk)
    async with app.run_test() as pilot:
        await refused(pilot, desk)
        await pilot.press(*"owed", "enter", *"mia", "enter", *barcode, "enter")
        assert desk.done[-1] == ("check_in", "Eva Long")  # this can be no PIN
        await refused(pilot, desk)
        await pilot.press(*"owed", "enter", *"mia", "enter", *"7610000000024", "enter")
        assert "✗ Ben Ode refused: a PIN has 4 to 12 digits" in screen_text(app)
        assert "7610000000024" not in screen_text(app)
        assert step(app) == "pin"
        await pilot.press(*"4711", "enter")  # and this can be one: the server knows
        assert [override.pin for _, override in desk.overrides] == ["4711"]
        assert desk.done[-1] == ("check_in", "Ben Ode")


async def test_a_question_that_nobody_answers_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gymtui.ui.box.override.UNUSED", 0.01)
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await refused(pilot, desk)
        while step(app) is not None:
            await pilot.pause()
        assert "CHECK IN" in screen_text(app)


async def test_only_a_refusal_by_the_rules_is_overridden_and_only_by_a_server() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press("f8")
        assert "✗ Override refused: nobody has just been refused by the rules" in screen_text(app)
        desk.answers = {"Ben Ode": "refused"}
        desk.service.becomes(ConnectionState(phase="waiting", since=NOW, attempt=1, retry_at=NOW + 4000))
        await pilot.press(*"4712", "enter", "f8")
        assert "✗ Ben Ode refused: an override needs the server" in screen_text(app)
        assert "F8 once the connection is back" in screen_text(app)
        desk.service.becomes(LIVE)
        await pilot.press("f8")
        assert step(app) == "reason"


async def test_it_can_be_typed_and_works_where_everybody_is_listed() -> None:
    desk = a_desk()
    desk.inside = [Inside(member=ANA.ref, since=NOW)]
    app = make_app(desk)
    async with app.run_test() as pilot:
        desk.answers = {"Ben Ode": "refused"}
        await pilot.press("f3", *"4712", "enter", *":override", "enter")
        assert isinstance(app.screen, WhoIsIn)
        assert "REASON" in screen_text(app)
        await pilot.press(*"owed", "enter", *"mia", "enter", *PIN, "enter")
        assert desk.overrides == [(BEN.ref, Wire(reason="owed", manager="mia", pin=PIN))]


async def test_an_error_on_the_way_does_not_show_the_pin(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("no such thing")

    desk = a_desk()
    app = make_app(desk)
    monkeypatch.setattr(desk, "override", fail)
    async with app.run_test() as pilot:
        await refused(pilot, desk)
        await pilot.press(*"owed", "enter", *"mia", "enter", *PIN, "enter")
        assert "✗ The override refused: no such thing" in screen_text(app)
        assert [record for record in caplog.records if record.levelno == logging.ERROR]
        assert PIN not in caplog.text + screen_text(app)
