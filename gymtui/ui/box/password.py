"""Another password for whoever is logged in (`:password`): the present one, the new one, the new one again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from textual.timer import Timer

from gymtui.client.state import Verdict
from gymtui.names import spellings
from gymtui.passwords import least_of, unfit
from gymtui.ui.box.masked import Masked
from gymtui.ui.box.mode import Box

QUESTIONS: Final = (
    ("PASSWORD", "type your present password"),
    ("NEW ONE", "type a new password, {least} characters or more"),
    ("AGAIN", "type the new password again: Enter changes it"),
    ("PASSWORD", "the server is asked …"),
)
LONGEST: Final = 119  # characters; the box takes one more, which says that there may have been others
UNUSED: Final = 60.0  # seconds until an answer is forgotten: whoever comes next must not go on with it


class PasswordMode(Masked):
    """Asks from the beginning until the password is changed, or Esc; no answer is kept longer than its question.

    `whose` it will be: name and role. `change` gets the present password and the new one, and calls `settled_with`;
    `over` is called at the end, whatever that is.
    """

    subject = "The password"

    _unused: Timer | None = None

    def __init__(
        self,
        box: Box,
        change: Callable[[str, str], object],
        over: Callable[[], None],
        *,
        whose: tuple[str, str | None] = ("", None),
    ) -> None:
        super().__init__(box)
        self._name, self._role = whose
        self._change = change
        self._over = over
        self._answers: tuple[str, ...] = ()

    @property
    def prompt(self) -> str:
        return QUESTIONS[len(self._answers)][0]

    @property
    def placeholder(self) -> str:
        question = QUESTIONS[len(self._answers)][1].replace("{least}", str(least_of(self._role)))
        return f"{question} ({self.box.key('back')} goes back)"

    def typed(self, text: str) -> None:
        self._wait_again()

    def ended(self) -> None:
        self._asks(())
        if self._unused is not None:
            self._unused.stop()
        self._over()

    def back(self, text: str) -> None:
        if 0 < len(self._answers) < len(QUESTIONS) - 1:
            self._asks(self._answers[:-1])
        else:
            self.box.pop(self)

    async def typed_out(self, text: str) -> None:
        if (why := self._objection(text)) is not None:
            self._asks(self._answers[:1])
            self.box.say(refusal(self.box, why))
        elif len(self._answers) < len(QUESTIONS) - 1:
            self._asks((*self._answers, text))
            if len(self._answers) == len(QUESTIONS) - 1:
                self._change(self._answers[0], self._answers[1])
                self._answers = ("",) * len(self._answers)

    def settled_with(self, problem: str | None) -> None:
        """What became of it: a sentence where nothing was changed."""
        if problem is None:
            self.box.take()
            self.left()
        else:
            self._asks(())
            self.box.say(refusal(self.box, problem))

    def _asks(self, answers: tuple[str, ...]) -> None:
        self._answers = answers
        self._wait_again()

    def _wait_again(self) -> None:
        if self._unused is not None:
            self._unused.stop()
        self._unused = self.box.set_timer(UNUSED, self._forget)

    def _forget(self) -> None:
        if 0 < len(self._answers) < len(QUESTIONS) - 1:
            self._answers = ()
            self.box.take()
            self.box.say(refusal(self.box, "Nobody went on: type your present password again"))

    def _refuse(self, why: str) -> None:
        self.box.say(refusal(self.box, f"{why}: {self.box.key('back')} first"))

    def _objection(self, text: str) -> str | None:
        """Why this cannot be the answer to this question."""
        if len(text) > LONGEST:
            return f"The box takes {LONGEST} characters at the most: please choose a shorter one."
        match self._answers:
            case (present,):
                return unfit(text, present=present, role=self._role, name=self._name)
            case (_, new) if next(spellings(text)) != next(spellings(new)):
                return "The two differ: please type it twice once more."
            case _:
                return None


def refusal(box: Box, why: str) -> Verdict:
    """The verdict that a sentence is: what is wrong, and behind its colon what to do."""
    detail, _, step = why.rstrip(".").partition(": ")
    return box.refusal("Password", detail[:1].lower() + detail[1:], step or None)
