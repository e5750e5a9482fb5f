"""A few questions, one after the other, in the one box: what is typed is the answer to the one that stands there."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from gymtui.client.state import Hit, Verdict
from gymtui.ui.box.front_desk_box import FrontDeskBox
from gymtui.ui.box.let_in import check_in
from gymtui.ui.box.mode import Mode
from gymtui.ui.box.search import FOUND, Search
from gymtui.ui.burst import Scan


class Question(Struct, frozen=True, kw_only=True):
    """One of them: `prompt` before the box, `hint` in it; `finds`: the answer is a member, whom the hits show."""

    key: str
    prompt: str
    hint: str
    finds: bool = False


class Doubt(ValueError):
    """Why a text is likely no answer. Enter once more says that it is one."""


class FormMode(Mode):
    """Enter answers, Esc goes back to the question before. A card that is scanned where no card is asked for comes in
    all the same, and the form waits."""

    list = "hits"
    subject = "The form"
    box: FrontDeskBox

    def __init__(self, box: FrontDeskBox) -> None:
        super().__init__(box)
        self.answers: dict[str, Any] = {}
        self._texts: list[str] = []  # as they were typed
        self._doubted: tuple[str, str] | None = None  # a question, and what was asked about
        self._refused: Verdict | None = None  # what was said of the last answer that was none

    def begin_over(self, first: str = "") -> None:
        """In place of whatever the box meant; what stands there, or else `first`, is suggested for the first answer."""
        text = self.box.take() or first
        self.box.search = None
        self.box.reset()
        self.box.push(self)
        self.box.write(text, selected=True)

    # --- what each form has of its own --------------------------------------------------------------------------------

    @property
    @abstractmethod
    def questions(self) -> tuple[Question, ...]:
        """All of them, as far as what was answered says it."""

    @abstractmethod
    def read(self, question: Question, text: str) -> Any:
        """What an answer means; a ValueError says why it is none."""

    @abstractmethod
    def done(self) -> None:
        """All are answered; the form is over by now."""

    # --- the box ------------------------------------------------------------------------------------------------------

    @property
    def question(self) -> Question:
        """The one that is asked."""
        return self.questions[min(len(self._texts), len(self.questions) - 1)]

    @property
    def prompt(self) -> str:
        return self.question.prompt

    @property
    def placeholder(self) -> str:
        """The way back is told once: there is no room for it where a question says what was answered."""
        at, count = len(self._texts) + 1, len(self.questions)
        return f"{at} of {count}: {self.question.hint}" + (
            "" if self._texts else f" ({self.box.key('back')} goes back)"
        )

    @property
    def is_busy(self) -> bool:
        return True

    def ended(self) -> None:
        self.box.search = None

    def typed(self, text: str) -> None:
        if not self.question.finds or not text:
            self.box.search = None
        elif self.box.search is None or not self.box.search.answers(text):
            row = None if self.box.search is None else self.box.search.numbered(text)
            hits = self.find(text)
            self.box.search = row if row and not hits else Search(text=text, hits=hits, rows=self.box.hit_rows)

    def moved(self, step: int, text: str) -> None:
        if self.question.finds:
            search = self.box.search or Search(text=text, hits=self.find(text), rows=self.box.hit_rows)
            self.box.search = search.moved(step) if search.hits else self.box.search

    async def picked(self, row: int) -> None:
        if self.box.search is not None:
            self.box.search = replace(self.box.search, chosen=row)
            await self.entered(self.box.take())

    def back(self, text: str) -> None:
        if text or self.box.search:
            self.box.search = None
        elif self._texts:
            self.box.write(self._texts.pop())
        else:
            self.box.pop(self)

    async def entered(self, text: str) -> None:
        question = self.question
        try:
            answer = self.read(question, text)
        except ValueError as error:
            step = "Enter takes it all the same" if isinstance(error, Doubt) else question.hint
            self._refused = self.box.refusal(question.prompt.capitalize(), str(error), step)
            self.box.say(self._refused)
            self.box.write(text)
            return
        if self._refused is not None and self.box.verdict == self._refused:
            self.box.verdict = None  # it is answered by now
        self.box.search = None
        self.answers[question.key] = answer
        self._texts.append(text)
        if len(self._texts) == len(self.questions):
            self.box.pop(self)
            self.done()

    async def scanned(self, scan: Scan) -> None:
        if self.question.key in ("host", "card") or scan.is_words:
            await self.entered(scan.text)
        elif (owned := self.box.owner(scan.text)) is not None:
            check_in(self.box, owned.member, owned.card.code)
        else:
            self.box.say(self.box.unknown_card("nobody here has that number", "go on with the question"))

    def commanded(self, name: str | None) -> bool:
        """Undo takes the form back, and nothing else."""
        self.box.pop(self)
        return name == "undo"

    # --- answers that several forms have ------------------------------------------------------------------------------

    def doubt(self, question: Question, text: str, why: str) -> None:
        """Asks about an answer, once."""
        before, self._doubted = self._doubted, (question.key, text)
        if self._doubted != before:
            raise Doubt(why)

    def name(self, question: Question, text: str, whose: str) -> str:
        """What somebody is called; ValueError where it is nothing."""
        if not text.strip():
            raise ValueError(f"{whose} has a name")
        if not any(character.isalpha() for character in text):
            self.doubt(question, text, "a name has letters")
        return text

    def find(self, text: str) -> tuple[Hit, ...]:
        """Whom the hits show for a text."""
        return tuple(self.box.desk.find(text, FOUND))

    def pick(self, text: str) -> Hit | None:
        """The one who is chosen of those that are shown for it."""
        search = self.box.search
        return search.pick if search is not None and search.answers(text) else None

    def member(self, text: str) -> Hit:
        """The one whom a text means; ValueError where that is nobody, or could be several."""
        if (picked := self.pick(text)) is not None:
            return picked
        if (owned := self.box.owner(text)) is not None:
            return self.box.desk.hit(owned.member)
        exact = [hit for hit in self.box.desk.find(text, FOUND) if not hit.near]
        if len(exact) == 1:
            return exact[0]
        raise ValueError("several match: choose one with ↓" if exact else "nobody is found by that")


def yes(text: str) -> bool:
    """Enter alone is yes; ValueError for what is neither yes nor no."""
    if text.lower() not in ("", "y", "yes", "n", "no"):
        raise ValueError("that is neither yes nor no")
    return text.lower() in ("", "y", "yes")
