"""A correction: what was wrong about the chosen visit, then why."""

from __future__ import annotations

from datetime import tzinfo
from typing import Protocol

from msgspec.structs import replace

from gymtui.client.desk.history import Past
from gymtui.protocol import CheckInEvent, Correct
from gymtui.ui.box.mode import Box, Mode
from gymtui.ui.box.offer import Palette
from gymtui.ui.box.people import people
from gymtui.ui.burst import Scan
from gymtui.ui.correction import NEVER, REASONS, correction, for_member
from gymtui.ui.history import outcome


class CorrectBox(Box, Protocol):
    """The box over the history."""

    zone: tzinfo

    def correct(self, visit: CheckInEvent, request: Correct) -> None:
        """Asks the server for that, and says what came of it."""
        ...


class CorrectMode(Mode):
    """A name or a number: it was that person's. A time: it was then. `never`: it never was. Every key of another
    command ends it."""

    style = "-overriding"
    list = "commands"
    subject = "The correction"
    box: CorrectBox

    def __init__(self, box: CorrectBox, visit: CheckInEvent, before: str) -> None:
        super().__init__(box)
        self._visit = visit
        self._before = before  # what the box held, by which the list is filtered all the while
        self._asked: Correct | None = None

    @classmethod
    def begin(cls, box: CorrectBox, chosen: Past | None) -> None:
        """Asks a manager about the chosen visit. It needs the server: what else the member did then has to be known."""
        if not isinstance(chosen, CheckInEvent) or outcome(chosen) is not None:
            box.say(box.refusal("Correction", "no visit is chosen that counts", "type whose, or ↑ ↓ choose one"))
        elif box.connection.phase != "live":
            step = "once it is back; :handover TEXT leaves a note till then"
            box.say(box.refusal("Correction", "that needs the server", step))
        elif box.connection.role != "manager":
            step = f"{box.key('log-in')} logs in somebody else"
            box.say(box.refusal("Correction", "only a manager corrects visits", step))
        else:
            box.push(cls(box, chosen, box.take()))

    @classmethod
    def again(cls, box: CorrectBox, visit: CheckInEvent, asked: Correct) -> None:
        """What nobody has answered stands there once more, for the next Enter."""
        mode = cls(box, visit, box.take())
        mode._asked = asked
        box.push(mode)

    @property
    def prompt(self) -> str:
        return "CORRECT" if self._asked is None else "REASON"

    @property
    def placeholder(self) -> str:
        if self._asked is not None:
            return f"Enter says “{self._asked.reason}”, ↑ ↓ another; or type why"
        who = self.box.named(self._visit.member.full_name)
        return f"not {who}: type who; 18:20 came, -19:30 left; {NEVER} was"

    @property
    def is_busy(self) -> bool:
        return True

    def ended(self) -> None:
        self.box.palette = None
        self.box.write(self._before)

    async def scanned(self, scan: Scan) -> None:
        """Whoever comes in is looked for in the list of all."""
        self._before = ""
        await super().scanned(scan)

    def typed(self, text: str) -> None:
        """What was written there again is what somebody chooses from."""
        if self._asked is not None:
            self.box.palette = None
        elif self.box.palette is None or self.box.palette.text != text:
            self.box.palette = self._found(text)

    def moved(self, step: int, text: str) -> None:
        if self._asked is not None and not text:
            at = REASONS.index(self._asked.reason) + step if self._asked.reason in REASONS else 0
            self._asked = replace(self._asked, reason=REASONS[at % len(REASONS)])
        elif self.box.palette is not None:
            self.box.palette = self.box.palette.moved(step)

    async def entered(self, text: str) -> None:
        if self._asked is not None:
            self.box.pop(self)
            self.box.correct(self._visit, replace(self._asked, reason=text or self._asked.reason))
        elif text:
            self._take(text)

    async def picked(self, row: int) -> None:
        if self.box.palette is not None:
            self.box.palette = self.box.palette.moved(row - self.box.palette.chosen)
            self._take(self.box.take())

    def back(self, text: str) -> None:
        if text:
            self.box.palette = None
        elif self._asked is not None:
            self._asked = None
        else:
            self.box.pop(self)

    def commanded(self, name: str | None) -> bool:
        """Undo takes the question back, and nothing else."""
        self.box.pop(self)
        return name in ("undo", "correct")

    def _take(self, text: str) -> None:
        try:
            asked = correction(text, self._visit, self.box.zone)
        except ValueError:
            self.box.say(self.box.refusal("Correction", f"{text} is no time", "18:20 came, -19:30 left"))
            return
        found = self.box.palette if self.box.palette and self.box.palette.text == text else self._found(text)
        if asked is None and found is None:
            step = "type a name, a number, a time or never"
            self.box.say(self.box.refusal("Correction", "nobody is found by that", step))
        elif asked is None and found is not None and len(found.options) > 1 and not found.certain:
            self.box.write(text)
            self.box.palette = found.moved(0)
            step = "↑ ↓ choose one, Enter takes that one"
            self.box.say(self.box.refusal("Correction", f"{len(found.options)} are found by that", step))
        else:
            self._asked = asked or for_member(self._ids[found.chosen if found else 0], self._visit)
            self.box.palette = None

    def _found(self, text: str) -> Palette | None:
        members, found = people(self.box, text)
        self._ids = [member.id for member in members]
        return found
