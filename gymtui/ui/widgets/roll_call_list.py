"""The people of a roll-call, a row a person, their names as large as a row has room for."""

from __future__ import annotations

from datetime import UTC, tzinfo
from typing import ClassVar, Final

from rich.cells import cell_len
from textual.content import Content
from textual.reactive import reactive

from gymtui.client.desk.roll_calls import Sought
from gymtui.printable import printable
from gymtui.roll_call import at_ms
from gymtui.ui.cells import fit
from gymtui.ui.roll_call import RollCallView
from gymtui.ui.wall import hours_minutes
from gymtui.ui.widgets.choice_list import ChoiceList

STATE, SINCE, PLACE = 10, 8, 18  # cells of the columns
PLACE_FROM = 76  # cells of width from which the last one is there
KINDS: Final = ("a drill", "a real one")  # Enter alone, or behind a scan, alarms nobody


class RollCallRows(ChoiceList):
    """Who is missing, then who is safe; before it has begun, the two kinds there are."""

    NAME = "roll-call"

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "roll-call--heading",
        "roll-call--chosen",
        "roll-call--quiet",
        "roll-call--missing",
        "roll-call--safe",
    }

    view: reactive[RollCallView] = reactive(RollCallView())
    zone: reactive[tzinfo] = reactive[tzinfo](UTC)

    @property
    def count(self) -> int:
        return len(KINDS) if self.view.told is None else len(self.view.rows)

    @property
    def chosen_row(self) -> int | None:
        return int(not self.view.drill) if self.view.told is None else self.view.index

    def nothing(self) -> Content:
        if self.view.text:
            return self.styled(f"   nobody of the list is called “{self.view.text}”: Enter adds them", "quiet")
        return self.styled("   nobody is in; whoever comes, or is added by name, is shown here", "quiet")

    @property
    def _place_width(self) -> int:
        return PLACE if self.content_size.width >= PLACE_FROM else 0

    @property
    def _name_width(self) -> int:
        return max(10, self.content_size.width - 3 - STATE - SINCE - self._place_width)

    def head(self) -> list[Content]:
        if self.view.told is None:
            return [self.styled("   WHICH", "heading")]
        who, where = fit("WHO", self._name_width), fit("WHERE", self._place_width)
        return [self.styled(f"   {fit('', STATE)}{who}{fit('SINCE', SINCE)}{where}", "heading")]

    def row(self, row: int) -> Content:
        cursor = " › " if row == self.chosen_row else "   "
        if self.view.told is None:
            return Content.assemble(cursor, KINDS[row])
        person = self.view.rows[row]
        look = "safe" if person.safe else "missing"
        state = "✓ safe" if person.safe else "✗ missing"
        return Content.assemble(
            cursor,
            self.styled(fit(state, STATE), look),
            (self._called(person.name), "" if person.safe else "bold"),
            self.styled(fit(self._since(person), SINCE), "quiet"),
            self.styled(fit(self._place(person), self._place_width), "quiet"),
        )

    def _called(self, name: str) -> str:
        """In capitals, a blank behind each letter where there is room: to be read aloud from two steps away."""
        capitals = printable(name.upper())
        spaced = " ".join(capitals)
        return fit(spaced if cell_len(spaced) < self._name_width else capitals, self._name_width - 1) + " "

    def _since(self, person: Sought) -> str:
        mark = "~" if person.assumed else ""
        return "added" if person.since is None else f"{mark}{hours_minutes(person.since, self.zone)}"

    def _place(self, person: Sought) -> str:
        if not person.safe:
            return "may have left" if person.assumed else person.place or ""
        mark = person.safe[0]
        return f"{hours_minutes(at_ms(mark), self.zone)} {mark.by or mark.desk or ''}"
