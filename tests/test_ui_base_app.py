"""An error of the screens' own: a sentence for the person, the rest for the log."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

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
