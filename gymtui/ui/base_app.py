"""The app that the others derive from: a fatal error is a sentence for the person, and its traceback is in the log."""

from __future__ import annotations

import gc
import logging
import os
import sys
from pathlib import Path

from rich.console import RenderableType
from textual import events
from textual.app import App
from textual.message import Message
from textual.screen import Screen

from gymtui.errors import GymError
from gymtui.ui.changed_cells import ChangedCells
from gymtui.ui.rest import Rest

logger = logging.getLogger(__name__)


class Stopped(GymError):
    """The screens ended over an error of their own."""


class BaseApp(App[None]):
    """Textual would print a traceback over the person's terminal."""

    _rest: Rest | None = None

    def __init__(self) -> None:
        super().__init__()
        self._cells = ChangedCells()

    def _fatal_error(self) -> None:
        logger.critical("the screens stopped", exc_info=self._exception)
        self._close_messages_no_wait()

    def on_ready(self) -> None:
        if not self.is_headless:
            gc.freeze()  # what is there by now stays
            gc.set_threshold(10_000, 50, 1_000)  # where somebody types without a rest, or nobody does
            self._rest = Rest(self.set_interval)

    def post_message(self, message: Message) -> bool:
        """Whatever else becomes of a key, nobody rests now; a terminal says its size whenever it is a new one, be it
        after a stop or in another window."""
        if self._rest is not None and isinstance(message, events.Key):
            self._rest.end()
        if isinstance(message, events.Resize):
            self.action_repaint()
        return super().post_message(message)

    def action_repaint(self) -> None:
        """Writes all of the screen anew."""
        self._cells.forget()
        self.refresh()

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """Textual's own, and less of it."""
        frame = self._cells.take(renderable, self.console)
        is_seen = (
            frame is not self._cells or self._cells.differ or self.cursor_position != self._previous_cursor_position
        )
        super()._display(screen, frame if is_seen else None)

    def show(self, log: Path) -> None:
        """Runs until the person leaves; Stopped where an error was in the way, which `log` tells."""
        if sys.__stdin__ is not None and sys.__stdin__.isatty():
            for size in ("COLUMNS", "LINES"):  # a shell's, of another terminal or of before: this one says its own
                os.environ.pop(size, None)
        self.run()
        if self.return_code:
            raise Stopped(f"The screens stopped over an error, which {log} tells: please start again, nothing is lost.")
