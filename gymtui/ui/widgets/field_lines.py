"""All that there is to say of one thing: a line a field, or a text."""

from __future__ import annotations

from typing import ClassVar, Final

from textual.content import Content
from textual.reactive import reactive

from gymtui.ui.cells import fit
from gymtui.ui.widgets.error_boundary import LiveWidget

NAME: Final = 26  # cells of a field's name
TWO_FROM: Final = 110  # cells of width from which fields stand in two columns

Fields = tuple[tuple[str, str], ...]


class FieldLines(LiveWidget):
    """The `fields`, a name and a text each, or where there is one the `text`; `more` is what shows all where there
    is no room."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"fields--name"}

    fields: reactive[Fields] = reactive[Fields](())
    text: reactive[str] = reactive("")

    def __init__(self, more: str = "") -> None:
        super().__init__()
        self._more = more

    def render(self) -> Content:
        width, room = self.content_size.width, self.content_size.height
        if self.text:
            return Content("\n".join(self.text[at : at + width] for at in range(0, len(self.text), max(1, width))))
        fields = self.fields
        if width < TWO_FROM and len(fields) > room:
            fields = (*fields[: room - 1], ("…", self._more))
        columns = 1 if len(fields) <= room else 2
        look = self.get_visual_style("fields--name", partial=True)
        lines = [
            Content.assemble((fit(name, NAME), look), fit(text, max(0, width // columns - NAME - 1)), " ")
            for name, text in fields
        ]
        beside = [*lines[room : 2 * room], *[Content("")] * room]
        return Content("\n").join([first + second for first, second in zip(lines[:room], beside, strict=False)])
