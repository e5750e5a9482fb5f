"""Who is in: what is typed narrows the list, and Enter checks out who is marked or chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from msgspec.structs import replace

from gymtui.client.desk.verdicts import NO_NAME, may_be_number
from gymtui.client.state import Inside
from gymtui.protocol import Member
from gymtui.ui.box.let_in import check_in
from gymtui.ui.box.mode import Box, Mode
from gymtui.ui.box.offer import SIGN as COMMAND
from gymtui.ui.box.palette import PaletteMode
from gymtui.ui.box.screen_box import ScreenBox
from gymtui.ui.box.search import member_of
from gymtui.ui.bulk import Bulk
from gymtui.ui.burst import Scan
from gymtui.ui.roster import Roster


class RosterBox(ScreenBox, Protocol):
    """The box over the list of who is in."""

    roster: Roster

    def read(self) -> None:
        """The list as it is now."""
        ...

    def say_all(self, bulk: Bulk) -> None:
        """Shows what became of several commands, now and with each answer."""
        ...


class RosterMode(Mode):
    """Several are checked out only by a second Enter: `asking` once it has said how many it would be."""

    list = "roster"
    box: RosterBox

    def __init__(self, box: RosterBox) -> None:
        super().__init__(box)
        self.asking = False

    @property
    def signs(self) -> Mapping[str, Callable[[Box], Mode]]:
        return {COMMAND: PaletteMode}

    @property
    def prompt(self) -> str:
        marked = len(self.box.roster.marked)
        return f"CHECK OUT {marked}" if marked else "CHECK OUT"

    @property
    def placeholder(self) -> str:
        marked = len(self.box.roster.marked)
        if self.asking:
            return f"Enter again checks out {marked}, {self.box.key('back')} does not"
        if marked:
            return f"Enter checks out the {'one' if marked == 1 else marked} marked"
        return self.looks_on or "type or ↑ ↓, Enter checks out; a card of who is not in checks in"

    @property
    def is_busy(self) -> bool:
        return self.asking

    def typed(self, text: str) -> None:
        if text != self.box.roster.text:
            self.asking = False
            self.box.roster = replace(self.box.roster, text=text, chosen=None)

    def moved(self, step: int, text: str) -> None:
        self.asking = False
        self.box.roster = self.box.roster.moved(step)

    async def picked(self, row: int) -> None:
        self.box.roster = replace(self.box.roster, chosen=self.box.roster.rows[row].member.id)

    async def entered(self, text: str) -> None:
        """A card's number is its owner's, whatever is marked or chosen; whoever is not in comes in. Whom the list has
        not shown for this text, it shows first."""
        box, is_shown = self.box, text == self.box.roster.text
        roster = box.roster if is_shown else replace(box.roster, text=text, chosen=None)
        box.roster = replace(roster, text="")
        owned = box.owner(text)
        if owned is not None:
            self.give(owned.member, owned.card.code)
        elif text and not roster.rows and may_be_number(text):
            check_in(box, text)
        elif text and not roster.rows:
            box.say(box.refusal(NO_NAME, "nobody who is in has that name or number", "look at the spelling"))
        elif len(roster.targets) > 1 and not self.asking:
            self.asking = True
            return
        elif text and not is_shown and not roster.marked:
            box.put_before(text)
            box.roster = roster
        elif roster.targets:
            self._check_out(roster.targets)
        elif text:
            box.put_before(text)
            box.roster = roster.moved(1)
        self.asking = False
        box.read()

    async def scanned(self, scan: Scan) -> None:
        self.asking = False
        self.box.roster = replace(self.box.roster, text="")
        owners = self.box.whose(scan)
        if len(owners) > 1:
            names = " or ".join(self.box.named(owned.member.full_name) for owned in owners)
            self.box.say(self.box.refusal("Card", f"that could be {names}", "type the name"))
        elif owners:
            self.give(owners[0].member, owners[0].card.code)
        elif scan.fault is not None:
            self.box.say(self.box.unknown_card(*scan.fault))
        else:
            self.give(scan.text)
        self.box.read()

    def give(self, who: Member | str, card: str | None = None) -> None:
        """Out, or in: a code that no member here has is nobody's who is in."""
        desk = self.box.desk
        if isinstance(who, Member) and desk.in_since(who.id) is not None:
            self.box.say(desk.check_out(who, card))
        else:
            check_in(self.box, who, card)

    def back(self, text: str) -> None:
        """From the question to what was typed, to the whole list, to the marks, to the front desk."""
        roster = self.box.roster
        if self.asking:
            self.asking = False
        elif text or roster.chosen or roster.text:
            self.box.roster = replace(roster, text="", chosen=None)
        elif roster.marked:
            self.box.roster = replace(roster, marked=frozenset())
        else:
            self.box.dismiss()

    def _check_out(self, people: tuple[Inside, ...]) -> None:
        self.box.say_all(Bulk(tuple(self.box.desk.check_out(member_of(inside.member)) for inside in people)))
