"""What this desk has done and the server has not answered, item by item."""

from __future__ import annotations

from datetime import UTC, tzinfo
from typing import ClassVar

from rich.cells import cell_len
from textual.content import Content
from textual.reactive import reactive

from gymtui.client.replica.outbox import Outgoing
from gymtui.client.state import CommandKind
from gymtui.printable import printable
from gymtui.ui.cells import fit
from gymtui.ui.privacy import HIDDEN, named
from gymtui.ui.wall import hours_minutes
from gymtui.ui.widgets.choice_list import ChoiceList

KINDS: dict[CommandKind, str] = {
    "check_in": "check-in",
    "check_out": "check-out",
    "undo": "undo",
    "roll_call": "roll-call",
    "hand_over": "handover",
    "save_member": "change",
    "save_card": "card",
    "refusal": "refused",
}
AT, KIND = 7, 11  # cells of the columns


class QueueList(ChoiceList):
    """A row a command: when, what, whom, and what becomes of it."""

    NAME = "queue"

    COMPONENT_CLASSES: ClassVar[set[str]] = {"queue--heading", "queue--chosen", "queue--quiet", "queue--aside"}

    rows: reactive[tuple[tuple[Outgoing, str], ...]] = reactive(())  # with the name of whom it is about
    chosen: reactive[int] = reactive(0)
    is_live: reactive[bool] = reactive(False)
    zone: reactive[tzinfo] = reactive[tzinfo](UTC)
    masked: reactive[bool] = reactive(False)

    @property
    def count(self) -> int:
        return len(self.rows)

    @property
    def chosen_row(self) -> int | None:
        return self.chosen

    def nothing(self) -> Content:
        empty = "   nothing waits: the server has answered everything this desk has done"
        return self.styled(fit(empty, self.content_size.width), "quiet")

    def head(self) -> list[Content]:
        aside = sum(row.state == "set_aside" for row, _ in self.rows)
        wait = len(self.rows) - aside
        parts = [f"{aside} set aside"] * bool(aside) + [f"{wait} waiting"] * bool(wait)
        return [Content.styled(f"QUEUE   {', '.join(parts)}", self.get_visual_style("queue--heading"))]

    def foot(self) -> list[Content]:
        """Why the chosen one was set aside, where its row has not the room for it."""
        row = self.rows[self.chosen][0] if self.rows else None
        if row is None or row.reason is None or cell_len(printable(self._state(row))) <= self._state_width:
            return []
        reason = HIDDEN if self.masked else row.reason
        return [Content(""), self.styled(fit(f"   {reason}", self.content_size.width), "aside")]

    @property
    def _name_width(self) -> int:
        return max(12, min(30, self.content_size.width // 4))

    @property
    def _state_width(self) -> int:
        return max(0, self.content_size.width - 3 - AT - KIND - self._name_width - 2)

    def row(self, row: int) -> Content:
        sent, name = self.rows[row]
        look = "aside" if sent.state == "set_aside" else "quiet"
        return Content.assemble(
            " › " if row == self.chosen else "   ",
            fit(hours_minutes(sent.at, self.zone), AT),
            fit(KINDS[sent.kind], KIND),
            fit(named(name, masked=self.masked), self._name_width),
            "  ",
            (fit(self._state(sent), self._state_width), self.look(look)),
        )

    def _state(self, row: Outgoing) -> str:
        if row.state == "set_aside":
            return f"set aside: {HIDDEN if self.masked else row.reason}"
        return "sent, waits for the answer" if self.is_live else "waits for the connection"
