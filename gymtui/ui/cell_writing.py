"""Makes a terminal that shows some cells show others, with as few bytes as that takes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import compress, groupby
from operator import attrgetter
from typing import Final, NamedTuple

SEEN_ON_BLANK: Final = {"4", "7", "9", "21", "51", "52", "53"}  # lines around a cell, and reverse


class Pen(NamedTuple):
    """How a cell is written, in parameters of SGR; empty: as the terminal does by itself. Nothing here has links."""

    attributes: str = ""
    foreground: str = ""
    background: str = ""


class Cell(NamedTuple):
    """A letter with its marks; nothing, right of a wide one. `is_sure`: all terminals agree how wide it is."""

    text: str
    pen: Pen
    is_sure: bool = True


Row = list[Cell]
UNKNOWN: Final = Cell("", Pen("unknown"), is_sure=False)  # nobody knows what stands there
TEXT: Final = attrgetter("text")
PEN: Final = attrgetter("pen")


@lru_cache(256)
def blank(pen: Pen) -> Cell:
    """One that looks alike is alike: it has no more than its background, unless the pen draws on it."""
    return Cell(" ", Pen(background=pen.background) if _leaves_blanks(pen) else pen)


@lru_cache(256)
def _leaves_blanks(pen: Pen) -> bool:
    """Is nothing of it seen of a blank but its background?"""
    return SEEN_ON_BLANK.isdisjoint(pen.attributes.split(";"))


def rewritten(wanted: list[Row], shown: list[Row], *, erases: bool = False) -> str:
    """What to write, after which `shown` is what is `wanted`; `erases`: what the terminal erases has its background."""
    scroll = max(_scrolls(wanted, shown), default=None)
    text = "" if scroll is None else scroll.done(shown)
    runs = [run for y, row in enumerate(wanted) if row != shown[y] for run in _runs(y, row, shown[y])]
    shown[:] = map(list, wanted)
    return text + _written(runs, erases=erases)


class Scroll(NamedTuple):
    """Lines that only stand further down, or up where `by` is negative: the terminal itself can move them."""

    spared: int  # lines that need not be written then
    by: int
    top: int
    bottom: int

    def done(self, shown: list[Row]) -> str:
        """Does it to `shown`; nobody knows what terminals put in the place of what has gone."""
        moved = (
            shown[self.top : self.bottom + 1 - self.by] if self.by > 0 else shown[self.top - self.by : self.bottom + 1]
        )
        new = [[UNKNOWN] * len(shown[0]) for _ in range(abs(self.by))]
        shown[self.top : self.bottom + 1] = [*new, *moved] if self.by > 0 else [*moved, *new]
        how = f"{self.by}L" if self.by > 0 else f"{-self.by}M"
        return f"\x1b[{self.top + 1};{self.bottom + 1}r\x1b[{self.top + 1};1H\x1b[{how}\x1b[r"


def _scrolls(wanted: list[Row], shown: list[Row]) -> Iterator[Scroll]:
    """Those that pay."""
    rows = range(len(wanted))
    changed = [row != old for row, old in zip(wanted, shown, strict=True)]
    for by in range(1 - len(wanted), len(wanted)) if sum(changed) > 2 else ():
        moved = [y - by in rows and wanted[y] == shown[y - by] for y in rows]
        if sum(compress(changed, moved)) - abs(by) > 1:  # or no block of them is worth it
            yield from _blocks(by, moved, changed)


def _blocks(by: int, moved: list[bool], changed: list[bool]) -> Iterator[Scroll]:
    """Lines side by side of those that moved."""
    for has_moved, block in groupby(range(len(moved)), moved.__getitem__):
        lines = [*block]
        spared = sum(changed[y] for y in lines) - abs(by)
        if has_moved and spared > 1:
            yield Scroll(spared, by, min(lines[0], lines[0] - by), max(lines[-1], lines[-1] - by))


MANY: Final = 12  # blanks, which are more bytes than to erase them and step over them
BLANKS: Final = re.compile(f" {{{MANY},}}(?=[ -~]|$)")  # what follows is no mark that the last of them wears


class Run(NamedTuple):
    """Letters of one line that one pen writes without a step."""

    x: int
    y: int
    pen: Pen
    text: str
    end: int | None  # behind it; None: terminals do not agree how wide its last letter is


# What there is to do for a cell, a letter each: nothing, or for a blank nothing; write it, or so that nothing follows.
SAME, SAME_BLANK, CHANGED, LAST = "=_xo"
# What is written without a step. A blank alone between two changes is shorter than a step over it.
STRETCH: Final = re.compile("(?:x|(?<=x)_(?=[xo]))+o?|o")


def _runs(y: int, wanted: Row, shown: Row) -> Iterator[Run]:
    """What differs."""
    for stretch in STRETCH.finditer(_changes(wanted, shown)):
        x, last = stretch.span()
        for pen, text in _merged(groupby(wanted[x:last], PEN)):
            end = x + len(text)
            if text:
                yield Run(x, y, pen, text, end if end < last or stretch[0][-1] == CHANGED else None)
            x = end


def _changes(wanted: Row, shown: Row) -> str:
    return "".join(
        [
            (CHANGED if cell.is_sure else LAST) if cell != old else (SAME_BLANK if cell.text == " " else SAME)
            for cell, old in zip(wanted, shown, strict=True)
        ]
    )


def _merged(groups: Iterable[tuple[Pen, Iterable[Cell]]]) -> list[tuple[Pen, str]]:
    """What pen writes what; neighbours are one where the pen of one writes both."""
    merged: list[tuple[Pen, str]] = []
    for pen, cells in groups:
        text = "".join(map(TEXT, cells))
        before, left = merged[-1] if merged else (pen, "")
        if _writes(before, pen, text):
            merged[-1:] = [(before, left + text)]
        elif _writes(pen, before, left):
            merged[-1:] = [(pen, left + text)]
        else:
            merged.append((pen, text))
    return merged


def _writes(pen: Pen, other: Pen, text: str) -> bool:
    """Does it write what the other one writes?"""
    return pen == other or (not text.strip(" ") and blank(pen).pen == other)


def _written(runs: Iterable[Run], *, erases: bool) -> str:
    """Pen by pen, since a change of it takes more than a step, and that of the uppermost first: on a slow line a title
    says what is on its way. At the end the terminal's own."""
    parts: list[str] = []
    pen, line, column = Pen(), -1, None
    runs = list(runs)
    first = {pen: number for number, pen in enumerate(dict.fromkeys(map(PEN, runs)))}
    for run in sorted(runs, key=lambda run: first[run.pen]):
        text, end = _erasing(run) if erases and _leaves_blanks(run.pen) else (run.text, run.end)
        parts += [_step(line, column, run), _change(pen, run.pen), text]
        pen, line, column = run.pen, run.y, end
    return "".join(parts) + ("" if pen == Pen() else "\x1b[m")


def _erasing(run: Run) -> tuple[str, int | None]:
    """Its letters, between which many blanks are erased and stepped over, and where that ends."""
    text = run.text.rstrip(" ")
    left = len(run.text) - len(text)
    if left < MANY or run.end is None:
        text, left = run.text, 0
    erased = BLANKS.sub(lambda blanks: f"\x1b[{len(blanks[0])}X\x1b[{len(blanks[0])}C", text)
    return erased + (f"\x1b[{left}X" if left else ""), None if run.end is None else run.end - left


def _step(line: int, column: int | None, run: Run) -> str:
    if line != run.y or column is None or run.x < column:
        return f"\x1b[{run.y + 1};{run.x + 1}H"
    return f"\x1b[{run.x - column}C" if run.x > column else ""


@lru_cache(4096)
def _change(old: Pen, new: Pen) -> str:
    changed = [part for part, before in zip(new, old, strict=True) if part != before]
    if "" in changed or new.attributes != old.attributes:
        changed = ["0", *filter(None, new)]
    return f"\x1b[{';'.join(changed)}m" if changed else ""
