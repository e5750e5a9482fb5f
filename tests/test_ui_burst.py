"""What a reader sends is one text, whatever its keys; what a person types goes on key by key."""

from __future__ import annotations

import pytest

from gymtui.ui.burst import BURST, SEAM, SOONEST, Bursts, Scan, Stroke

READER = 0.008  # seconds between two keys of a usual reader
HAND = 0.09  # and of somebody who types fast


class Keyboard:
    """Strokes at times of its own; `done` is what has become of them, `shows` the keys that only show something."""

    def __init__(self, *shows: str) -> None:
        self.shows = shows
        self.bursts = Bursts()
        self.now = 100.0
        self.done: list[str | Scan] = []

    def press(self, *keys: str, gap: float = HAND) -> None:
        for key in keys:
            self.rest(gap)
            character = key if len(key) == 1 else None
            self._take(self.bursts.feed(Stroke(key, character, self.now, shows=key in self.shows)))

    def rest(self, seconds: float) -> None:
        """Nobody presses anything; a timer settles what waits."""
        if self.bursts.pause is not None and seconds > self.bursts.pause:
            self._take(self.bursts.settle())
        self.now += seconds

    def scan(self, *keys: str, gap: float = READER) -> None:
        self.rest(0.3)
        self.press(*keys, gap=gap)
        self.rest(0.3)

    def _take(self, done: list[Stroke | Scan]) -> None:
        self.done += [each.key if isinstance(each, Stroke) else each for each in done]

    @property
    def scans(self) -> list[Scan]:
        return [each for each in self.done if isinstance(each, Scan)]


def test_what_a_person_types_goes_on_key_by_key() -> None:
    keyboard = Keyboard()
    keyboard.press(*"an", "down", "enter", "f4", "escape", "tab")
    keyboard.rest(1)
    assert keyboard.done == [*"an", "down", "enter", "f4", "escape", "tab"]


def test_two_keys_rolled_are_still_typed() -> None:
    keyboard = Keyboard()
    keyboard.press("a")
    keyboard.press("n", "a", gap=0.03)
    keyboard.press("enter")
    assert keyboard.done == [*"ana", "enter"]


@pytest.mark.parametrize("end", [["enter"], ["ctrl+j"], ["tab"], ["enter", "ctrl+j"], ["tab", "enter"]])
@pytest.mark.parametrize("gap", [0.0, 0.001, READER, 0.03, BURST - 0.001])
def test_a_line_that_came_as_one_burst_is_a_scan(end: list[str], gap: float) -> None:
    keyboard = Keyboard()
    keyboard.scan(*"100042", *end, gap=gap)
    assert keyboard.done == [*"100042", Scan("100042")]


@pytest.mark.parametrize("gap", [BURST + 0.001, 0.1, SEAM])
@pytest.mark.parametrize("at", [1, 3, 5])
def test_a_line_that_a_busy_machine_has_cut_is_never_its_end_alone(gap: float, at: int) -> None:
    """`42` may be somebody else's number."""
    keyboard = Keyboard()
    keyboard.rest(1)
    keyboard.press(*"100042"[:at], gap=READER)
    keyboard.rest(gap - READER)
    keyboard.press(*"100042"[at:], "enter", gap=READER)
    keyboard.rest(1)
    assert keyboard.done == [*"100042", Scan("100042")]


def test_what_was_typed_a_while_before_is_no_part_of_it() -> None:
    keyboard = Keyboard()
    keyboard.press(*"an")
    keyboard.scan(*"100042", "enter")
    keyboard.press(*"be", "backspace")
    keyboard.press(*"100043", "enter", gap=READER)
    keyboard.rest(1)
    assert keyboard.scans == [Scan("100042"), Scan("100043")]


def test_a_key_that_only_shows_something_does_so_at_once_and_once() -> None:
    keyboard = Keyboard("f2")
    keyboard.press("f2")
    assert keyboard.done == ["f2"]
    keyboard.rest(1)
    keyboard.press(*"an", gap=0.03)
    assert keyboard.done == ["f2", *"an"]


def test_what_is_typed_right_behind_such_a_key_is_typed() -> None:
    keyboard = Keyboard("f2")
    keyboard.press("f2")
    keyboard.press("y", gap=0.04)
    keyboard.press(*"18", "enter")
    keyboard.rest(1)
    assert keyboard.done == ["f2", *"y18", "enter"]


def test_such_a_key_in_front_of_a_scan_is_part_of_it_and_waits_from_then_on() -> None:
    keyboard = Keyboard("f2", "f3")
    keyboard.scan("f3", *"4711", "enter")
    assert keyboard.done == ["f3", *"4711", Scan("\x1d4711", has_shown=True)]
    keyboard.done.clear()
    keyboard.scan("f3", *"4712", "enter")
    keyboard.scan("f2")
    assert keyboard.done == [*"4712", Scan("\x1d4712"), "f2"]


