"""An import in the box: the path of a list, the answers to its questions, the yes, and the end of what takes its time.

A card that is scanned meanwhile comes in, whatever the box is asking."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from gymtui.importing.questions import Question
from gymtui.printable import printable
from gymtui.search.folding import fold
from gymtui.ui.box.let_in import check_in
from gymtui.ui.box.mode import Box, Mode
from gymtui.ui.box.offer import SIGN as COMMAND
from gymtui.ui.box.palette import PaletteMode
from gymtui.ui.box.screen_box import ScreenBox
from gymtui.ui.burst import Scan
from gymtui.ui.importing.paths import completed, completions, named
from gymtui.ui.importing.sheet import START, Sheet, of_names

YES, NO = "yes", "no"
ANSWER = "Answer"  # the subject of what is said of one that is none
DIGITS = tuple("123456789")  # of the choices that have one
MAY_GO_ON = ("help", "quit", "older", "newer")  # what may be done while something takes its time


class ImportBox(ScreenBox, Protocol):
    """The box over the sheet of an import."""

    sheet: Sheet

    @property
    def locked(self) -> tuple[str, str] | None:
        """Why nobody imports anything here, and what to do."""
        ...

    def move(self, step: int) -> None:
        """So many lines or choices down."""
        ...

    def look_at(self, path: str) -> None:
        """Begins the import of that list."""
        ...

    def take_back(self) -> None:
        """Asks whether the last import is to be taken back."""
        ...


class _ImportMode(Mode):
    list = "import"
    subject = "The import"
    box: ImportBox

    def moved(self, step: int, text: str) -> None:
        self.box.move(step)

    async def scanned(self, scan: Scan) -> None:
        owned = self.box.owner(scan.text)
        if owned is None and scan.fault is not None:
            self.box.say(self.box.unknown_card(*scan.fault))
        else:
            check_in(self.box, *((owned.member, owned.card.code) if owned else (scan.text, None)))


class PathMode(_ImportMode):
    """Which list; Tab completes its path, or shows what it may be."""

    @property
    def signs(self) -> Mapping[str, Callable[[Box], Mode]]:
        return {COMMAND: PaletteMode}

    @property
    def prompt(self) -> str:
        return "LOOK ON" if self.box.locked else "LIST"

    @property
    def placeholder(self) -> str:
        if (locked := self.box.locked) is not None:
            return printable(f"{locked[0]}: {locked[1]}")
        return "type where it is; Tab completes, Enter looks"

    def typed(self, text: str) -> None:
        if self.box.sheet.choices:
            self.box.sheet = START

    def completed(self) -> None:
        text = self.box.text
        paths = completions(text)
        self.box.write(completed(text, paths))
        self.box.sheet = of_names(paths) if len(paths) > 1 else START

    async def picked(self, row: int) -> None:
        path = self.box.sheet.choices[row]
        self.box.sheet = START
        self.box.write(path)

    async def entered(self, text: str) -> None:
        sheet = self.box.sheet
        if sheet.chosen is not None:
            await self.picked(sheet.chosen)
        elif (locked := self.box.locked) is not None:
            self.box.say(self.box.refusal("Import", *locked))
        elif text:
            self.box.look_at(text)

    async def scanned(self, scan: Scan) -> None:
        """A path that was pasted is no card."""
        if self.box.owner(scan.text) is None and named(scan.text).is_file():
            await self.entered(scan.text)
        else:
            await super().scanned(scan)

    def back(self, text: str) -> None:
        if text or self.box.sheet.choices:
            self.box.sheet = START
        else:
            self.box.dismiss()

    def commanded(self, name: str | None) -> bool:
        """Undo is of an import here."""
        if name != "undo":
            return False
        if (locked := self.box.locked) is not None:
            self.box.say(self.box.refusal("Undo", *locked))
        else:
            self.box.take_back()
        return True


class AnswerMode(_ImportMode):
    """One question: `answer` gets a choice, "" where it is left open, None where the person goes back. A burst
    that is a choice was typed fast."""

    def __init__(self, box: ImportBox, question: Question, answer: Callable[[str | None], object]) -> None:
        super().__init__(box)
        self._keys = list(question.choices)
        self._answer = answer
        self._before = box.sheet.chosen  # what was answered before

    @property
    def prompt(self) -> str:
        return "ANSWER"

    @property
    def placeholder(self) -> str:
        if (row := self.box.sheet.chosen) is not None:
            return f"Enter answers “{printable(self._keys[row])}”"
        return "↑ ↓ or a digit; Enter leaves it open"

    @property
    def is_busy(self) -> bool:
        return True

    def typed(self, text: str) -> None:
        if text:
            self.box.sheet = self.box.sheet._replace(chosen=self._meant(text))

    async def picked(self, row: int) -> None:
        self._answer(self._keys[row])

    async def scanned(self, scan: Scan) -> None:
        if scan.text in self._keys or (scan.text in DIGITS and self._meant(scan.text) is not None):
            await self.entered(scan.text)
        else:
            await super().scanned(scan)

    async def entered(self, text: str) -> None:
        row = self._meant(text) if text else self.box.sheet.chosen
        if text and row is None:
            self.box.sheet = self.box.sheet._replace(chosen=self._before)
            self.box.say(self.box.refusal(ANSWER, f"“{printable(text)}” is none of them", "↑ ↓ choose one"))
        else:
            if (verdict := self.box.verdict) is not None and verdict.subject == ANSWER:
                self.box.verdict = None  # of what is answered now
            self._answer("" if row is None else self._keys[row])

    def back(self, text: str) -> None:
        if text or self.box.sheet.chosen != self._before:
            self.box.sheet = self.box.sheet._replace(chosen=self._before)
        else:
            self._answer(None)

    def commanded(self, name: str | None) -> bool:
        return name == "undo"

    def _meant(self, text: str) -> int | None:
        """The choice with that number, or the one that is meant."""
        if text.isdecimal() and 0 < int(text) <= len(self._keys):
            return int(text) - 1
        return meant(text, self._keys)


def meant(text: str, names: Sequence[str]) -> int | None:
    """Which is called so, or else is the only one that begins so."""
    folded = [fold(name) for name in names]
    called = [row for row, name in enumerate(folded) if name == fold(text)]
    begun = [row for row, name in enumerate(folded) if name.startswith(fold(text))]
    return called[0] if called else begun[0] if len(begun) == 1 else None


class AgreeMode(_ImportMode):
    """What is on the sheet is done after a `yes` in full, and after nothing else: `tell` gets that, or `no`, or the one
    of the `other` names that was typed; None where the person goes back."""

    def __init__(
        self, box: ImportBox, prompt: str, what: str, tell: Callable[[str | None], object], other: Sequence[str] = ()
    ) -> None:
        super().__init__(box)
        self._prompt = prompt
        self._what = what
        self._tell = tell
        self._other = other

    @property
    def prompt(self) -> str:
        return self._prompt

    @property
    def placeholder(self) -> str:
        return f"{YES} {self._what}; {NO} lets it be"

    @property
    def is_busy(self) -> bool:
        return True

    async def scanned(self, scan: Scan) -> None:
        """No card has one of these on it."""
        if scan.text.lower() in (YES, NO):
            await self.entered(scan.text)
        else:
            await super().scanned(scan)

    async def entered(self, text: str) -> None:
        if text.lower() in (YES, NO):
            self._tell(text.lower())
        elif text and (row := meant(text, self._other)) is not None:
            self._tell(self._other[row])
        elif text:
            self.box.say(self.box.refusal("Import", f"“{printable(text)}” is no answer", f"type {YES}, or {NO}"))

    def back(self, text: str) -> None:
        if not text:
            self._tell(None)

    def commanded(self, name: str | None) -> bool:
        return name == "undo"


class WorkMode(_ImportMode):
    """Something takes its time, and the screen stays until it is over; `stop` ends it, where it can be ended."""

    def __init__(self, box: ImportBox, what: str, stop: Callable[[], object]) -> None:
        super().__init__(box)
        self.what = what
        self._stop = stop

    @property
    def prompt(self) -> str:
        return "WAIT"

    @property
    def placeholder(self) -> str:
        return f"{self.what} … {self.box.key('back')} stops it"

    @property
    def is_busy(self) -> bool:
        return True

    async def entered(self, text: str) -> None:
        if text:
            self._busy()

    def back(self, text: str) -> None:
        if not text:
            self._stop()

    def commanded(self, name: str | None) -> bool:
        if name in MAY_GO_ON:
            return False
        self._busy()
        return True

    def _busy(self) -> None:
        self.box.say(self.box.refusal("Import", "it is under way", f"{self.box.key('back')} stops it"))
