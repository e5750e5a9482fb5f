"""Check-in, the base mode of the front desk: what the box means while no other mode lies over it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import ClassVar

from msgspec.structs import replace

from gymtui.cards.keyboards import meant_digits
from gymtui.client.desk.verdicts import may_be_number
from gymtui.client.state import Hit, Verdict
from gymtui.protocol import Member
from gymtui.ui.box.filter import SIGN as FILTER
from gymtui.ui.box.filter import FilterMode
from gymtui.ui.box.front_desk_box import FrontDeskBox
from gymtui.ui.box.let_in import LetIn
from gymtui.ui.box.mode import Box, Mode
from gymtui.ui.box.offer import SIGN as COMMAND
from gymtui.ui.box.offer import is_called
from gymtui.ui.box.palette import PaletteMode
from gymtui.ui.box.pick_list import PickList
from gymtui.ui.box.search import FOUND, Search
from gymtui.ui.burst import Scan


class CheckIn(Mode):
    """Enter takes a card, or the one whom the text means; where several match it opens the pick list, never a guess."""

    list = "hits"
    leaving: ClassVar[bool] = False  # whether the pick list begins with those who are in, or who are not

    box: FrontDeskBox

    @property
    def signs(self) -> Mapping[str, Callable[[Box], Mode]]:
        return {COMMAND: PaletteMode, FILTER: FilterMode}

    @property
    def prompt(self) -> str:
        return "LOOK ON" if self.looks_on else "CHECK IN"

    @property
    def placeholder(self) -> str:
        if (why := self.looks_on) is not None:
            return why
        part = self.box.directory
        coming = "" if part >= 1 else f" — members are coming in, {part:.0%}".replace("%", " %")
        return f"scan a card, or type a name, a number, a phone{coming}"

    @property
    def is_busy(self) -> bool:
        return self.box.search is not None

    @property
    def command(self) -> Callable[[Member | str, str | None], Verdict]:
        """What is done with whoever is meant."""
        return self.box.desk.check_in

    # --- keys -----------------------------------------------------------------------------------------------------

    def typed(self, text: str) -> None:
        self.box.search = self.find(text)

    async def entered(self, text: str) -> None:
        search = self.box.search if self.box.search and self.box.search.answers(text) else None
        if search and search.pick:
            self.give(search.pick.member)
        elif owned := self.box.owner(text):
            self.give(owned.member, owned.card.code)
        elif text:
            self._resolve(text, search)
        else:
            self.entered_nothing()

    async def scanned(self, scan: Scan) -> None:
        """A card and nothing else, whatever was being typed."""
        owners = self.box.whose(scan)
        if len(owners) > 1:
            hits = tuple(self.box.desk.hit(owned.member) for owned in owners)
            self._choose(Search(text=scan.text, hits=hits, rows=self.box.hit_rows))
        elif owners:
            (owned,) = owners
            self.give(owned.member, owned.card.code)
        elif scan.fault is not None:
            self.box.search = None
            self.box.reset()
            self.box.say(self.box.unknown_card(*scan.fault))
        else:
            self.give(meant_digits(scan.text) or scan.text)  # it is told of as what it is: a number

    def entered_nothing(self) -> None:
        """Enter, on the empty box."""

    def moved(self, step: int, text: str) -> None:
        search = self.find(text)
        self.box.search = search.moved(step) if search else None

    async def picked(self, row: int) -> None:
        if self.box.search is not None:
            hit = self.box.search.hits[row]
            self.box.take()
            self.give(hit.member)

    def completed(self) -> None:
        """Tab goes to the next one, as where lists are gone through by it."""
        self.moved(1, self.box.text)

    def back(self, text: str) -> None:
        """From what was typed to the empty box, to the newest row of all."""
        if text or self.box.search:
            self.box.search = None
        else:
            self.left()

    def left(self) -> None:
        """Esc, where there is nothing to go back from."""
        self.box.newest()

    # --- whom it means --------------------------------------------------------------------------------------------

    def find(self, text: str) -> Search | None:
        """The search for a text: the one on the screen where it is for that text, or where the last character is the
        digit of one of its rows; else a new one."""
        search = self.box.search
        if search and search.answers(text):
            return search
        if not text:
            return None
        row = search.numbered(text) if search else None
        hits = self.fitting(tuple(self.box.desk.find(text, FOUND)))
        hits += self._numbered(text, {hit.member.id for hit in hits})
        # `ans2` names the second row only where nobody is found by it: a membership number may read so.
        return row if row and not hits else Search(text=text, hits=hits, rows=self.box.hit_rows)

    def _numbered(self, text: str, known: Collection[str]) -> tuple[Hit, ...]:
        """Who has a number that stands in a text of several words, where the search means somebody else: both are
        shown, and neither is taken without a choice."""
        words = text.split()
        owners = [self.box.owner(word) for word in words if may_be_number(word)] if known and len(words) > 1 else []
        others = {owned.member.id: owned.member for owned in owners if owned and owned.member.id not in known}
        return tuple(self.box.desk.hit(member) for member in others.values())

    def fitting(self, hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
        """Those of them whom the command can be about."""
        return hits

    def _resolve(self, text: str, shown: Search | None) -> None:
        """Who is meant by a text that is nobody's card: one whom the screen has shown, or it is asked. What nobody is
        called and a command is, stands there as that command."""
        search = shown or self.find(text)
        found = search and any(not hit.near for hit in search.hits)
        if not found and (command := next((o for o in self.box.options() if is_called(o.called, text)), None)):
            self.box.write(f"{COMMAND}{command.name}")
            return
        search = self.offered(search)
        if search is None or not search.hits:
            self.give(text)
        elif (hit := search.clear_hit) and shown is not None:
            self.give(hit.member)
        else:
            self._choose(search)

    def _choose(self, search: Search) -> None:
        self.box.search = search.opened(leaving=self.leaving)
        self.box.push(PickList(self.box))

    def offered(self, search: Search | None) -> Search | None:
        """What finds nobody finds the nearest."""
        if search is None or search.hits:
            return search
        return replace(search, hits=self.fitting(tuple(self.box.desk.nearest(search.text))))

    def give(self, who: Member | str, card: str | None = None) -> None:
        """Gives the command, and the box means check-in again; `card` is the code that was read, if it was one."""
        command = self.command
        self.box.search = None
        self.box.reset()
        verdict = command(who, card)
        self.box.say(verdict)
        if verdict.kind == "asked":
            self.box.push(LetIn(self.box, verdict, who, card))