def test_such_a_key_inside_a_scan_shows_nothing() -> None:
    keyboard = Keyboard("f3")
    keyboard.scan(*"47", "f3", *"11", "f3", "enter")
    assert keyboard.done == [*"4711", Scan("47\x1d11\x1d")]


@pytest.mark.parametrize("gap", [0.0, READER, BURST - 0.001, BURST + 0.001, SEAM, HAND])
@pytest.mark.parametrize("key", ["f1", "f2", "f3", "f8", "ctrl+g"])
@pytest.mark.parametrize("line", [*"P", "1P", "P1", "1P2", "PP1", "P:q", "1P2P"])
def test_whether_a_key_shows_something_changes_no_scan_and_no_command(line: str, key: str, gap: float) -> None:
    waits, shows = Keyboard(), Keyboard(key)
    for keyboard in (waits, shows):
        for _ in range(2):
            keyboard.scan(*(key if each == "P" else each for each in line), "enter", gap=gap)
            keyboard.press(*"an", "f4", "enter")
            keyboard.rest(1)
    scans = [scan._replace(has_shown=False) for scan in shows.scans]
    assert scans == waits.scans
    assert [each for each in shows.done if each != key and isinstance(each, str)] == [
        each for each in waits.done if each != key and isinstance(each, str)
    ]


def test_two_scans_are_two() -> None:
    keyboard = Keyboard()
    keyboard.scan(*"100042", "enter")
    keyboard.scan(*"100081", "enter")
    assert keyboard.scans == [Scan("100042"), Scan("100081")]


def test_a_lazy_second_half_of_an_end_is_no_enter() -> None:
    keyboard = Keyboard()
    keyboard.scan(*"7", "enter")
    keyboard.done.clear()
    keyboard.now -= 0.3
    keyboard.press("ctrl+j", gap=0.06)
    assert keyboard.done == []


@pytest.mark.parametrize(
    "keys", [[*":quit"], ["f8", *"1234"], [*"12", "ctrl+q", *"34"], ["ctrl+l", *"77"], [*"12", "f3"]]
)
def test_a_scan_is_never_a_command(keys: list[str]) -> None:
    keyboard = Keyboard()
    keyboard.scan(*keys, "enter")
    assert [each for each in keyboard.done if isinstance(each, str) and len(each) > 1] == []
    assert len(keyboard.scans) == 1


def test_several_lines_at_once_are_one_text() -> None:
    keyboard = Keyboard()
    keyboard.scan(*"100042", "enter", *"100081", "enter")
    assert keyboard.scans == [Scan("100042\n100081")]


def test_control_characters_that_a_reader_sends_as_keys_are_separators() -> None:
    keyboard = Keyboard()
    keyboard.scan(*"AB", "f8", *"12", "ctrl+right_square_bracket", "3", "enter")
    assert keyboard.scans == [Scan("AB\x1d12\x1d3")]


def test_a_keypad_without_numlock_moves_nothing_and_is_said() -> None:
    keyboard = Keyboard()
    keyboard.scan("down", "pagedown", "insert", "insert", "up", "enter")
    assert keyboard.done == [Scan("\ufffd" * 5, keypad=5)]


def test_a_key_that_is_held_down_comes_again_and_again() -> None:
    keyboard = Keyboard()
    keyboard.press("down")
    keyboard.press("down", gap=0.5)
    keyboard.press("down", "down", "down", gap=0.03)
    assert keyboard.done == ["down"] * 5


def test_a_quick_hand_chooses_a_row() -> None:
    keyboard = Keyboard()
    keyboard.press("down")
    keyboard.press("enter", gap=0.04)
    keyboard.rest(1)
    assert keyboard.done == ["down", "enter"]


def test_an_end_waits_twice_as_long_as_the_reader_takes() -> None:
    for gap, pause in ((0.0, SOONEST), (0.001, SOONEST), (0.01, 0.02), (0.04, BURST)):
        keyboard = Keyboard()
        keyboard.press(*"100042", "enter", gap=gap)
        assert keyboard.bursts.pause == pytest.approx(pause)


def test_a_scan_behind_half_a_name_is_its_own_line() -> None:
    keyboard = Keyboard()
    keyboard.press(*"an")
    keyboard.scan(*"100042", "enter")
    assert keyboard.scans == [Scan("100042")]


@pytest.mark.parametrize(
    ("text", "is_words"), [("Nia Moor", True), ("Nia", False), ("04 A3 2B 11", False), ("", False)]
)
def test_letters_with_a_blank_are_words(text: str, is_words: bool) -> None:
    assert Scan(text).is_words is is_words
