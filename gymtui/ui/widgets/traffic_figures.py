"""The monitor's figures: a caption and a line each, the sparkline beside the rates."""

from __future__ import annotations

from typing import ClassVar, Final

from textual.content import Content
from textual.reactive import reactive
from textual.style import Style

from gymtui.protocol import Stats
from gymtui.ui.cells import fit
from gymtui.ui.traffic import Figures, Percentiles
from gymtui.ui.widgets.error_boundary import LiveWidget

BARS: Final = " ▁▂▃▄▅▆▇█"
CAPTION: Final = 12  # cells
HALF: Final = 27  # cells of the first figures of a line
RATES: Final = 37  # cells of the rates, before the sparkline


def sparkline(rates: tuple[int, ...], width: int) -> str:
    """The newest `width` rates, the highest of them as a whole block; a rate that is not 0 is never blank."""
    shown = rates[-width:]
    top = max(shown, default=0)
    return "".join(BARS[-(-rate * 8 // top)] if rate else BARS[0] for rate in shown)


def milliseconds(of: Percentiles | None) -> str:
    if of is None:
        return "nothing measured yet"
    return f"p50 {of.p50 * 1000:.0f}  p95 {of.p95 * 1000:.0f}  p99 {of.p99 * 1000:.0f} ms"


class TrafficFigures(LiveWidget):
    """Four lines; painted only when a figure has changed."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"figures--caption", "figures--bars", "figures--refused"}

    figures: reactive[Figures] = reactive(Figures)
    position: reactive[tuple[str, int]] = reactive(("", 0))
    stats: reactive[Stats | None] = reactive[Stats | None](None)

    def render(self) -> Content:
        figures = self.figures
        rates = f"1 s {figures.last_second}  1 min {figures.last_minute:.1f}  peak {figures.peak}"
        size = figures.batch_size
        batches = "none yet" if size is None else f"p50 {size.p50:.0f}  p99 {size.p99:.0f}  max {figures.largest_batch}"
        delay = self._part("DELAY  ", milliseconds(figures.delay))
        lines = (
            self._line("EVENTS / S", fit(rates, RATES), self._bars(figures)),
            self._line("ROUND TRIP", fit(milliseconds(figures.round_trip), HALF), delay),
            self._line("BATCHES   ", fit(batches, HALF), self._part("JOURNAL", self._journal())),
            self._refusals(figures),
        )
        return Content("\n").join(lines)

    def _look(self, name: str) -> Style:
        return self.get_visual_style(f"figures--{name}", partial=True)

    def _part(self, caption: str, text: str) -> Content:
        return Content.assemble((f"{caption}  ", self._look("caption")), text)

    def _line(self, caption: str, text: str, more: Content) -> Content:
        return (self._part(caption, text) + more).truncate(self.content_size.width, ellipsis=True)

    def _bars(self, figures: Figures) -> Content:
        bars = sparkline(figures.rates, max(0, self.content_size.width - CAPTION - RATES))
        return Content.styled(bars, self._look("bars"))

    def _journal(self) -> str:
        epoch, seq = self.position
        if not epoch:
            return "not known yet"
        inside = "" if self.stats is None else f", {self.stats.currently_in:,} in now"
        return f"{seq:,}{inside}"

    def _refusals(self, figures: Figures) -> Content:
        if not figures.refusals:
            return self._part("REFUSED   ", "nobody yet")
        reasons = " · ".join(f"{count} {reason}" for reason, count in figures.refusals)
        shown = Content.styled(fit(reasons, self.content_size.width - CAPTION), self._look("refused"))
        return self._part("REFUSED   ", "") + shown
