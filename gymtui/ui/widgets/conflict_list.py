"""What did not fit while desks were alone: a row each, and all there is to say about the chosen one."""

from __future__ import annotations

from datetime import UTC, tzinfo
from typing import ClassVar

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive

from gymtui.client.desk.conflict_report import DAYS, Report
from gymtui.clock import to_ms
from gymtui.printable import printable
from gymtui.protocol import ConflictNote
from gymtui.ui.cells import fit
from gymtui.ui.wall import wall
from gymtui.ui.widgets.error_boundary import LiveWidget

AT, DESK, DESK_AND_HANDS = 18, 12, 22  # cells of the columns
DESK_FROM, HANDS_FROM = 72, 100  # cells of width from which there is a desk, and who was at it


class ConflictList(LiveWidget):
    """A row each: when it was done, who it is about, at which desk and by whom, what did not fit; the list keeps the
    chosen row in sight."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"conflicts--heading", "conflicts--chosen", "conflicts--quiet"}

    report: reactive[Report] = reactive(Report())
    chosen: reactive[int] = reactive(0)
    zone: reactive[tzinfo] = reactive[tzinfo](UTC)

    class Picked(Message):
        """A row was clicked."""

        def __init__(self, row: int) -> None:
            super().__init__()
            self.row = row

    @property
    def page(self) -> int:
        """How many rows are seen."""
        return max(1, self.content_size.height - 1)

    @property
    def _first(self) -> int:
        return max(0, self.chosen - self.page + 1)

    def on_click(self, event: events.Click) -> None:
        row = self._first + event.y - 1
        if event.y and row < len(self.report.notes):
            self.post_message(self.Picked(row))

    def render(self) -> Content:
        if not self.report.notes:
            return self._styled(self._empty(), "quiet")
        seen = list(enumerate(self.report.notes))[self._first : self._first + self.page]
        return Content("\n").join([self._heading(), *(self._row(note, row == self.chosen) for row, note in seen)])

    def _empty(self) -> str:
        if self.report.as_of is not None:
            return f"Nothing to look at: what desks did alone in the last {DAYS} days has fitted."
        if self.report.problem:
            return "The server knows what did not fit, and is asked again once the connection is back."
        return ""

    def _styled(self, text: str, look: str) -> Content:
        return Content.styled(text, self.get_visual_style(f"conflicts--{look}", partial=True))

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

    def _heading(self) -> Content:
        where = "DESK (BY)" if self._has_hands else "DESK"
        columns = f"{fit('WHO', self._name_width)}{fit(where, self._place_width)}{fit('WHAT', self._rest)}"
        return self._styled(f"   {fit('WHEN', AT)}{columns}", "heading")

    def _row(self, note: ConflictNote, is_chosen: bool) -> Content:
        place = place_of(note) if self._has_hands else note.desk or "no desk"
        content = Content.assemble(
            " › " if is_chosen else "   ",
            fit(day_and_time(note.at, self.zone), AT),
            fit(name_of(note), self._name_width - 1),
            " ",
            self._styled(fit(place, max(0, self._place_width - 1)), "quiet"),
            " " if self._place_width else "",
            fit(note.sentence, self._rest),
        )
        return (
            content.stylize_before(self.get_visual_style("conflicts--chosen", partial=True)) if is_chosen else content
        )


class ConflictDetails(LiveWidget):
    """The whole of one, in sentences."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"conflict--name", "conflict--quiet"}

    note: reactive[ConflictNote | None] = reactive[ConflictNote | None](None)
    zone: reactive[tzinfo] = reactive[tzinfo](UTC)

    def render(self) -> Content:
        note = self.note
        if note is None:
            return Content("")
        number = f" ({note.member.membership_number or 'no number'})" if note.member else ""
        done, told = day_and_time(note.at, self.zone), day_and_time(note.recorded_at, self.zone)
        sentence = printable(note.sentence)
        quiet = self.get_visual_style("conflict--quiet", partial=True)
        return Content.assemble(
            (printable(name_of(note) + number), self.get_visual_style("conflict--name", partial=True)),
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
