"""What the bytes of a terminal are read as, where an Esc is among them."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from textual import _ansi_sequences, events
from textual._xterm_parser import XTermParser

from gymtui.ui.escape_key import BEGIN_MORE, part_escape
from gymtui.ui.screens.help import HelpScreen
from tests.ui_fakes import make_app
from tests.ui_front_desk_kit import a_desk, front

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def parted() -> None:
    part_escape()


def keys(data: str) -> Iterator[events.Key]:
    """As Textual reads what a terminal sends in one gulp."""
    for message in XTermParser().feed(data):
        assert isinstance(message, events.Key)
        yield message


def read(data: str) -> list[str]:
    return [key.character if key.is_printable and key.character else key.key for key in keys(data)]


@pytest.mark.parametrize("typed", [*"0123456789", "b", "f", "a", "Z", "-", "=", "§", "é", "Ł", ":", "/"])
def test_esc_and_what_is_typed_right_behind_it_are_two_keys(typed: str) -> None:
    assert read(f"\x1b{typed}") == ["escape", typed]


@pytest.mark.parametrize("typed", ["£", "ª", "º", "§", "™", "¢", "–", "Mª José", "50 £"])
def test_what_a_mac_types_with_option_is_itself(typed: str) -> None:
    assert read(typed) == list(typed)


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ("\x1b[A", "up"),
        ("\x1bOB", "down"),
        ("\x1bOP", "f1"),
        ("\x1b[1;5D", "ctrl+left"),
        ("\x1b[3~", "delete"),
        ("\x1b[Z", "shift+tab"),
        ("\x1b\x1b", "escape"),
    ],
)
def test_the_keys_that_begin_with_an_esc_are_still_one(data: str, key: str) -> None:
    assert read(data)[0] == key
    assert all(len(sequence) != 2 for sequence in _ansi_sequences.ANSI_SEQUENCES_KEYS if sequence[1:] in BEGIN_MORE)


def test_whatever_comes_behind_in_the_same_gulp_is_kept() -> None:
    assert read("\x1bma\x1b[B\r") == ["escape", "m", "a", "down", "enter"]
    assert read("\x1b" + "4006381333931\r" * 4) == ["escape", *[*"4006381333931", "enter"] * 4]


def test_a_textual_without_the_table_is_told_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delattr(_ansi_sequences, "ANSI_SEQUENCES_KEYS")
    with caplog.at_level(logging.WARNING):
        part_escape()
    assert "Esc and a digit that come at once are one key here" in caplog.text


async def test_the_box_holds_what_was_typed() -> None:
    app = make_app(a_desk())
    async with app.run_test() as pilot:
        for key in keys("ma\x1b£ Mª José"):
            app.post_message(key)
        await pilot.pause()
        assert front(app).entry.value == "£ Mª José"
        for key in keys("\x1b47"):
            app.post_message(key)
        await pilot.pause()
        assert front(app).entry.value == "47"
        await pilot.press("f1")
        assert isinstance(app.screen, HelpScreen)
        for key in keys("\x1bb7"):
            app.post_message(key)
        await pilot.pause()
        assert front(app).entry.value == "47b7"
