"""The history: what is typed is asked at once, Enter shows all of whoever is chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from msgspec.structs import replace

from gymtui.protocol import MemberRef
from gymtui.ui.box.let_in import check_in
from gymtui.ui.box.mode import Box, Mode
from gymtui.ui.box.offer import SIGN as COMMAND
from gymtui.ui.box.palette import PaletteMode
from gymtui.ui.box.screen_box import ScreenBox
from gymtui.ui.burst import Scan
from gymtui.ui.history import History


class HistoryBox(ScreenBox, Protocol):
    """The box over the list of visits."""

    history: History

    def look(self, text: str, member: MemberRef | None) -> None:
        """Asks for what the text says, of one member or of all."""
        ...


class HistoryMode(Mode):
    """Reads; a card that is scanned here comes in all the same. `member`: whose history it is, and none but theirs."""

    list = "history"
    subject = "The history"
    box: HistoryBox

    def __init__(self, box: HistoryBox) -> None:
        super().__init__(box)
        self.member: MemberRef | None = None
        self._before = History()  # what was there before it was one member's

    @property
    def signs(self) -> Mapping[str, Callable[[Box], Mode]]:
        return {COMMAND: PaletteMode}

    @property
    def prompt(self) -> str:
        return "HISTORY"

    @property
    def placeholder(self) -> str:
        if self.member is not None:
            return f"all visits of {self.box.named(self.member.full_name)}; {self.box.key('back')} goes back"
        return "a name, a day, a time: ana, yesterday 18:20, desk:2, refused"

    def typed(self, text: str) -> None:
        """What was asked stays while a command is typed: it may be about that."""
        if text != self.box.history.text and not self.box.text.startswith(COMMAND):
            self.box.look(text, self.member)

    def moved(self, step: int, text: str) -> None:
        self.box.history = self.box.history.moved(step)

    async def picked(self, row: int) -> None:
        self.box.history = replace(self.box.history, chosen=self.box.history.rows[row].id)

    async def entered(self, text: str) -> None:
        history = self.box.history
        member = None if history.pick is None else history.pick.member
        if text and text != history.text:
            self.box.put_before(text)
            self.box.look(text, self.member)
        elif member is None or self.member is not None:
            self.box.put_before(text)
            self.box.history = history if member else history.moved(1)
        else:
            self._before, self.member = history, member
            self.box.look("", member)

    async def scanned(self, scan: Scan) -> None:
        owned = self.box.owner(scan.text)
        if owned is None and scan.fault is not None:
            self.box.say(self.box.unknown_card(*scan.fault))
        else:
            check_in(self.box, *((owned.member, owned.card.code) if owned else (scan.text, None)))
        self.box.look("", self.member)

    def back(self, text: str) -> None:
        """From what was typed to all of it, from one member's to everybody's, to the front desk."""
        history = self.box.history
        if text or history.text:
            self.box.look("", self.member)
        elif history.chosen is not None:
            self.box.history = replace(history, chosen=None)
        elif self.member is not None:
            self.member = None
            self.box.history = self._before
            self.box.put_before(self._before.text)
        else:
            self.box.dismiss()
