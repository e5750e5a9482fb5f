"""Only the cells that changed leave for the terminal; Textual by itself writes all of a region that was drawn anew.

The one place that knows how Textual (8.2) hands a frame over; where another one does it otherwise, frames go as they
come.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from rich.cells import split_graphemes
from rich.color import ColorSystem
from rich.console import Console
from rich.style import Style
from textual.strip import Strip

from gymtui.ui.cell_writing import UNKNOWN, Cell, Pen, Row, blank, rewritten

try:
    from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
except ImportError:
    ChopsUpdate = CompositorUpdate = LayoutUpdate = type("Unknown", (), {})  # type: ignore[assignment,misc]

logger = logging.getLogger(__name__)


class ChangedCells(CompositorUpdate):
    """What Textual wants on the terminal, and what is there, cell by cell; as a frame, whatever differs. `erases`: the
    terminal can erase cells, which then have the background that it writes with."""

    def __init__(self, *, erases: bool = False) -> None:
        self._erases = erases
        self._wanted: list[Row] = []
        self._shown: list[Row] = []
        self._is_able = True

    def forget(self) -> None:
        """The terminal was cleared, or somebody else wrote on it: all is written anew."""
        self._shown = [[UNKNOWN] * len(row) for row in self._wanted]

    @property
    def differ(self) -> bool:
        return self._wanted != self._shown

    def take(self, update: object, console: Console) -> Any:
        """What to write for an update of Textual's; the update itself, where it is none that is known."""
        if update is None or not self._is_able:
            return update
        try:
            self._put(update, console._color_system or ColorSystem.TRUECOLOR)
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            logger.warning("More goes to the terminal than has changed: %s", error)
            self._is_able = False
            self._wanted = self._shown = []
            return update
        return self

    def render_segments(self, console: Console) -> str:
        """What differs, which is there then."""
        return rewritten(self._wanted, self._shown, erases=self._erases)

    def _put(self, update: object, colors: ColorSystem) -> None:
        if isinstance(update, LayoutUpdate):
            self._measure(update.region.right, update.region.bottom)
            strips = _strips(update)
        elif isinstance(update, ChopsUpdate):
            self._measure(update.chop_ends[0][-1], len(update.chops))
            strips = _chops(update)
        else:
            raise TypeError(f"{type(update).__name__} is no update of a full screen")
        for x, y, strip in strips:
            _put(self._wanted[y], x, cells(strip, colors))

    def _measure(self, columns: int, rows: int) -> None:
        if (len(self._wanted), len(self._wanted[0]) if self._wanted else 0) != (rows, columns):
            self._wanted = [[UNKNOWN] * columns for _ in range(rows)]
            self.forget()


def _strips(update: LayoutUpdate) -> Iterator[tuple[int, int, Strip]]:
    """All lines, each strip with its place."""
    for y, line in enumerate(update.strips, update.region.y):
        x = update.region.x
        for strip in line:
            yield x, y, strip
            x += strip.cell_length


def _chops(update: ChopsUpdate) -> Iterator[tuple[int, int, Strip]]:
    """As far as they are in the spans that were drawn anew: beyond, what lies over them was not asked."""
    for y, first, last in update.spans:
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=True):
            if strip is not None and x < last and end > first:
                yield x, y, strip.crop(0, min(end, last) - x)


def _put(row: Row, x: int, cells: list[Cell]) -> None:
    """In their place; of a wide letter that they leave but half of, that half is blank."""
    end = min(x + len(cells), len(row))
    for edge, half in ((x, x - 1), (end, end)):
        if 0 < edge < len(row) and not (cut := row[edge]).text and cut is not UNKNOWN:
            row[half] = blank(cut.pen)
    row[x:end] = cells[: end - x]


def cells(strip: Strip, colors: ColorSystem) -> list[Cell]:
    """As many as the strip is long."""
    found: list[Cell] = []
    for text, style, _ in strip:
        marks, cells = _cells(text, _pen(style or Style.null(), colors))
        if marks and found:  # their letter ends the text before
            at = -1 if found[-1].text else -2
            found[at] = found[at]._replace(text=found[at].text + marks, is_sure=False)
        found += cells
    return found


@lru_cache(4096)
def _cells(text: str, pen: Pen) -> tuple[str, list[Cell]]:
    """The marks before its first letter, and the cells of the others."""
    spans = split_graphemes(text)[0]
    letters = [(text[start:end], width) for start, end, width in spans]
    marks = "".join(letter for letter, width in letters if not width)
    return marks, [cell for letter, width in letters if width for cell in _letter(letter, width, pen)]


@lru_cache(65536)
def _letter(letter: str, width: int, pen: Pen) -> list[Cell]:
    """The same ones each time: what is identical is soon compared."""
    if letter == " ":
        return [blank(pen)]
    return [Cell(letter, pen, is_sure=len(letter) == width == 1), *[Cell("", pen, is_sure=False)] * (width - 1)]


@lru_cache(4096)
def _pen(style: Style, colors: ColorSystem) -> Pen:
    parts = (style.without_color, Style(color=style.color), Style(bgcolor=style.bgcolor))
    return Pen(*(Strip.render_ansi(part, colors) for part in parts))
