"""Messages to look at one by one, a row each."""

from __future__ import annotations

from datetime import UTC, tzinfo
from typing import ClassVar, Final

from textual.content import Content
from textual.reactive import reactive

from gymtui.ui.cells import fit
from gymtui.ui.messages import Messages, summary
from gymtui.ui.widgets.choice_list import ChoiceList

MARK: Final = "✓"
ROW, TIME, KIND = 9, 10, 11  # cells of the columns


class MessageList(ChoiceList):
    """A row each: its number in the journal, when, what, about whom."""

    NAME = "messages"
    COMPONENT_CLASSES: ClassVar[set[str]] = {"messages--heading", "messages--chosen", "messages--quiet"}

    messages: reactive[Messages] = reactive(Messages())
    zone: reactive[tzinfo] = reactive[tzinfo](UTC)

    @property
    def count(self) -> int:
        return len(self.messages.events)

    @property
    def chosen_row(self) -> int | None:
        return self.messages.index

    def nothing(self) -> Content:
        return self.styled("Nothing has happened that the filter lets through.", "quiet")

    def head(self) -> list[Content]:
        return [self.styled(f"   {fit('ROW', ROW)}{fit('TIME', TIME)}{fit('TYPE', KIND)}WHO", "heading")]

    def row(self, row: int) -> Content:
        event = self.messages.events[row]
        seq, at, kind, who = summary(event, self.zone)
        mark = MARK if event.seq in self.messages.marked else " "
        rest = max(0, self.content_size.width - 3 - ROW - TIME - KIND)
        return Content(f" {mark} {fit(seq, ROW)}{fit(at, TIME)}{fit(kind, KIND)}{fit(who, rest)}")
