"""What did not fit while desks were alone: a row each, and all there is to say about the chosen one."""

from __future__ import annotations

from datetime import UTC, tzinfo
from typing import ClassVar

from textual.content import Content
from textual.reactive import reactive

from gymtui.client.desk.conflict_report import DAYS, Report
from gymtui.clock import to_ms
from gymtui.printable import printable
from gymtui.protocol import ConflictNote
from gymtui.ui.cells import fit
from gymtui.ui.privacy import HIDDEN, named
from gymtui.ui.wall import wall
from gymtui.ui.widgets.choice_list import ChoiceList
from gymtui.ui.widgets.error_boundary import LiveWidget

AT, DESK, DESK_AND_HANDS = 18, 12, 22  # cells of the columns
DESK_FROM, HANDS_FROM = 72, 100  # cells of width from which there is a desk, and who was at it


class ConflictList(ChoiceList):
    """A row each: when it was done, who it is about, at which desk and by whom, what did not fit."""

    NAME = "conflicts"

    COMPONENT_CLASSES: ClassVar[set[str]] = {"conflicts--heading", "conflicts--chosen", "conflicts--quiet"}

    report: reactive[Report] = reactive(Report())
    chosen: reactive[int] = reactive(0)
    zone: reactive[tzinfo] = reactive[tzinfo](UTC)
    masked: reactive[bool] = reactive(False)

    @property
    def count(self) -> int:
        return len(self.report.notes)

    @property
    def chosen_row(self) -> int | None:
        return self.chosen

    def nothing(self) -> Content:
        if self.report.as_of is not None:
            text = f"Nothing to look at: what desks did alone in the last {DAYS} days has fitted."
        elif self.report.problem:
            text = "The server knows what did not fit, and is asked again once the connection is back."
        else:
            text = ""
        return self.styled(text, "quiet")

    @property
    def _name_width(self) -> int:
        return max(12, min(28, self.content_size.width // 4))

    @property
    def _has_hands(self) -> bool:
        return self.content_size.width >= HANDS_FROM

    @property
    def _place_width(self) -> int:
        if self._has_hands:
            return DESK_AND_HANDS
        return DESK if self.content_size.width >= DESK_FROM else 0

    @property
    def _rest(self) -> int:
        return max(0, self.content_size.width - 3 - AT - self._name_width - self._place_width)

    def head(self) -> list[Content]:
        if not self.report.notes:
            return []
        where = "DESK (BY)" if self._has_hands else "DESK"
        columns = f"{fit('WHO', self._name_width)}{fit(where, self._place_width)}{fit('WHAT', self._rest)}"
        return [self.styled(f"   {fit('WHEN', AT)}{columns}", "heading")]

    def row(self, row: int) -> Content:
        note = self.report.notes[row]
        place = place_of(note) if self._has_hands else note.desk or "no desk"
        return Content.assemble(
            " › " if row == self.chosen else "   ",
            fit(day_and_time(note.at, self.zone), AT),
            fit(named(name_of(note), masked=self.masked), self._name_width - 1),
            " ",
            self.styled(fit(place, max(0, self._place_width - 1)), "quiet"),
            " " if self._place_width else "",
            fit(HIDDEN if self.masked else note.sentence, self._rest),
        )


class ConflictDetails(LiveWidget):
    """The whole of one, in sentences."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"conflict--name", "conflict--quiet"}

    note: reactive[ConflictNote | None] = reactive[ConflictNote | None](None)
    zone: reactive[tzinfo] = reactive[tzinfo](UTC)
    masked: reactive[bool] = reactive(False)

    def render(self) -> Content:
        note = self.note
        if note is None:
            return Content("")
        number = f" ({note.member.membership_number or 'no number'})" if note.member else ""
        done, told = day_and_time(note.at, self.zone), day_and_time(note.recorded_at, self.zone)
        sentence = HIDDEN if self.masked else printable(note.sentence)
        quiet = self.get_visual_style("conflict--quiet", partial=True)
        name = named(name_of(note), masked=self.masked)
        return Content.assemble(
            (name + printable(number), self.get_visual_style("conflict--name", partial=True)),
            (f"   {printable(place_of(note))}", quiet),
            f"\n{sentence[:1].upper()}{sentence[1:]}",
            (f"\nDone {done}; the server heard of it {told}.", quiet),
        )


def day_and_time(text: str, zone: tzinfo) -> str:
    """`Sun 22 Nov 09:30`; ValueError where it is no time."""
    return f"{wall(to_ms(text), zone):%a %d %b %H:%M}"


def name_of(note: ConflictNote) -> str:
    return note.member.full_name if note.member else "somebody"


def place_of(note: ConflictNote) -> str:
    """`Front (ana)`: the desk, and who was at it."""
    return f"{note.desk or 'no desk'} ({note.by})"
