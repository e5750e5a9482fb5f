"""What a terminal shows of what is written to it, cell by cell."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import pyte
from rich.console import Console
from textual._compositor import LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from gymtui.ui.changed_cells import ChangedCells

CONSOLE: Final = Console(color_system="truecolor", force_terminal=True)
FRAMING: Final = len("\x1b[?2026h\x1b[24;80H\x1b[?2026l")  # what Textual writes around each frame


class Glass:
    """A terminal of this size that is written to."""

    def __init__(self, columns: int, rows: int) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._screen.reset_mode(pyte.modes.DECAWM >> 5, private=True)  # as Textual has it
        self._stream = pyte.Stream(self._screen)

    def write(self, text: str) -> None:
        self._stream.feed(text)

    @property
    def cells(self) -> list[list[tuple[object, ...]]]:
        """What is seen: of a blank only what is behind it."""
        rows, columns = range(self._screen.lines), range(self._screen.columns)
        return [[_seen(self._screen.buffer[y][x]) for x in columns] for y in rows]


def _seen(char: pyte.screens.Char) -> tuple[object, ...]:
    if char.data == " " and not (char.underscore or char.strikethrough or char.reverse):
        return (" ", char.bg)
    return tuple(char)


def whole(lines: Iterable[Strip]) -> LayoutUpdate:
    """A whole screen, as Textual hands it over."""
    strips = list(lines)
    return LayoutUpdate([[line] for line in strips], Region(0, 0, strips[0].cell_length, len(strips)))


def written_anew(lines: Iterable[Strip]) -> Glass:
    """A terminal on which Textual has written all of that itself."""
    strips = list(lines)
    glass = Glass(strips[0].cell_length, len(strips))
    glass.write(whole(strips).render_segments(CONSOLE))
    return glass


def frame(cells: ChangedCells, update: object) -> str:
    """What is written for an update."""
    taken: ChangedCells = cells.take(update, CONSOLE)
    return taken.render_segments(CONSOLE)
