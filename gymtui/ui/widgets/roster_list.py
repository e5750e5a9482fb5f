"""Who is in, a row a person: how long already, since when, and where."""

from __future__ import annotations

from datetime import UTC, tzinfo
from typing import ClassVar

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive

from gymtui import clock
from gymtui.client.state import Inside
from gymtui.ui.cells import fit
from gymtui.ui.roster import Roster
from gymtui.ui.wall import hours_minutes
from gymtui.ui.widgets.error_boundary import LiveWidget

MINUTES, SINCE, PLACE, NUMBER = 10, 8, 18, 12  # cells of the columns
NAME_AT_MOST = 40
PLACE_FROM, NUMBER_FROM = 56, 76  # cells of width from which these columns are there


class RosterList(LiveWidget):
    """Shows the part of the list around the chosen row; painted anew once a minute, since minutes pass."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "roster--heading",
        "roster--chosen",
        "roster--marked",
        "roster--quiet",
        "roster--minutes",
    }

    roster: reactive[Roster] = reactive(Roster())
    zone: reactive[tzinfo] = reactive[tzinfo](UTC)

    class Picked(Message):
        """A row was clicked."""

        def __init__(self, inside: Inside) -> None:
            super().__init__()
            self.inside = inside

    def __init__(self, clock: clock.Clock) -> None:
        super().__init__()
        self._clock = clock
        self._first = 0

    def on_mount(self) -> None:
        self.set_timer(60 - self._clock() / 1000 % 60, self._minute)

    def _minute(self) -> None:
        self.refresh()
        self.set_timer(60, self._minute)

    @property
    def page(self) -> int:
        """How many rows are seen."""
        return max(1, self.content_size.height - 1)

    def on_click(self, event: events.Click) -> None:
        row = self._first + event.y - 1
        rows = self.roster.rows
        if event.y and row < len(rows):
            self.post_message(self.Picked(rows[row]))

    def render(self) -> Content:
        rows = self.roster.rows
        index = self.roster.index or 0
        self._first = max(0, min(self._first, index, len(rows) - self.page), index - self.page + 1)
        seen = rows[self._first : self._first + self.page]
        lines = [self._heading(), *(self._row(inside) for inside in seen)]
        if not rows:
            lines.append(self._styled("   " + self._empty(), "quiet"))
        return Content("\n").join(lines)

    def _empty(self) -> str:
        if self.roster.text:
            return f"nobody who is in is called “{self.roster.text}”"
        return "nobody is in; whoever comes is shown here at once"

    def _styled(self, text: str, look: str) -> Content:
        return Content.styled(text, self.get_visual_style(f"roster--{look}", partial=True))

    @property
    def _name_width(self) -> int:
        width = self.content_size.width - 5 - MINUTES - SINCE
        return max(10, min(NAME_AT_MOST, width - self._place_width - self._number_width))

    @property
    def _place_width(self) -> int:
        return PLACE if self.content_size.width >= PLACE_FROM else 0

    @property
    def _number_width(self) -> int:
        return NUMBER if self.content_size.width >= NUMBER_FROM else 0

    def _heading(self) -> Content:
        name, place, number = self._name_width, self._place_width, self._number_width
        text = f"     {fit('WHO', name)}{fit('NUMBER', number)}{'IN FOR':>{MINUTES - 2}}  "
        return self._styled(f"{text}{fit('SINCE', SINCE)}{fit('WHERE', place)}", "heading")

    def _row(self, inside: Inside) -> Content:
        minutes = max(0, (self._clock() - inside.since) // 60_000)
        is_marked = inside.member.id in self.roster.marked
        is_chosen = inside.member.id == self.roster.chosen
        content = Content.assemble(
            " › " if is_chosen else "   ",
            ("■ " if is_marked else "  ", self.get_visual_style("roster--marked", partial=True)),
            fit(inside.member.full_name, self._name_width - 1),
            " ",
            self._styled(fit(inside.member.membership_number or "", self._number_width), "quiet"),
            self._styled(f"{f'{minutes} min':>{MINUTES - 2}}  ", "minutes"),
            self._styled(fit(hours_minutes(inside.since, self.zone), SINCE), "quiet"),
            self._styled(fit("… queued" if inside.queued else inside.place or "", self._place_width), "quiet"),
        )
        content = content.pad_right(max(0, self.content_size.width - content.cell_length))
        if is_chosen:
            content = content.stylize_before(self.get_visual_style("roster--chosen", partial=True))
        return content
