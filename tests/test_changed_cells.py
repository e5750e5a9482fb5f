"""Only the cells that changed are written, and the terminal shows what it would if all were, cell for cell."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
from random import Random
from typing import Final

import pytest
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, InlineUpdate
from textual.strip import Strip

from gymtui.ui import cell_writing
from gymtui.ui.changed_cells import ChangedCells, cells
from tests.glass_kit import CONSOLE, Glass, frame, whole, written_anew

COLUMNS, ROWS = 24, 6
LETTERS: Final = ["a", "b", "ä", " ", " ", "▲", "é", "你", "好", "👍", "e\u0301", "n\u0303"]
STYLES: Final = [
    Style.parse(words)
    for words in (
        "white on blue",
        "red on blue",
        "bold red on blue",
        "underline #102030",
        "reverse",
        "none",
        "on #ff8800",
    )
]


def line(text: str, style: str = "white on black") -> Strip:
    return Strip([Segment(text, Style.parse(style))])


def some(random: Random, columns: int) -> Strip:
    """So many cells at random."""
    letters = [Segment(random.choice(LETTERS), random.choice(STYLES)) for _ in range(columns)]
    return Strip(letters).crop(0, columns)


def over(old: Strip, x: int, new: Strip) -> Strip:
    return Strip.join([old.crop(0, x), new, old.crop(x + new.cell_length, old.cell_length)])


def chop(y: int, x: int, strip: Strip, *, last: int | None = None) -> ChopsUpdate:
    """A piece of one line, of which `last` is the end that was asked for."""
    end = x + strip.cell_length
    cuts = [[0, COLUMNS] if row != y else sorted({0, x, end, COLUMNS}) for row in range(ROWS)]
    chops = [{cut: strip if (row, cut) == (y, x) else None for cut in each[:-1]} for row, each in enumerate(cuts)]
    return ChopsUpdate(chops, [(y, x, end if last is None else last)], [cut[1:] for cut in cuts])


@pytest.mark.parametrize("many", [None, 1, 3])
@pytest.mark.parametrize("seed", range(5))
def test_random_screens_are_the_same_cell_for_cell(
    seed: int, many: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`many` blanks are erased, where any are."""
    monkeypatch.setattr(cell_writing, "MANY", many)
    monkeypatch.setattr(cell_writing, "BLANKS", re.compile(f" {{{many},}}(?=[ -~]|$)"))
    random, cells, glass = Random(seed), ChangedCells(erases=many is not None), Glass(COLUMNS, ROWS)
    lines = [some(random, COLUMNS) for _ in range(ROWS)]
    glass.write(frame(cells, whole(lines)))
    for _ in range(20):
        if random.random() < 0.3:  # all go up or down
            lines = random.choice(([*lines[1:], some(random, COLUMNS)], [some(random, COLUMNS), *lines[:-1]]))
            glass.write(frame(cells, whole(lines)))
        y, x = random.randrange(ROWS), random.randrange(COLUMNS)
        piece = some(random, random.randint(1, COLUMNS - x))
        lines[y] = over(lines[y], x, piece)
        glass.write(frame(cells, chop(y, x, piece)))
        assert glass.cells == written_anew(lines).cells


@pytest.mark.parametrize(
    ("before", "after", "writes"),
    [
        ("Ana Silva", "Ana Silva", ""),
        ("17:24:01", "17:24:02", "\x1b[1;8H\x1b[37;40m2\x1b[m"),
        ("ab  cd ef", "xb  cd ey", "\x1b[1;1H\x1b[37;40mx\x1b[7Cy\x1b[m"),
        ("one two", "ONE TWO", "\x1b[1;1H\x1b[37;40mONE TWO\x1b[m"),
    ],
)
def test_nothing_but_what_changed_is_written(before: str, after: str, writes: str) -> None:
    cells = ChangedCells()
    frame(cells, whole([line(before)]))
    assert frame(cells, whole([line(after)])) == writes
    assert not cells.differ


@pytest.mark.parametrize(
    ("text", "style", "writes"),
    [
        (f"a{' ' * 14}b{' ' * 8}", "white on blue", f"\x1b[37;44ma\x1b[14X\x1b[14Cb{' ' * 8}\x1b[m"),
        (f"a{' ' * 23}", "white on blue", "\x1b[37;44ma\x1b[23X\x1b[m"),
        (f"a{' ' * 13}\u0301b{' ' * 9}", "none", f"a\x1b[12X\x1b[12C \u0301\x1b[1;15Hb{' ' * 9}"),
        (f"a{' ' * 23}", "underline", f"\x1b[0;4ma{' ' * 23}\x1b[m"),
    ],
)
def test_many_blanks_are_erased_and_stepped_over_where_they_are_nothing_but_their_background(
    text: str, style: str, writes: str
) -> None:
    cells, glass = ChangedCells(erases=True), Glass(COLUMNS, 1)
    written = frame(cells, whole([line(text, style)]))
    glass.write(written)
    assert written == f"\x1b[1;1H{writes}"
    assert glass.cells == written_anew([line(text, style)]).cells


@pytest.mark.parametrize(
    ("term", "erases"), [("xterm-256color", True), ("linux", True), ("screen-256color", False), ("nobodys", False)]
)
def test_what_a_terminal_can_erase_stands_in_terminfo(term: str, *, erases: bool) -> None:
    command = "from gymtui.ui.erasing import erases_in_colour; print(erases_in_colour())"
    environment = {**os.environ, "TERM": term}
    told = subprocess.run([sys.executable, "-c", command], env=environment, check=True, capture_output=True, text=True)
    assert told.stdout.strip() == str(erases)


