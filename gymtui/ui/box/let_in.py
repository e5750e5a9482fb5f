"""A question at check-in: the gym is full, and whoever stands at the desk says yes or lets it be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from textual.timer import Timer

from gymtui.client.state import Verdict
from gymtui.protocol import Member
from gymtui.ui.box.mode import Box, Mode, QuestionMode

UNUSED: Final = 30.0  # seconds until a question that nobody answers is gone: the next Enter means somebody else


def check_in(box: Box, who: Member | str, card: str | None = None) -> None:
    """Lets in, and says so; asks where the rules want that."""
    verdict = box.desk.check_in(who, card)
    box.say(verdict)
    if verdict.kind == "asked":
        box.push(LetIn(box, verdict, who, card))


class LetIn(QuestionMode):
    """Enter on the empty box is the yes. Whatever else is typed or scanned is about the next one, and leaves this one
    out, which the journal has as a refusal."""

    style = "-overriding"
    _unused: Timer | None = None

    def __init__(self, box: Box, verdict: Verdict, who: Member | str, card: str | None) -> None:
        super().__init__(box)
        self._verdict, self._who, self._card = verdict, who, card
        self._is_answered = False

    @property
    def signs(self) -> Mapping[str, Callable[[Box], Mode]]:
        return self.box.below(self).signs

    @property
    def prompt(self) -> str:
        return "LET IN?"

    @property
    def placeholder(self) -> str:
        return f"Enter lets in, {self.box.key('back')} does not: {self.box.named(self._verdict.subject)}"

    def begun(self) -> None:
        self._unused = self.box.set_timer(UNUSED, lambda: self.box.pop(self))

    def ended(self) -> None:
        if self._unused is not None:
            self._unused.stop()
        if not self._is_answered:
            self.box.desk.pass_over(self._verdict)

    async def entered(self, text: str) -> None:
        self._is_answered = not text
        await super().entered(text)

    def settled(self, verdict: Verdict) -> None:
        """Of somebody new, whom the server has not taken, there is nothing more to ask."""
        if isinstance(self._who, Member) and self.box.desk.replica.members.member(self._who.id) is None:
            self._is_answered = True
            self.box.pop(self)

    def suspended(self) -> None:
        self.box.pop(self)

    async def confirmed(self, below: Mode) -> None:
        self.box.say(self.box.desk.check_in(self._who, self._card, sure=True))
