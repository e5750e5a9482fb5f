"""The commands that fit what was typed after the `:`, each with its key and what it does."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive

from gymtui.ui.box.palette import Option, Palette
from gymtui.ui.cells import fit
from gymtui.ui.widgets.error_boundary import LiveWidget

ROWS = 8
NAME, KEY = 15, 12  # cells of the name and of the key


class CommandList(LiveWidget):
    """One row a command; the chosen one is marked by its colour and by `›`."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"commands--chosen", "commands--key", "commands--quiet"}

    palette: reactive[Palette | None] = reactive[Palette | None](None)

    virtual_size: reactive[Size] = reactive(Size(0, 0))  # Textual's own lays out the screen a second time

    class Picked(Message):
        """A row was clicked."""

        def __init__(self, option: Option) -> None:
            super().__init__()
            self.option = option

    def watch_palette(self, old: Palette | None, new: Palette | None) -> None:
        if _height(old) != _height(new):
            self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return _height(self.palette)

    def on_click(self, event: events.Click) -> None:
        if self.palette and event.y < len(self.palette.options):
            self.post_message(self.Picked(self.palette.options[self.palette.window(self.size.height)[event.y]]))

    def render(self) -> Content:
        if self.palette is None:
            return Content("")
        if not self.palette.options:
            nothing = f"   there is no command {self.palette.text} — : alone lists them all"
            return Content.styled(fit(nothing, self.size.width), self.get_visual_style("commands--quiet"))
        rows = self.palette.window(self.size.height)
        return Content("\n").join(self._row(self.palette.options[row], row == self.palette.chosen) for row in rows)

    def _row(self, option: Option, chosen: bool) -> Content:
        width = self.size.width
        content = Content.assemble(
            " › " if chosen else "   ",
            fit(f":{option.name}", NAME),
            (fit(option.key, KEY), self.get_visual_style("commands--key", partial=True)),
            (fit(option.what, max(0, width - NAME - KEY - 3)), self.get_visual_style("commands--quiet", partial=True)),
        ).truncate(width)
        if chosen:
            content = content.stylize_before(self.get_visual_style("commands--chosen", partial=True))
        return content


def _height(palette: Palette | None) -> int:
    return max(1, min(ROWS, len(palette.options))) if palette else 0
