"""An error of the screens' own: a sentence for the person, the rest for the log."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from textual.color import Color
from textual.css.stylesheet import Stylesheet

from gymtui.ui.base_app import BaseApp, Stopped


class Broken(BaseApp):
    def on_mount(self) -> None:
        raise RuntimeError("a screw came loose")

    def run(self, **_: object) -> None:  # no terminal is needed to fail
        super().run(headless=True)


def test_an_error_of_the_screens_is_a_sentence_and_no_traceback(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [caplog.handler])  # the log is no part of the screen
    with caplog.at_level(logging.CRITICAL), pytest.raises(Stopped, match=r"which desk\.log tells.*start again"):
        Broken().show(Path("desk.log"))
    assert "a screw came loose" in str(caplog.records[0].exc_info)
    shown = "".join(capfd.readouterr())
    assert "Traceback" not in shown
    assert "screw" not in shown


@pytest.mark.slow
async def test_a_theme_that_is_chosen_before_the_start_reads_no_style_sheet_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    again, reparse = list[str](), Stylesheet.reparse

    def counted(sheet: Stylesheet) -> None:
        again.append(app.theme)
        reparse(sheet)

    monkeypatch.setattr(Stylesheet, "reparse", counted)
    app = BaseApp()
    app.theme = "textual-light"
    async with app.run_test() as pilot:
        assert again == []
        assert app.screen.styles.background == Color.parse(app.theme_variables["background"])
        app.theme = "nord"
        await pilot.pause()
        assert again == ["nord"]
        assert app.screen.styles.background == Color.parse(app.theme_variables["background"])
