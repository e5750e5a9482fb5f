"""The override and the rest of the box: other keys, cards, errors."""

from __future__ import annotations

import logging

import pytest

from gymtui.client.state import ConnectionState, Inside
from gymtui.protocol import Override as Wire
from gymtui.ui.screens.who import WhoIsIn
from tests.factories import NOW, member
from tests.settled import until_shown
from tests.ui_fakes import LIVE, FakeDesk, make_app
from tests.ui_front_desk_kit import ANA, BEN, a_desk, screen_text
from tests.ui_override_kit import PIN, refused, scanned, screen, step, typed

pytestmark = pytest.mark.slow


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


@pytest.mark.parametrize("key", ["ctrl+z", "f4", "f3", "f1", "ctrl+p"])
async def test_another_key_ends_the_questions_and_clears_the_box(key: str) -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await refused(pilot, desk)
        done = list(desk.done)
        await pilot.press(*"owed", "enter", *"mi", key)
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
        await pilot.press(*"owed", "enter", *"mia", "enter")
        await scanned(pilot, barcode)
        assert desk.done[-1] == ("check_in", "Eva Long")
        await refused(pilot, desk)
        await pilot.press(*"owed", "enter", *"mia", "enter", *"7610000000024", "enter")
        assert "✗ Ben Ode refused: a PIN has 4 to 12 digits" in screen_text(app)
        assert "7610000000024" not in screen_text(app)
        assert step(app) == "pin"
        await typed(pilot, "4711")  # this can be a PIN: the server knows
        assert [override.pin for _, override in desk.overrides] == ["4711"]
        assert desk.done[-1] == ("check_in", "Ben Ode")


async def test_a_question_that_nobody_answers_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gymtui.ui.box.override.UNUSED", 0.01)
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await refused(pilot, desk)
        await until_shown(pilot, lambda: step(app) is None)
        assert "CHECK IN" in screen_text(app)


async def test_only_a_refusal_by_the_rules_is_overridden_and_only_by_a_server() -> None:
    desk = a_desk()
    app = make_app(desk)
    async with app.run_test() as pilot:
        await pilot.press("f8")
        assert "✗ Override: nobody has just been refused by the rules" in screen_text(app)
        desk.answers = {"Ben Ode": "refused"}
        desk.service.becomes(ConnectionState(phase="waiting", since=NOW, attempt=1, retry_at=NOW + 4000))
        await pilot.press("escape", *"4712", "enter", "f8")
        assert "✗ Ben Ode refused: an override needs the server" in screen_text(app)
        assert "F8 once the connection is back" in screen_text(app)
        assert (screen(app).entry.password, screen(app).mode.prompt) == (True, "MASKED")
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
        assert "✗ The override: no such thing" in screen_text(app)
        assert [record for record in caplog.records if record.levelno == logging.ERROR]
        assert PIN not in caplog.text + screen_text(app)
