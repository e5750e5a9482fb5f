"""The line that says what became of a command: name first, then word, symbol and colour."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from textual.content import Content
from textual.reactive import reactive

from gymtui.client.state import SYMBOLS, Verdict
from gymtui.printable import printable
from gymtui.ui.cells import fit
from gymtui.ui.widgets.error_boundary import LiveWidget


class VerdictLine(LiveWidget):
    """Full width, in the colour of its kind (`-checked_in`, `-queued`, ...); before the first one, what to do."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"verdict--hint"}

    verdict: reactive[Verdict | None] = reactive[Verdict | None](None)

    def watch_verdict(self, verdict: Verdict | None) -> None:
        for kind in SYMBOLS:
            self.set_class(verdict is not None and verdict.kind == kind, f"-{kind}")

    def render(self) -> Content:
        width = self.content_size.width
        if self.verdict is None:
            hint = fit("Ready: green is checked in, amber is queued, red is refused.", width)
            return Content.styled(hint, self.get_visual_style("verdict--hint"))
        return Content("\n".join(fit(line, width) for line in self._lines(self.verdict, width)))

    def _lines(self, verdict: Verdict, width: int) -> list[str]:
        """The words; where they are too long for a line and there is a second one, the next step is there."""
        words = printable(verdict.words)
        if verdict.next_step is None or cell_len(words) <= width or self.content_size.height < 2:
            return [words]
        step = f" — {printable(verdict.next_step)}"
        return [words.removesuffix(step), f" {step}"]
