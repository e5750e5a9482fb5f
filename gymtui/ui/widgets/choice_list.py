"""A list to choose from: a window over its rows that follows the chosen one, paging, and the mouse."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.style import Style

from gymtui.ui.widgets.error_boundary import LiveWidget


class ChoiceList(LiveWidget):
    """Says with `Picked` which row was clicked; who steers it chooses. A list of this kind has a `NAME`, which its
    component classes begin with (`NAME--chosen` among them), and says how a row looks."""

    NAME: ClassVar[str]

    virtual_size: reactive[Size] = reactive(Size(0, 0))  # Textual's own lays out the screen a second time

    class Picked(Message):
        """The row `row` of the list `name` was clicked."""

        def __init__(self, name: str, row: int) -> None:
            super().__init__()
            self.name = name
            self.row = row

    _first = 0

    # --- what a list is of ----------------------------------------------------------------------------------------

    @property
    @abstractmethod
    def count(self) -> int:
        """How many rows there are."""

    @property
    @abstractmethod
    def chosen_row(self) -> int | None:
        """The one that is chosen."""

    @abstractmethod
    def row(self, row: int) -> Content:
        """What a row says."""

    @abstractmethod
    def nothing(self) -> Content:
        """What stands there where there is no row."""

    def choice_of(self, row: int) -> int | None:
        """Which one a row is of, where several are of one; None where it is only read."""
        return row

    def head(self) -> list[Content]:
        """The lines above the rows."""
        return []

    def foot(self) -> list[Content]:
        """The lines below the rows."""
        return []

    # --- the window -----------------------------------------------------------------------------------------------

    @property
    def page(self) -> int:
        """How many rows there is room for."""
        return max(1, self.content_size.height - len(self.head()) - len(self.foot()))

    @property
    def window(self) -> range:
        """The rows that are seen. It moves only as far as keeps the chosen one in sight."""
        page, chosen = self.page, self.chosen_row or 0
        self._first = max(0, min(self._first, chosen, self.count - page), chosen - page + 1)
        return range(self._first, min(self._first + page, self.count))

    def on_click(self, event: events.Click) -> None:
        window = self.window
        row = window.start + event.y - len(self.head())
        if row in window and (choice := self.choice_of(row)) is not None:
            self.post_message(self.Picked(self.NAME, choice))

    # --- what it looks like ---------------------------------------------------------------------------------------

    def look(self, name: str) -> Style:
        """The style of the component class `NAME--name`."""
        return self.get_visual_style(f"{self.NAME}--{name}", partial=True)

    def styled(self, text: str, name: str) -> Content:
        return Content.styled(text, self.look(name))

    def render(self) -> Content:
        rows = [self._shown(row) for row in self.window] or [self.nothing()]
        return Content("\n").join([*self.head(), *rows, *self.foot()])

    def _shown(self, row: int) -> Content:
        content = self.row(row)
        if row != self.chosen_row:
            return content
        content = content.pad_right(max(0, self.content_size.width - content.cell_length))
        return content.stylize_before(self.look("chosen"))
