"""How this desk's reader is set (`:reader`), learned from a few cards whose numbers are on file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec.structs import replace

from gymtui.cards.learning import Lesson, learn
from gymtui.cards.profile import ReaderProfile, of_gym
from gymtui.cards.reading import describe
from gymtui.client.state import VerdictKind
from gymtui.printable import printable
from gymtui.ui.box.mode import Box, Mode
from gymtui.ui.burst import Scan

CARDS: Final = 3  # at least


class ReaderMode(Mode):
    """A card is scanned, then its number typed as it is on file, and again, until one way is left to understand them;
    Enter keeps that, and with a name shares it. ↓ goes through what the gym's other desks have shared. What arrives is
    taken as it is."""

    subject = "The reader"
    is_raw = True

    def __init__(
        self, box: Box, keep: Callable[[ReaderProfile], None], share: Callable[[str, ReaderProfile], object]
    ) -> None:
        super().__init__(box)
        self._keep = keep
        self._share = share
        self._offered = of_gym(box.desk.replica.gym)
        self._chosen: str | None = None  # of these
        self._arrived: str | None = None
        self._samples: list[tuple[str, str]] = []
        self._lesson: Lesson | None = None

    @property
    def prompt(self) -> str:
        return "READER"

    @property
    def placeholder(self) -> str:
        if self._learned is not None:
            return f"Enter keeps it here, a name and Enter shares it, {self.box.key('back')} does neither"
        if self._chosen is not None:
            return f"Enter: this desk has the gym's “{printable(self._chosen)}”, {self.box.key('back')} does not"
        if self._arrived is not None:
            return "now type the number of that card, as it is on file, then Enter"
        known = "; ↓ the gym's" if self._offered and not self._samples else ""
        count = len(self._samples) + 1
        return f"card {count} of {max(CARDS, count)}: scan one whose number you know{known}"

    @property
    def is_busy(self) -> bool:
        return True

    def begun(self) -> None:
        """Says how it is set by now, by hand too."""
        if self.box.desk.reader is not None:
            self._say(" ".join(describe(self.box.desk.reader)), "done")

    def moved(self, step: int, text: str) -> None:
        if text or self._arrived is not None or self._samples or not self._offered:
            return
        names = [*self._offered]
        at = names.index(self._chosen) + step if self._chosen in names else 0
        self._chosen = names[at % len(names)]
        self._say(" ".join(describe(self._offered[self._chosen])), "done")

    async def scanned(self, scan: Scan) -> None:
        self._lesson, self._chosen, self._arrived = None, None, scan.text

    async def entered(self, text: str) -> None:
        if self._learned is not None:
            self.box.pop(self)
            self._keep(self._learned)
            if text:
                self._share(text, self._learned)
        elif not text and self._chosen is not None:
            self.box.pop(self)
            self._keep(self._offered[self._chosen])
        elif text and self._arrived is not None:
            self._learn(self._arrived, text)

    def back(self, text: str) -> None:
        if self._arrived is not None or self._chosen is not None:
            self._arrived = self._chosen = None
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
            self._say(self._lesson.says, "not_done")

    def _say(self, sentences: str, kind: VerdictKind) -> None:
        verdict = self.box.refusal("Reader", sentences.rstrip("."), None)
        self.box.say(replace(verdict, kind=kind))

    @property
    def _learned(self) -> ReaderProfile | None:
        return None if self._lesson is None else self._lesson.learned
