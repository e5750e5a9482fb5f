"""The app that the others derive from: a fatal error is a sentence for the person, and its traceback is in the log."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import sys
from pathlib import Path
from typing import Any

import uvloop
from rich.console import RenderableType
from textual import events
from textual.app import App
from textual.message import Message
from textual.messages import TerminalSupportsSynchronizedOutput
from textual.screen import Screen

from gymtui.errors import GymError
from gymtui.ui.changed_cells import ChangedCells
from gymtui.ui.erasing import erases_in_colour
from gymtui.ui.in_flight import QUESTION, InFlight
from gymtui.ui.rest import Rest

logger = logging.getLogger(__name__)


class Stopped(GymError):
    """The screens ended over an error of their own."""


class ScreenLate(Message):
    """To a screen: what it shows stands on the terminal so many seconds later, over a slow line; 0: at once."""

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.seconds = seconds


class BaseApp(App[None]):
    """Textual would print a traceback over the person's terminal."""

    _rest: Rest | None = None
    _in_flight: InFlight | None = None  # where the terminal answers
    _late = 0  # seconds

    def __init__(self) -> None:
        super().__init__()
        self._cells = ChangedCells(erases=erases_in_colour())

    def _fatal_error(self) -> None:
        logger.critical("the screens stopped", exc_info=self._exception)
        self._close_messages_no_wait()

    def on_ready(self) -> None:
        if not self.is_headless:
            gc.freeze()  # what is there by now stays
            gc.enable()
            gc.set_threshold(10_000, 50, 1_000)  # where somebody types without a rest, or nobody does
            self._rest = Rest(self.set_interval)

    def post_message(self, message: Message) -> bool:
        """Whatever else becomes of a key, nobody rests now; a terminal says its size whenever it is a new one, be it
        after a stop or in another window."""
        if self._rest is not None and isinstance(message, events.Key):
            self._rest.end()
        if self._in_flight is not None and isinstance(message, events.InputEvent | events.Resize):
            self._in_flight.typed()
        if isinstance(message, events.Resize):
            self.action_repaint()
        if isinstance(message, TerminalSupportsSynchronizedOutput):
            self._answered()
        return super().post_message(message)

    def action_repaint(self) -> None:
        """Writes all of the screen anew."""
        self._cells.forget()
        self.refresh()

    def refresh_css(self, animate: bool = True) -> None:
        """Textual's own. A theme that is chosen before there is a screen is seen by the first reading of the style
        sheets, and is no reason for another one."""
        if self.screen_stack:
            super().refresh_css(animate)
        else:
            self.stylesheet.set_variables(self.get_css_variables())

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """Textual's own, and less of it: what changes while a frame is in flight waits for the next one."""
        frame = self._cells.take(renderable, self.console)
        if frame is self._cells and not self._is_to_be_drawn:
            frame = None
        super()._display(screen, frame)

    @property
    def _is_to_be_drawn(self) -> bool:
        has_arrived = self._in_flight is None or self._in_flight.is_nothing
        return has_arrived and (self._cells.differ or self.cursor_position != self._previous_cursor_position)

    def _end_update(self) -> None:
        """Behind a frame, and nowhere else."""
        super()._end_update()
        if self._in_flight is not None:
            self._in_flight.written()

    def _answered(self) -> None:
        """The terminal has read all that was before a question: Textual's at the start, and then each of ours."""
        if self._in_flight is None:
            self._in_flight = InFlight(asyncio.get_running_loop(), self._ask_terminal, self._arrived)
            self._in_flight.written()  # whatever was so far
        else:
            self._in_flight.answered()

    def _ask_terminal(self) -> None:
        if self._driver is not None:
            self._driver.write(QUESTION)

    def _arrived(self) -> None:
        """All that was drawn stands there; what has changed meanwhile is drawn now."""
        if self._in_flight is None or not self.screen_stack:
            return
        late = self._in_flight.seconds if self._is_to_be_drawn else 0
        if self._late or late:
            self.screen.post_message(ScreenLate(late))
        self._late = late
        self._draw()

    def _end_batch(self) -> None:
        """While it goes on, nothing is drawn."""
        super()._end_batch()
        self._draw()

    def _draw(self) -> None:
        """What is to be drawn and waits for nothing any more."""
        if self._in_flight is not None and self.screen_stack and self._is_to_be_drawn:
            frame: Any = self._cells
            super()._display(self.screen, frame)

    def show(self, log: Path) -> None:
        """Runs until the person leaves; Stopped where an error was in the way, which `log` tells."""
        if sys.__stdin__ is not None and sys.__stdin__.isatty():
            for size in ("COLUMNS", "LINES"):  # a shell's, of another terminal or of before: this one says its own
                os.environ.pop(size, None)
        gc.disable()  # until the first screen is there
        try:
            uvloop.run(self.run_async())  # asyncio's own keeps a closed screen until all of its timers would have come
        finally:
            gc.enable()
        if self.return_code:
            raise Stopped(f"The screens stopped over an error, which {log} tells: please start again, nothing is lost.")
