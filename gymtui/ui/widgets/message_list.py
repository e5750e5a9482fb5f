"""Messages to look at one by one: a row each, and all of the chosen one, as it reads or as it came."""

from __future__ import annotations

from datetime import UTC, tzinfo
from typing import ClassVar, Final

from textual.content import Content
from textual.reactive import reactive

from gymtui.ui.cells import fit
from gymtui.ui.messages import Messages, pretty, raw, summary
from gymtui.ui.widgets.choice_list import ChoiceList
from gymtui.ui.widgets.error_boundary import LiveWidget

MARK: Final = "✓"
ROW, TIME, KIND = 9, 10, 11  # cells of the columns
NAME: Final = 26  # cells of a field's name
TWO_FROM: Final = 110  # cells of width from which fields stand in two columns


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


class MessageDetails(LiveWidget):
    """A line a field; `is_raw`: the message of the wire."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"message--name"}

    messages: reactive[Messages] = reactive(Messages())
    is_raw: reactive[bool] = reactive(False)
    zone: reactive[tzinfo] = reactive[tzinfo](UTC)

    def render(self) -> Content:
        event, width = self.messages.chosen, self.content_size.width
        if event is None:
            return Content("")
        if self.is_raw:
            text = raw(event)
            return Content("\n".join(text[at : at + width] for at in range(0, len(text), max(1, width))))
        fields, room = pretty(event, self.zone), self.content_size.height
        if width < TWO_FROM and len(fields) > room:
            fields = [*fields[: room - 1], ("…", "Tab has all of it")]
        columns = 1 if len(fields) <= room else 2
        look = self.get_visual_style("message--name", partial=True)
        lines = [
            Content.assemble((fit(name, NAME), look), fit(text, max(0, width // columns - NAME - 1)), " ")
            for name, text in fields
        ]
        beside = [*lines[room : 2 * room], *[Content("")] * room]
        return Content("\n").join([first + second for first, second in zip(lines[:room], beside, strict=False)])
