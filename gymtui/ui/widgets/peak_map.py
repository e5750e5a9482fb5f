"""The heat of the week: a row a weekday, a column an hour; and below it the chosen day, this week, and now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual import events
from textual.content import Content
from textual.reactive import reactive

from gymtui.protocol import Peak, Stats
from gymtui.ui.cells import spark
from gymtui.ui.peak import DAYS, PeakReport, busiest, level, now_words, week_words, window
from gymtui.ui.widgets.choice_list import ChoiceList
from gymtui.ui.widgets.error_boundary import LiveWidget

NAME, HOUR, ROOMY = 7, 3, 4  # cells of a weekday, of an hour, and where there is room


class PeakMap(LiveWidget):
    """Figures in shades: without any colour they are still figures."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "peak--heading",
        "peak--chosen",
        "peak--quiet",
        *(f"peak--heat-{n}" for n in range(1, 5)),
    }

    report: reactive[PeakReport] = reactive(PeakReport())
    stats: reactive[Stats | None] = reactive[Stats | None](None)
    chosen: reactive[int] = reactive(0)

    def render(self) -> Content:
        peak = self.report.peak
        if peak is None:
            why = "The server counts the hours: they are here once it answers." if self.report.problem else ""
            return self._styled(f"   {why}", "quiet")
        return Content("\n").join(self._lines(peak))

    def on_click(self, event: events.Click) -> None:
        if self.report.peak is not None and 0 <= event.y - 1 < len(DAYS):
            self.post_message(ChoiceList.Picked("peak", event.y - 1))

    def _styled(self, text: str, name: str) -> Content:
        return Content.styled(text, self.get_visual_style(f"peak--{name}"))

    def _lines(self, peak: Peak) -> Iterator[Content]:
        room = self.content_size.width - NAME
        hours = window(peak.heat, max(1, room // HOUR))
        width = ROOMY if len(hours) * ROOMY <= room else HOUR
        top = max((peak.heat[day][hour] for day in range(len(DAYS)) for hour in hours), default=0)
        yield self._styled(" " * NAME + "".join(f"{hour:>{width}}" for hour in hours), "heading")
        for day, name in enumerate(DAYS):
            cells = [self._cell(peak.heat[day][hour], top, width) for hour in hours]
            sign = " › " if day == self.chosen else "   "
            label = f"{sign}{name:<{NAME - 3}}"
            yield Content("").join([self._styled(label, "chosen") if day == self.chosen else Content(label), *cells])
        shown = peak.heat[self.chosen]
        yield Content("")
        yield self._told(DAYS[self.chosen].upper(), spark([shown[hour] for hour in hours]), busiest(shown))
        if self.stats is not None and self.stats.hours:
            today = self.stats.hours
            yield self._told("TODAY", spark([today[hour] for hour in hours]), f"{self.stats.today_total:,} so far")
        yield self._told("WEEK", week_words(peak), "")
        yield self._told("NOW", now_words(peak, self.stats), "")

    def _cell(self, value: float, top: float, width: int) -> Content:
        heat = level(value, top)
        text = f"{value:>{width}.0f}" if heat else f"{'·':>{width}}"
        return self._styled(text, f"heat-{heat}" if heat else "quiet")

    def _told(self, label: str, text: str, more: str) -> Content:
        return Content.assemble(
            self._styled(f"   {label:<8}", "heading"), text, "  " if more else "", self._styled(more, "quiet")
        )
