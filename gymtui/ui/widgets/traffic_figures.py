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
HALF: Final = 39  # cells from the first caption of a line to the second


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
        rates = f"1 s {figures.last_second:<5} 1 min {figures.last_minute:<6.1f} peak {figures.peak}"
        size = figures.batch_size
        batches = "none yet" if size is None else f"p50 {size.p50:.0f}  p99 {size.p99:.0f}  max {figures.largest_batch}"
        return Content("\n").join([
            self._line("EVENTS / S", rates, self._bars(figures)),
            self._line("ROUND TRIP", milliseconds(figures.round_trip), self._part("DELAY", milliseconds(figures.delay))),
            self._line("BATCHES", batches, self._part("JOURNAL", self._journal())),
            self._refusals(figures),
        ])  # fmt: skip

    def _look(self, name: str) -> Style:
        return self.get_visual_style(f"figures--{name}", partial=True)

    def _part(self, caption: str, text: str) -> Content:
        return Content.assemble((fit(caption, CAPTION), self._look("caption")), text)

    def _line(self, caption: str, text: str, more: Content) -> Content:
        line = self._part(caption, fit(text, HALF - CAPTION)) + more
        return line.truncate(self.content_size.width, ellipsis=True)

    def _bars(self, figures: Figures) -> Content:
        bars = sparkline(figures.rates, max(0, self.content_size.width - HALF))
        return Content.styled(bars, self._look("bars"))

    def _journal(self) -> str:
        epoch, seq = self.position
        if not epoch:
            return "not known yet"
        inside = "" if self.stats is None else f", {self.stats.currently_in:,} in now"
        return f"{seq:,}{inside}"

    def _refusals(self, figures: Figures) -> Content:
        if not figures.refusals:
            return self._part("REFUSED", "nobody yet")
        reasons = " · ".join(f"{count} {reason}" for reason, count in figures.refusals)
        caption = (fit("REFUSED", CAPTION), self._look("caption"))
        return Content.assemble(caption, (fit(reasons, self.content_size.width - CAPTION), self._look("refused")))
