"""How long an Esc waits for the rest of a longer key: on this machine's terminals hardly, over a line as ever."""

from __future__ import annotations

import os
import selectors
from typing import Any

import pytest
from textual import constants
from textual.drivers import linux_driver

from gymtui.ui.escape_key import WHOLE, SoonAgain, hasten_escape

TEXTUALS = 0.1


@pytest.fixture(autouse=True)
def as_textual_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "ESCAPE_DELAY", TEXTUALS)
    monkeypatch.setattr(linux_driver, "selectors", selectors)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[float | None]:
    """For how many seconds each look went; none of them waits."""
    looked: list[float | None] = []
    look = selectors.SelectSelector.select

    def at_once(self: Any, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        looked.append(timeout)
        return look(self, 0)

    monkeypatch.setattr(selectors.SelectSelector, "select", at_once)
    return looked


@pytest.mark.parametrize(
    ("environment", "delay"),
    [
        ({}, WHOLE),
        ({"TERM": "xterm", "SSH_TTY": ""}, WHOLE),
        ({"SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22"}, TEXTUALS),
        ({"SSH_TTY": "/dev/pts/3"}, TEXTUALS),
        ({"ESCDELAY": "100"}, TEXTUALS),
    ],
)
def test_esc_is_known_soon_where_no_line_is_between(environment: dict[str, str], delay: float) -> None:
    hasten_escape(environment)
    assert delay == constants.ESCAPE_DELAY


def test_textual_reads_the_keys_with_it() -> None:
    hasten_escape({})
    reader: Any = vars(linux_driver)["selectors"]
    assert reader.SelectSelector is SoonAgain
    assert reader.EVENT_READ == selectors.EVENT_READ
    assert "SelectSelector" in linux_driver.LinuxDriver.run_input_thread.__code__.co_names


def test_behind_what_has_come_it_looks_again_soon_and_then_seldom(asked: list[float | None]) -> None:
    hasten_escape({})
    reader, writer = os.pipe()
    with SoonAgain() as keys:
        keys.register(reader, selectors.EVENT_READ)
        assert keys.select(0.1) == []
        os.write(writer, b"\x1b")
        assert keys.select(0.1) != []
        os.read(reader, 1)
        assert keys.select(0.1) == []
        assert keys.select(0.1) == []
    os.close(reader)
    os.close(writer)
    assert [asked[0], asked[1], asked[3]] == [0.1, 0.1, 0.1]
    assert asked[2] == pytest.approx(WHOLE, abs=WHOLE / 5)
    assert (asked[2] or 0) > WHOLE
