"""The app that the others derive from: a fatal error is a sentence for the person, and its traceback is in the log."""

from __future__ import annotations

import gc
import logging
from pathlib import Path

from textual import events
from textual.app import App
from textual.message import Message

from gymtui.errors import GymError
from gymtui.ui.rest import Rest

logger = logging.getLogger(__name__)


class Stopped(GymError):
    """The screens ended over an error of their own."""


class BaseApp(App[None]):
    """Textual would print a traceback over the person's terminal."""

    _rest: Rest | None = None

    def _fatal_error(self) -> None:
        logger.critical("the screens stopped", exc_info=self._exception)
        self._close_messages_no_wait()

    def on_ready(self) -> None:
        if not self.is_headless:
            gc.freeze()  # what is there by now stays
            gc.set_threshold(10_000, 50, 1_000)  # where somebody types without a rest, or nobody does
            self._rest = Rest(self.set_interval)

    def post_message(self, message: Message) -> bool:
        """Whatever else becomes of a key, nobody rests now."""
        if self._rest is not None and isinstance(message, events.Key):
            self._rest.end()
        return super().post_message(message)

    def show(self, log: Path) -> None:
        """Runs until the person leaves; Stopped where an error was in the way, which `log` tells."""
        self.run()
        if self.return_code:
            raise Stopped(f"The screens stopped over an error, which {log} tells: please start again, nothing is lost.")
