"""The roll-call: a card, a name, or Enter on the empty box marks somebody safe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from msgspec.structs import replace

from gymtui.client.desk.roll_calls import Sought
from gymtui.printable import printable
from gymtui.protocol import MemberRef
from gymtui.ui.box.mode import Box, Mode, QuestionMode
from gymtui.ui.box.offer import SIGN as COMMAND
from gymtui.ui.box.palette import PaletteMode
from gymtui.ui.box.screen_box import ScreenBox
from gymtui.ui.burst import Scan
from gymtui.ui.roll_call import RollCallView, ref_of, summary


class RollCallBox(ScreenBox, Protocol):
    """The box over the list of a roll-call."""

    view: RollCallView

    def read(self) -> None:
        """The list as it is now."""
        ...


class RollCallMode(Mode):
    """Before one is on, Enter begins it; from then on it marks. What this desk has marked, Ctrl+Z takes back."""

    list = "roll-call"
    subject = "Roll-call"
    box: RollCallBox

    def __init__(self, box: RollCallBox) -> None:
        super().__init__(box)
        self._marked: list[str] = []

    @property
    def signs(self) -> Mapping[str, Callable[[Box], Mode]]:
        return {COMMAND: PaletteMode}

    @property
    def prompt(self) -> str:
        return "BEGIN" if self.box.view.told is None else "SAFE"

    @property
    def placeholder(self) -> str:
        view = self.box.view
        if view.told is None:
            return "↑ ↓ a drill or a real one, Enter begins it at every desk"
        if view.target is None:
            return "a card or a name; :end ends it"
        return f"a card or a name; Enter: {printable(view.target.name)} is safe"

    # --- keys -----------------------------------------------------------------------------------------------------

    def typed(self, text: str) -> None:
        if text != self.box.view.text:
            self.box.view = replace(self.box.view, text=text, chosen=None)

    def moved(self, step: int, text: str) -> None:
        self.box.view = self.box.view.moved(step)

    async def picked(self, row: int) -> None:
        view = self.box.view
        self.box.view = view.moved(1 if row else -1) if view.told is None else replace(view, chosen=view.rows[row].key)

    async def entered(self, text: str) -> None:
        """Whom the list has not shown for this text, it shows first."""
        box, is_shown = self.box, text == self.box.view.text
        view = box.view if is_shown else replace(box.view, text=text, chosen=None)
        box.view = replace(view, text="")
        if (why := box.desk.looks_on) is not None:
            box.say(box.refusal("Roll-call", why, None))
        elif view.told is None:
            self._begin(text, drill=view.drill)
        elif owned := box.owner(text):
            self._mark(owned.member.ref)
        elif view.target is not None and (is_shown or len(view.rows) == 1):
            self._mark_person(view.target)
        elif text and not view.rows:
            box.push(AddedMode(box, text, self._mark))
        elif text:
            box.put_before(text)
            box.view = view.moved(1)
        else:
            box.say(replace(box.refusal("Nobody", "is missing", ":end ends the roll-call"), kind="done"))
        box.read()

    async def scanned(self, scan: Scan) -> None:
        box = self.box
        box.view = replace(box.view, text="", chosen=None)
        owners = box.whose(scan)
        if box.view.told is None or box.desk.looks_on is not None:
            box.say(box.refusal("Roll-call", box.desk.looks_on or "none is on", "Enter begins one"))
        elif len(owners) > 1:
            names = " or ".join(owned.member.full_name for owned in owners)
            box.say(box.refusal("Card", f"that could be {names}", "type the name"))
        elif owners:
            self._mark(owners[0].member.ref)
        else:
            box.say(box.unknown_card(*(scan.fault or ("nobody here has it", "type the name"))))
        box.read()

    def back(self, text: str) -> None:
        """From what was typed or chosen to the whole list, to the front desk."""
        view = self.box.view
        if text or view.text or view.chosen:
            self.box.view = replace(view, text="", chosen=None)
        else:
            self.box.dismiss()

    def commanded(self, name: str | None) -> bool:
        """Undo takes back a mark here, and nothing that was done before."""
        if name == "undo":
            self._take_back()
            self.box.read()
        return name == "undo"

    # --- steps ----------------------------------------------------------------------------------------------------

    def _begin(self, text: str, *, drill: bool) -> None:
        if text:
            self.box.say(self.box.refusal("Roll-call", "none is on", "Enter on the empty box begins one"))
            return
        self.box.desk.roll_calls.start(drill=drill)
        where = "at every desk" if self.box.connection.answers else "here, and at the others once they are connected"
        said = self.box.refusal("Drill" if drill else "Roll-call", f"has begun {where}", None)
        self.box.say(replace(said, kind="alarm"))

    def _mark_person(self, person: Sought) -> None:
        self._mark(person.name if person.key.startswith("name:") else ref_of(person))

    def _mark(self, who: MemberRef | str) -> None:
        told = self.box.desk.roll_calls.list
        key, name = (who, who) if isinstance(who, str) else (who.id, who.full_name)
        if told is not None and any(key in (person.key, person.name) for person in told.found):
            self._say(name, "is safe already")
            return
        self.box.desk.roll_calls.mark(who)
        told = self.box.desk.roll_calls.list
        newest = next((p.key for p in told.found if key in (p.key, p.name)), None) if told else None
        self._marked += [newest] if newest else []
        self._say(name, f"is safe: {summary(told)}" if told else "is safe")

    def _take_back(self) -> None:
        view, calls = self.box.view, self.box.desk.roll_calls
        chosen = view.target.key if view.target is not None and view.target.safe else None
        key = chosen or (self._marked.pop() if self._marked else None)
        person = next((p for p in (view.told.found if view.told else ()) if p.key == key), None)
        if person is None:
            self.box.say(self.box.refusal("Undo", "nobody was marked here just now", "↓ chooses whom to take back"))
            return
        calls.take_back(person.key)
        self._say(person.name, "is missing again")

    def _say(self, subject: str, detail: str) -> None:
        self.box.say(replace(self.box.refusal(subject, detail, None), kind="done"))


class AddedMode(QuestionMode):
    """Somebody who is in no list: Enter says that they are safe all the same."""

    style = "-overriding"

    box: RollCallBox

    def __init__(self, box: RollCallBox, name: str, mark: Callable[[str], None]) -> None:
        super().__init__(box)
        self._name, self._added = name, mark

    @property
    def prompt(self) -> str:
        return "SAFE?"

    @property
    def placeholder(self) -> str:
        return f"Enter adds, {self.box.key('back')} does not: {printable(self._name)}, who is in no list"

    async def confirmed(self, below: Mode) -> None:
        self._added(self._name)
        self.box.read()


class EndMode(QuestionMode):
    """It is over for every desk: asked once."""

    style = "-overriding"

    def __init__(self, box: RollCallBox, end: Callable[[], None]) -> None:
        super().__init__(box)
        self._view, self._end = box.view, end

    @property
    def prompt(self) -> str:
        return "END?"

    @property
    def placeholder(self) -> str:
        told = self._view.told
        return f"Enter ends it at every desk, {self.box.key('back')} does not: {summary(told) if told else ''}"

    async def confirmed(self, below: Mode) -> None:
        self._end()
