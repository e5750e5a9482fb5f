"""What rings: a line each, until somebody has seen it."""

from __future__ import annotations

from typing import Final

from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive

from gymtui.ui.cells import fit
from gymtui.ui.widgets.error_boundary import LiveWidget

MOST: Final = 3  # lines


class AlarmLines(LiveWidget):
    """The newest first; the last line says how to say that they were seen."""

    sentences: reactive[tuple[str, ...]] = reactive((), layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return min(len(self.sentences), MOST)

    def render(self) -> Content:
        width, shown = self.content_size.width, self.sentences[:MOST]
        more = f", and {len(self.sentences) - MOST} more" if len(self.sentences) > MOST else ""
        lines = [f"✗ {sentence}" for sentence in shown]
        if lines:
            lines[-1] += f"{more}   Enter: seen"
        return Content("\n").join(Content(fit(line, width)) for line in lines)