def test_of_a_pen_only_what_is_new_is_written() -> None:
    cells = ChangedCells()
    strip = Strip([Segment("a", Style.parse("red on blue")), Segment("b", Style.parse("green on blue")), Segment("c")])
    assert frame(cells, whole([strip])) == "\x1b[1;1H\x1b[31;44ma\x1b[32mb\x1b[0mc"


def test_what_stands_above_is_written_first_and_with_it_all_of_its_pen() -> None:
    cells = ChangedCells()
    lines = [line("title", "red"), line("other", "none"), line("again", "red")]
    assert frame(cells, whole(lines)) == "\x1b[1;1H\x1b[31mtitle\x1b[3;1Hagain\x1b[2;1H\x1b[0mother"


def test_what_stands_behind_a_letter_whose_width_terminals_do_not_agree_on_is_put_in_its_place() -> None:
    cells = ChangedCells()
    assert frame(cells, whole([line("你e\u0301b", "none")])) == "\x1b[1;1H你\x1b[1;3He\u0301\x1b[1;4Hb"


def test_a_mark_in_another_colour_than_its_letter_stays_with_it() -> None:
    strip = Strip([Segment("e", Style.parse("red")), Segment("\u0301f", Style.parse("green"))])
    assert frame(ChangedCells(), whole([strip])).count("e\u0301") == 1


def test_half_a_wide_letter_is_a_blank() -> None:
    for x, left in ((0, "x "), (1, " x")):
        cells, glass = ChangedCells(), Glass(COLUMNS, ROWS)
        glass.write(frame(cells, whole([line(f"你{' ' * (COLUMNS - 2)}")] * ROWS)))
        glass.write(frame(cells, chop(0, x, line("x"))))
        assert glass.cells == written_anew([line(left.ljust(COLUMNS)), *[line(f"你{' ' * (COLUMNS - 2)}")] * 5]).cells


def test_a_piece_counts_as_far_as_it_was_asked_for() -> None:
    cells = ChangedCells()
    frame(cells, whole([line("." * COLUMNS)] * ROWS))
    assert frame(cells, chop(2, 4, line("abcdef"), last=7)) == "\x1b[3;5H\x1b[37;40mabc\x1b[m"


@pytest.mark.parametrize(
    ("before", "after", "moves"),
    [
        ("abcdef", "xabcde", "\x1b[1;6r\x1b[1;1H\x1b[1L\x1b[r"),
        ("abcdef", "bcdefx", "\x1b[1;6r\x1b[1;1H\x1b[1M\x1b[r"),
        ("=abcd-", "=xyab-", None),  # as many would be written as are moved
        ("=abcd-", "=xabc-", "\x1b[2;5r\x1b[2;1H\x1b[1L\x1b[r"),
        ("=    -", "=ab  -", None),
    ],
)
def test_lines_that_only_moved_are_moved_by_the_terminal(before: str, after: str, moves: str | None) -> None:
    cells, glass = ChangedCells(), Glass(3, ROWS)
    glass.write(frame(cells, whole(line(letter * 3) for letter in before)))
    text = frame(cells, whole(line(letter * 3) for letter in after))
    glass.write(text)
    assert text.startswith(moves or "\x1b[2;1H")
    assert moves is None or not any(letter * 3 in text for letter in before)
    assert glass.cells == written_anew(line(letter * 3) for letter in after).cells


def test_only_lines_that_changed_are_compared_cell_by_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str] = []
    compare = cell_writing._changes

    def count(wanted: cell_writing.Row, shown: cell_writing.Row) -> str:
        compared.append("".join(cell.text for cell in wanted))
        return compare(wanted, shown)

    monkeypatch.setattr(cell_writing, "_changes", count)
    cells = ChangedCells()
    frame(cells, whole(line(letter * COLUMNS) for letter in "abcdef"))
    compared.clear()
    frame(cells, whole(line(letter * COLUMNS) for letter in "abXdef"))
    assert compared == ["X" * COLUMNS]


def test_a_screen_with_another_one_in_its_place_is_not_searched_for_lines_that_moved(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cell_writing, "_blocks", None)  # not to be called
    cells = ChangedCells()
    frame(cells, whole(line(letter) for letter in "abcd  "))
    assert frame(cells, whole(line(letter) for letter in "efgh a"))


def test_the_same_letter_is_the_same_cell_whatever_stands_around_it() -> None:
    one, other = (cells(line(text), ColorSystem.TRUECOLOR) for text in ("an a", "that a"))
    assert one[-1] is other[-1] is one[0]
    assert one[2] is other[4]


def test_what_was_forgotten_is_written_anew_and_so_is_another_size() -> None:
    cells, lines = ChangedCells(), [line("Ana"), line("Ben")]
    first = frame(cells, whole(lines))
    cells.forget()
    assert cells.differ
    assert frame(cells, whole(lines)) == first
    assert "Ana " in frame(cells, whole([line("Ana "), line("Ben ")]))


def test_what_is_no_update_of_a_full_screen_goes_as_it_came_and_whatever_follows(
    caplog: pytest.LogCaptureFixture,
) -> None:
    cells, strange = ChangedCells(), InlineUpdate([line("Ana")])
    with caplog.at_level(logging.WARNING):
        assert cells.take(strange, CONSOLE) is strange
    assert "InlineUpdate" in caplog.text
    update = whole([line("Ana")])
    assert cells.take(update, CONSOLE) is update
    assert cells.take(None, CONSOLE) is None
