"""Makes a terminal that shows some cells show others, with as few bytes as that takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby
from typing import Final, NamedTuple

SEEN_ON_BLANK: Final = {"4", "7", "9", "21", "51", "52", "53"}  # lines around a cell, and reverse


class Pen(NamedTuple):
    """How a cell is written, in parameters of SGR; empty: as the terminal does by itself. Nothing here has links."""

    attributes: str = ""
    foreground: str = ""
    background: str = ""

    @property
    def is_plain(self) -> bool:
        """Does it write a blank that is nothing but its background?"""
        return SEEN_ON_BLANK.isdisjoint(self.attributes.split(";"))

    def writes(self, cell: Cell) -> bool:
        """Is the cell what it should be, written with this?"""
        return self == cell.pen or (cell == blank(self) and self.is_plain)


class Cell(NamedTuple):
    """A letter with its marks; nothing, right of a wide one."""

    text: str
    pen: Pen


Row = list[Cell | None]  # None: nobody knows


@lru_cache(256)
def blank(pen: Pen) -> Cell:
    """One that looks alike is alike."""
    return Cell(" ", Pen(background=pen.background) if pen.is_plain else pen)


def rewritten(wanted: list[Row], shown: list[Row]) -> str:
    """What to write, after which `shown` is what is `wanted`."""
    scroll = max(_scrolls(wanted, shown), default=None)
    text = "" if scroll is None else scroll.done(shown)
    runs = [run for y, row in enumerate(wanted) if row != shown[y] for run in _runs(y, row, shown[y])]
    shown[:] = map(list, wanted)
    return text + _written(runs)


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
        new: list[Row] = [[None] * len(shown[0]) for _ in range(abs(self.by))]
        shown[self.top : self.bottom + 1] = [*new, *moved] if self.by > 0 else [*moved, *new]
        how = f"{self.by}L" if self.by > 0 else f"{-self.by}M"
        return f"\x1b[{self.top + 1};{self.bottom + 1}r\x1b[{self.top + 1};1H\x1b[{how}\x1b[r"


def _scrolls(wanted: list[Row], shown: list[Row]) -> Iterator[Scroll]:
    """Those that pay."""
    rows = range(len(wanted))
    changed = [row != old for row, old in zip(wanted, shown, strict=True)]
    for by in range(1 - len(wanted), len(wanted)) if sum(changed) > 2 else ():
        moved = [y - by in rows and wanted[y] == shown[y - by] for y in rows]
        for has_moved, block in groupby(rows, moved.__getitem__):
            lines = [*block]
            spared = sum(changed[y] for y in lines) - abs(by)
            if has_moved and spared > 1:
                yield Scroll(spared, by, min(lines[0], lines[0] - by), max(lines[-1], lines[-1] - by))


class Run(NamedTuple):
    """Cells of one line that one pen writes without a step."""

    x: int
    y: int
    pen: Pen
    text: str
    end: int | None  # behind it; None: terminals do not agree how wide its last letter is

    def with_cell(self, x: int, cell: Cell, end: int | None) -> Run | None:
        """The same and this one; None where that takes another pen, or a step."""
        if x == self.end and cell.pen == self.pen:  # nearly all of them
            return Run(self.x, self.y, self.pen, self.text + cell.text, end)
        pen = self.pen if self.pen.writes(cell) else cell.pen
        if x != self.end or (pen != self.pen and not self._is_blank_by(pen)):
            return None
        return self._replace(pen=pen, text=self.text + cell.text, end=end)

    def _is_blank_by(self, pen: Pen) -> bool:
        return not self.text.strip(" ") and pen.writes(Cell(" ", self.pen))


def _runs(y: int, wanted: Row, shown: Row) -> list[Run]:
    """What differs."""
    runs: list[Run] = []
    for x, cell in _changed(wanted, shown):
        end = x + 1 if len(cell.text) == _width(wanted, x) == 1 else None
        if runs and (longer := runs[-1].with_cell(x, cell, end)) is not None:
            runs[-1] = longer
        else:
            runs.append(Run(x, y, cell.pen, cell.text, end))
    return runs


def _changed(wanted: Row, shown: Row) -> Iterator[tuple[int, Cell]]:
    """The cells that differ; and a blank alone between two of them, which is shorter than a step over it."""
    differ = [False, *(cell != old for cell, old in zip(wanted, shown, strict=True)), False]
    for x, (cell, before, here, behind) in enumerate(zip(wanted, differ, differ[1:], differ[2:], strict=False)):
        if cell is not None and cell.text and (here or (cell.text == " " and before and behind)):
            yield x, cell


def _width(row: Row, x: int) -> int:
    if x + 1 < len(row) and (behind := row[x + 1]) is not None and behind.text:
        return 1
    return next((end for end in range(x + 1, len(row)) if (cell := row[end]) is None or cell.text), len(row)) - x


def _written(runs: Iterable[Run]) -> str:
    """Pen by pen, since a change of it takes more than a step; at the end the terminal's own."""
    parts: list[str] = []
    pen, line, column = Pen(), -1, None
    for run in sorted(runs, key=lambda run: run.pen):
        parts += [_step(line, column, run), _change(pen, run.pen), run.text]
        pen, line, column = run.pen, run.y, run.end
    return "".join(parts) + ("" if pen == Pen() else "\x1b[m")


def _step(line: int, column: int | None, run: Run) -> str:
    if line != run.y or column is None or run.x < column:
        return f"\x1b[{run.y + 1};{run.x + 1}H"
    return f"\x1b[{run.x - column}C" if run.x > column else ""


def _change(old: Pen, new: Pen) -> str:
    changed = [part for part, before in zip(new, old, strict=True) if part != before]
    if "" in changed or new.attributes != old.attributes:
        changed = ["0", *filter(None, new)]
    return f"\x1b[{';'.join(changed)}m" if changed else ""
