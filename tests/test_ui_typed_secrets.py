"""A PIN or a password typed into the one box, on each of its screens and in each of its meanings: shown to nobody."""

from __future__ import annotations

import logging

import pytest

from tests.ui_fakes import make_app
from tests.ui_front_desk_kit import a_desk, go_back, screen_text

pytestmark = pytest.mark.slow

PIN, PASSWORD, WORDS = "904517", "hunter2-x", "correcthorse"
ENTERED = {
    PIN: "✗ Unknown card",
    PASSWORD: "✗ Unknown card",
    WORDS: "✗ Unknown name",
    f":{WORDS}": "✗ Command: there is none",
    f":{PASSWORD}": "✗ Command: there is none",
}


@pytest.mark.parametrize("before", [[], ["f3"], ["f4"]], ids=["front desk", "who is in", "check-out"])
async def test_what_was_entered_is_not_repeated(before: list[str]) -> None:
    app = make_app(a_desk())
    async with app.run_test() as pilot:
        for typed, said in ENTERED.items():
            app.front_desk.verdict = None
            await pilot.press(*before)
            assert said not in screen_text(app)
            await pilot.press(*typed, "enter")
            text = screen_text(app)
            assert said in text, typed
            assert typed.removeprefix(":") not in text
            await go_back(pilot, app)


@pytest.mark.parametrize("typed", [PIN, PASSWORD, WORDS])
async def test_an_error_on_the_way_does_not_show_or_log_what_was_typed(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, typed: str
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("no such thing")

    desk = a_desk()
    app = make_app(desk)
    caplog.set_level(logging.DEBUG)
    async with app.run_test() as pilot:
        await pilot.press(*typed)
        monkeypatch.setattr(desk, "check_in", fail)
        await pilot.press("enter")
        assert "✗ The box: no such thing" in screen_text(app)
        assert [record for record in caplog.records if record.levelno == logging.ERROR]
        assert typed not in screen_text(app)
        logs = [record.getMessage() for record in caplog.records if record.name.startswith("gymtui")]
        assert not any(typed in line for line in logs)
