"""The app that the others derive from: a fatal error is a sentence for the person, and its traceback is in the log."""

from __future__ import annotations

import gc
import logging
from pathlib import Path

from textual.app import App

from gymtui.errors import GymError

logger = logging.getLogger(__name__)


class Stopped(GymError):
    """The screens ended over an error of their own."""


class BaseApp(App[None]):
    """Textual would print a traceback over the person's terminal."""

    def _fatal_error(self) -> None:
        logger.critical("the screens stopped", exc_info=self._exception)
        self._close_messages_no_wait()

    def on_ready(self) -> None:
        if not self.is_headless:
            # A look through everything for garbage is a pause that fingers feel, and in the rush hour there would be
            # one every few seconds: what is there by now stays, and what comes is looked through seldom.
            gc.freeze()
            gc.set_threshold(10_000, 20, 100)

    def show(self, log: Path) -> None:
        """Runs until the person leaves; Stopped where an error was in the way, which `log` tells."""
        self.run()
        if self.return_code:
            raise Stopped(f"The screens stopped over an error, which {log} tells: please start again, nothing is lost.")
