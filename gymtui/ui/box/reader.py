"""How this desk's reader is set (`:reader`), learned from a few cards whose numbers are on file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec.structs import replace

from gymtui.cards.learning import Lesson, learn
from gymtui.cards.profile import ReaderProfile, describe
from gymtui.client.state import VerdictKind
from gymtui.ui.box.mode import Box, Mode
from gymtui.ui.burst import Scan

CARDS: Final = 3  # at least


class ReaderMode(Mode):
    """A card is scanned, then its number typed as it is on file, and again, until one way is left to understand them;
    Enter keeps that. What arrives is taken as it is."""

    subject = "The reader"
    is_raw = True

    def __init__(self, box: Box, keep: Callable[[ReaderProfile], None]) -> None:
        super().__init__(box)
        self._keep = keep
        self._arrived: str | None = None
        self._samples: list[tuple[str, str]] = []
        self._lesson: Lesson | None = None

    @property
    def prompt(self) -> str:
        return "READER"

    @property
    def placeholder(self) -> str:
        if self._learned is not None:
            return f"Enter keeps it for this desk, {self.box.key('back')} does not"
        if self._arrived is not None:
            return "now type the number of that card, as it is on file, then Enter"
        return f"card {len(self._samples) + 1} of {max(CARDS, len(self._samples) + 1)}: scan one whose number you know"

    @property
    def is_busy(self) -> bool:
        return True

    async def scanned(self, scan: Scan) -> None:
        self._lesson, self._arrived = None, scan.text

    async def entered(self, text: str) -> None:
        if not text and self._learned is not None:
            self.box.pop(self)
            self._keep(self._learned)
        elif text and self._arrived is not None:
            self._learn(self._arrived, text)

    def back(self, text: str) -> None:
        if self._arrived is not None:
            self._arrived = None
        else:
            self.box.pop(self)

    def _learn(self, arrived: str, number: str) -> None:
        owned = self.box.owner(number)
        if owned is None or owned.card.code != number:
            self.box.say(self.box.refusal("Reader", "nobody here has that number", "type it as it is on file"))
            return
        self._arrived = None
        self._samples.append((arrived, number))
        if len(self._samples) < CARDS:
            return
        self._lesson = learn(self._samples)
        if not self._lesson.profiles:
            self._samples.clear()
        if self._learned is not None:
            self._say(" ".join(describe(self._learned)), "done")
        else:
            self._say(self._lesson.says, "refused")

    def _say(self, sentences: str, kind: VerdictKind) -> None:
        verdict = self.box.refusal("Reader", sentences.rstrip("."), None)
        self.box.say(replace(verdict, kind=kind))

    @property
    def _learned(self) -> ReaderProfile | None:
        return None if self._lesson is None else self._lesson.learned
