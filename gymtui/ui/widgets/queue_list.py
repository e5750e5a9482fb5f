"""What this desk has done and the server has not answered, item by item."""

from __future__ import annotations

from datetime import UTC, tzinfo
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive

from gymtui.client.replica.outbox import Outgoing
from gymtui.client.state import CommandKind
from gymtui.printable import printable
from gymtui.ui.cells import fit
from gymtui.ui.wall import hours_minutes
from gymtui.ui.widgets.error_boundary import LiveWidget

KINDS: dict[CommandKind, str] = {"check_in": "check-in", "check_out": "check-out", "undo": "undo"}
AT, KIND = 7, 11  # cells of the columns


class QueueList(LiveWidget):
    """A row a command: when, what, whom, and what becomes of it; the list keeps the chosen row in sight."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"queue--heading", "queue--chosen", "queue--quiet", "queue--aside"}

    rows: reactive[tuple[tuple[Outgoing, str], ...]] = reactive(())  # with the name of whom it is about
    chosen: reactive[int] = reactive(0)
    is_live: reactive[bool] = reactive(False)
    zone: reactive[tzinfo] = reactive[tzinfo](UTC)

    class Picked(Message):
        """A row was clicked."""

        def __init__(self, row: int) -> None:
            super().__init__()
            self.row = row

    def on_click(self, event: events.Click) -> None:
        if 0 < event.y <= len(self.rows):
            self.post_message(self.Picked(self._first + event.y - 1))

    @property
    def _first(self) -> int:
        return max(0, self.chosen - self._page + 1)

    @property
    def _page(self) -> int:
        """How many rows are seen."""
        return max(1, self.content_size.height - (3 if self._more else 1))

    @property
    def _more(self) -> str:
        """Why the chosen one was set aside, where its row has not the room for it."""
        row = self.rows[self.chosen][0] if self.rows else None
        if row is None or row.reason is None or cell_len(printable(self._state(row))) <= self._state_width:
            return ""
        return fit(f"   {row.reason}", self.content_size.width)

    @property
    def _name_width(self) -> int:
        return max(12, min(30, self.content_size.width // 4))

    @property
    def _state_width(self) -> int:
        return max(0, self.content_size.width - 3 - AT - KIND - self._name_width - 2)

    def render(self) -> Content:
        aside = sum(row.state == "set_aside" for row, _ in self.rows)
        wait = len(self.rows) - aside
        parts = [f"{aside} set aside"] * bool(aside) + [f"{wait} waiting"] * bool(wait)
        count = f"QUEUE   {', '.join(parts)}"
        lines = [Content.styled(count, self.get_visual_style("queue--heading"))]
        if not self.rows:
            empty = "   nothing waits: the server has answered everything this desk has done"
            lines.append(Content.styled(fit(empty, self.content_size.width), self.get_visual_style("queue--quiet")))
        seen = list(enumerate(self.rows))[self._first : self._first + self._page]
        lines += [self._row(row, name, n == self.chosen) for n, (row, name) in seen]
        if self._more:
            lines += [Content(""), Content.styled(self._more, self.get_visual_style("queue--aside", partial=True))]
        return Content("\n").join(lines)

    def _row(self, row: Outgoing, name: str, chosen: bool) -> Content:
        at = fit(hours_minutes(row.at, self.zone), AT)
        state = fit(self._state(row), self._state_width)
        look = "aside" if row.state == "set_aside" else "quiet"
        content = Content.assemble(
            " › " if chosen else "   ",
            at,
            fit(KINDS[row.kind], KIND),
            fit(name, self._name_width),
            "  ",
            (state, self.get_visual_style(f"queue--{look}", partial=True)),
        )
        if chosen:
            content = content.stylize_before(self.get_visual_style("queue--chosen", partial=True))
        return content

    def _state(self, row: Outgoing) -> str:
        if row.state == "set_aside":
            return f"set aside: {row.reason}"
        return "sent, waits for the answer" if self.is_live else "waits for the connection"
