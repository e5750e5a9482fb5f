"""Notices, a row each: what nobody here has read yet stands out."""

from __future__ import annotations

from datetime import UTC, tzinfo
from textwrap import wrap
from typing import ClassVar, Final

from textual.content import Content
from textual.reactive import reactive

from gymtui.clock import to_ms
from gymtui.printable import printable
from gymtui.protocol import Level, Notification
from gymtui.ui.cells import fit
from gymtui.ui.privacy import HIDDEN
from gymtui.ui.wall import wall
from gymtui.ui.widgets.choice_list import ChoiceList

AT: Final = 15  # cells of the column
SYMBOLS: Final[dict[Level, str]] = {"info": "◆", "success": "✓", "warning": "!", "error": "✗"}


class NoticeList(ChoiceList):
    """The newest first; the whole of the chosen one is below."""

    NAME = "notices"

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "notices--heading",
        "notices--chosen",
        "notices--quiet",
        "notices--unread",
    }

    rows: reactive[tuple[tuple[Notification, bool], ...]] = reactive(())  # with whether it is unread
    chosen: reactive[int] = reactive(0)
    zone: reactive[tzinfo] = reactive[tzinfo](UTC)
    masked: reactive[bool] = reactive(False)

    @property
    def count(self) -> int:
        return len(self.rows)

    @property
    def chosen_row(self) -> int | None:
        return self.chosen

    def nothing(self) -> Content:
        return self.styled("   nothing was said to all so far", "quiet")

    def foot(self) -> list[Content]:
        """What the chosen one says, as far as four lines go."""
        if not self.rows:
            return []
        notice, _ = self.rows[self.chosen]
        width = max(10, self.content_size.width - 5)
        text = printable(self._text(notice))
        return [Content(""), *(Content(f"   {line}") for line in wrap(text, width)[:4])]

    def row(self, row: int) -> Content:
        notice, unread = self.rows[row]
        width = max(0, self.content_size.width - 5 - AT)
        text = self._text(notice)
        look = "unread" if unread else "quiet"
        return Content.assemble(
            " › " if row == self.chosen else "   ",
            self.styled(f"{SYMBOLS[notice.level]} ", look),
            self.styled(fit(self._when(notice), AT), "quiet"),
            self.styled(fit(text, width), look),
        )

    def _text(self, notice: Notification) -> str:
        """All that it says; under the mask nothing of what is about a member."""
        if self.masked and notice.member_id is not None:
            return f"about a member: {HIDDEN}"
        return f"{notice.title}: {notice.message}" if notice.message else notice.title

    def _when(self, notice: Notification) -> str:
        try:
            at = wall(to_ms(notice.at), self.zone)
        except (ValueError, OverflowError):
            return ""
        return f"{at.day} {at:%b %H:%M}"
