"""A member's lines: what is typed narrows them, Enter asks for the value of the chosen one. What no line is called, may
be somebody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Protocol

from msgspec.structs import replace

from gymtui.protocol import Member
from gymtui.ui.box.mode import Mode
from gymtui.ui.box.offer import Palette
from gymtui.ui.box.people import people
from gymtui.ui.box.settings import SettingsBox, SettingsMode, ValueMode


class MemberBox(SettingsBox, Protocol):
    """The box over the lines of one member."""

    def turn_to(self, member: Member) -> object:
        """Another one's lines, in place of these."""
        ...


class MemberMode(SettingsMode):
    """As the gym's settings are gone through."""

    subject = "The member"
    word: ClassVar[str] = "MEMBER"
    box: MemberBox

    @property
    def placeholder(self) -> str:
        return self.looks_on or "type or ↑ ↓ choose, Enter changes it"

    def typed(self, text: str) -> None:
        super().typed(text)
        if text and not self.box.settings.rows:
            self.box.push(OtherMode(self.box))

    async def entered(self, text: str) -> None:
        if text and not replace(self.box.settings, text=text).rows:  # it came in the same read as its Enter
            self.box.push(other := OtherMode(self.box))
            await other.entered(text)
        else:
            await super().entered(text)

    def ask(self, key: str, words: str, then: Callable[[], object]) -> None:
        """Asks for the value of that line, with the words in the box; `then` follows once that is over."""
        self.box.settings = replace(self.box.settings, text="", chosen=key)
        line = self.box.settings.pick
        assert line is not None  # it is there of every member
        if (locked := self.box.locked) is None:
            self.box.push(ValueMode(self.box, line, then))
            self.box.write(words)
        else:
            self.box.say(self.box.refusal(line.label, *locked))
            then()


class OtherMode(Mode):
    """Lasts as long as no line is called what stands there: Enter turns to whoever is."""

    list = "commands"
    subject = "The member"
    box: MemberBox

    def begun(self) -> None:
        self._find(self.box.text)

    def ended(self) -> None:
        self.box.palette = None

    def typed(self, text: str) -> None:
        if not text or replace(self.box.settings, text=text).rows:
            self.box.pop(self)
            self.box.typed(text)
        elif self.box.palette is None or self.box.palette.text != text:
            self._find(text)

    def moved(self, step: int, text: str) -> None:
        if self.box.palette is not None:
            self.box.palette = self.box.palette.moved(step)

    async def picked(self, row: int) -> None:
        self.box.take()
        self.box.turn_to(self._members[row])

    async def entered(self, text: str) -> None:
        found = self.box.palette if self.box.palette and self.box.palette.text == text else self._find(text)
        if found is not None and found.certain:
            self.box.turn_to(self._members[found.chosen])
            return
        self.box.write(text)
        if found is None:
            step = f"{self.box.key('back')} shows all lines"
            self.box.say(self.box.refusal("Member", "no line is called so, and nobody", step))
        else:
            self.box.palette = found.moved(0)
            step = "↑ ↓ choose one, Enter opens that one"
            self.box.say(self.box.refusal("Member", f"{len(found.options)} are found by that", step))

    def back(self, text: str) -> None:
        self.box.pop(self)
        self.box.typed("")

    def _find(self, text: str) -> Palette | None:
        self._members, self.box.palette = people(self.box, text)
        return self.box.palette
