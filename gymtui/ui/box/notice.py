"""A line of text that is told to others: a manager's notice to every desk, the note of a handover."""

from __future__ import annotations

from collections.abc import Callable

from gymtui.ui.box.mode import Box, Mode
from gymtui.ui.burst import Scan

LONGEST = 200  # characters of a notice's title


class TextMode(Mode):
    """Whatever is typed is the text; Enter hands it to `done`, Esc lets it be."""

    style = "-overriding"

    def __init__(self, box: Box, prompt: str, placeholder: str, done: Callable[[str], object]) -> None:
        super().__init__(box)
        self._prompt, self._placeholder, self._done = prompt, placeholder, done

    @property
    def prompt(self) -> str:
        return self._prompt

    @property
    def placeholder(self) -> str:
        return f"{self._placeholder}, {self.box.key('back')} does not"

    @property
    def is_busy(self) -> bool:
        return True

    async def entered(self, text: str) -> None:
        """Nothing is no text."""
        if text.strip():
            self.box.pop(self)
            self._done(text.strip())

    async def scanned(self, scan: Scan) -> None:
        """A card is no text, and the text is not lost over it."""
        self.box.say(self.box.refusal("Card", "a text is being written", "Enter or Esc first, then scan again"))

    def commanded(self, name: str | None) -> bool:
        """Nothing that was done before is taken back meanwhile."""
        return name == "undo"
