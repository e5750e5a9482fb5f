"""A desk's reader: learned from a few cards, kept, and used for every scan but that of a code on file."""

from __future__ import annotations

from pathlib import Path

import pytest

from gymtui.cards.profile import ReaderProfile
from gymtui.preferences import ChoicesFile
from gymtui.programs import reader
from gymtui.programs.arrived import Key, said
from tests.factories import member
from tests.readers import scan
from tests.terminal import Terminal
from tests.ui_fakes import FakeDesk, make_app
from tests.ui_front_desk_kit import screen_text

NUMBERS = (100042, 100081, 200077)


@pytest.mark.slow
@pytest.mark.parametrize("screen", [[], ["f3"]])
async def test_a_reader_is_learned_from_three_cards_and_used(screen: list[str], tmp_path: Path) -> None:
    desk, choices = FakeDesk([member(number, f"Person {number}") for number in NUMBERS]), ChoicesFile(tmp_path)
    app = make_app(desk, choices=choices)
    async with app.run_test(size=(120, 40)) as pilot:
        scan(app, *"GYM2-100042", "enter")
        await pilot.pause()
        assert desk.done.pop() == ("check_in", "GYM2-100042")
        await pilot.press(*screen, *":reader", "enter")
        for number in NUMBERS:
            assert "scan one whose number you know" in screen_text(app)
            scan(app, *f"GYM2-{number}", "enter")
            await pilot.pause()
            assert "now type the number of that card" in screen_text(app)
            await pilot.press(*str(number), "enter")
        assert "It puts 'GYM2-' in front" in screen_text(app)
        await pilot.press("enter")
        assert choices.read().reader == ReaderProfile(prefix="GYM2-")
        scan(app, *"GYM2-100042", "enter")
        await pilot.pause()
        assert desk.done == [("check_in", "Person 100042")]


@pytest.mark.slow
async def test_a_code_on_file_is_taken_as_it_comes() -> None:
    desk = FakeDesk([member(100042, "Ana Silva"), member(77100043, "Ben Ode")])
    desk.reader = ReaderProfile(prefix="77")
    app = make_app(desk)
    async with app.run_test() as pilot:
        scan(app, *"77100043", "enter")
        await pilot.pause()
        assert desk.done == [("check_in", "Ben Ode")]


@pytest.mark.slow
async def test_a_number_that_nobody_has_teaches_nothing() -> None:
    desk = FakeDesk([member(100042, "Ana Silva")])
    app = make_app(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(*":reader", "enter")
        scan(app, *"X100042", "enter")
        await pilot.pause()
        await pilot.press(*"5", "enter")
        assert "Reader: nobody here has that number" in screen_text(app)
        await pilot.press("escape", "escape")
        assert "CHECK IN" in screen_text(app)
        assert desk.done == []


def test_a_prefix_and_a_suffix_are_set_by_hand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    reader.run(prefix="GYM2-", suffix="$", forget=False, watch=False)
    assert "It puts 'GYM2-' in front: a text without that is no card." in capsys.readouterr().out
    assert ChoicesFile(tmp_path / "gymtui").read().reader == ReaderProfile(prefix="GYM2-", suffix="$")
    reader.run(prefix=None, suffix=None, forget=True, watch=False)
    assert capsys.readouterr().out.endswith("The number on file is what arrives.\n")
    assert ChoicesFile(tmp_path / "gymtui").read().reader is None


def test_what_arrives_is_shown_key_by_key_and_what_is_made_of_it() -> None:
    reader = ReaderProfile(prefix="M#")
    scan = ["M", "#", "4", "2", "\r"]
    keys = [Key(text, 100 + 0.008 * number) for number, text in enumerate(scan)]
    assert list(said(keys, reader)) == [
        "arrived     M 8 # 8 4 8 2 8 Enter",
        "            5 keys; the numbers are the milliseconds between them",
        "looked up   42, as this reader was learned",
    ]
    slow = [*keys, Key("\x1b[19~", 101), Key("\x9b", 101)]
    assert list(said(slow, None)) == [
        "arrived     M 8 # 8 4 8 2 8 Enter 968 Esc[19~ 0 U+009B",
        "            7 keys; the numbers are the milliseconds between them",
        "too slow    more than 50 ms between two keys: a desk takes them as typed by hand",
        "looked up   M#42EnterEsc[19~U+009B",
    ]


@pytest.mark.slow
async def test_a_reader_is_watched_until_ctrl_c_alone(tmp_path: Path) -> None:
    ChoicesFile(tmp_path / "gymtui").keep(reader=ReaderProfile(suffix="$"))
    environment = {"XDG_DATA_HOME": str(tmp_path)}
    async with Terminal.run("reader", "--watch", columns=80, rows=24, environment=environment) as terminal:
        await terminal.until("Ctrl.C leaves")
        terminal.type("42$\r\n")
        await terminal.until(r"looked up   42, as this reader was learned$")
        terminal.type("42\x1b]0;a\x07\x03$\r")
        await terminal.until(r"looked up   42Esc\]0;aCtrl.GCtrl.C\$$")
        terminal.type("\x03")
        assert await terminal.ended() == 0
