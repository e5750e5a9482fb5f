"""The monitor's figures: a caption and a line each, the sparkline beside the rates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import ClassVar, Final

from textual.content import Content
from textual.reactive import reactive
from textual.style import Style

from gymtui.protocol import Connections, ServerFigures, Stats
from gymtui.ui.cells import fit
from gymtui.ui.lookout import senders, sized
from gymtui.ui.traffic import Figures, Percentiles
from gymtui.ui.widgets.error_boundary import LiveWidget

BARS: Final = " ▁▂▃▄▅▆▇█"
OUTCOMES: Final = ("applied", "refused", "failed")  # of commands; what was sent again is done already
DAY: Final = 86_400  # seconds
CAPTION: Final = 12  # cells
HALF: Final = 27  # cells of the first figures of a line
RATES: Final = HALF + 9  # of the rates: the sparkline begins where the second figures do


Named = Sequence[tuple[str, str]]  # figures, each behind its name


def sparkline(rates: tuple[int, ...], width: int) -> str:
    """The newest `width` rates, the highest of them as a whole block; a rate that is not 0 is never blank."""
    shown = rates[-width:]
    top = max(shown, default=0)
    return "".join(BARS[-(-rate * 8 // top)] if rate else BARS[0] for rate in shown)


def milliseconds(of: Percentiles | None) -> Named:
    if of is None:
        return (("nothing measured yet", ""),)
    return ("p50", f"{of.p50 * 1000:.0f}"), ("p95", f"{of.p95 * 1000:.0f}"), ("p99", f"{of.p99 * 1000:.0f} ms")


class TrafficFigures(LiveWidget):
    """Seven lines; painted only when a figure has changed."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"figures--caption", "figures--name", "figures--bars", "figures--refused"}

    figures: reactive[Figures] = reactive(Figures)
    position: reactive[tuple[str, int]] = reactive(("", 0))
    stats: reactive[Stats | None] = reactive[Stats | None](None)
    seen: reactive[Connections | None] = reactive[Connections | None](None)
    server: reactive[ServerFigures | None] = reactive[ServerFigures | None](None)

    def render(self) -> Content:
        figures = self.figures
        rates = (
            ("1 s", f"{figures.last_second}"),
            ("1 min", f"{figures.last_minute:.1f}"),
            ("peak", f"{figures.peak}"),
        )
        lines = (
            self._line("EVENTS / S", self._named(rates, RATES), self._bars(figures)),
            self._line(
                "ROUND TRIP",
                self._named(milliseconds(figures.round_trip), HALF),
                self._part("DELAY  ", self._named(milliseconds(figures.delay))),
            ),
            self._line("BATCHES   ", self._named(_batches(figures), HALF), self._part("JOURNAL", self._journal())),
            self._part("CONNECTED ", self._people()),
            self._part("SENT 1 MIN", self._senders()),
            self._refusals(figures),
            self._part("SERVER    ", self._server()),
        )
        return Content("\n").join(lines)

    def _look(self, name: str) -> Style:
        return self.get_visual_style(f"figures--{name}", partial=True)

    def _named(self, figures: Named, width: int = 0) -> Content:
        """In `width` cells at least, the names quieter than what they name."""
        look = self._look("name")
        content = Content("  ").join(Content.assemble((name, look), f" {value}") for name, value in figures)
        return content.pad_right(max(0, width - content.cell_length))

    def _part(self, caption: str, text: Content) -> Content:
        return Content.styled(f"{caption}  ", self._look("caption")) + text

    def _line(self, caption: str, text: Content, more: Content) -> Content:
        return (self._part(caption, text) + more).truncate(self.content_size.width, ellipsis=True)

    def _bars(self, figures: Figures) -> Content:
        bars = sparkline(figures.rates, max(0, self.content_size.width - CAPTION - RATES))
        return Content.styled(bars, self._look("bars"))

    def _people(self) -> Content:
        """How many connections, in all and by role."""
        if self.seen is None:
            return Content.styled("not known yet", self._look("name"))
        roles = Counter(client.role or "nobody" for client in self.seen.connections)
        named = ((role, f"{count:,}") for role, count in sorted(roles.items()))
        return self._named((("in all", f"{roles.total():,}"), *named))

    def _senders(self) -> Content:
        """Who has sent most."""
        found = () if self.seen is None else senders(self.seen)
        return self._fitting(found) if found else Content.styled("not known yet", self._look("name"))

    def _server(self) -> Content:
        """What became of commands, and how much room there is."""
        if self.server is None:
            return Content.styled("not known yet", self._look("name"))
        became = Counter[str]()
        for counted in self.server.commands:
            became[counted.outcome] += counted.count
        age = self.server.backup_age_seconds
        named = [(outcome, f"{became[outcome]:,}") for outcome in OUTCOMES if became[outcome]]
        if self.server.free_bytes is not None:
            named += [("disk", f"{sized(self.server.free_bytes)} free")]
        named += [] if age is None else [("backup", "today" if age < DAY else f"{age // DAY} d old")]
        named += [("database", sized(self.server.database_bytes))]
        named += [] if self.server.log_bytes is None else [("log", sized(self.server.log_bytes))]
        return self._fitting(named)

    def _fitting(self, figures: Named) -> Content:
        """As many of the first as fit whole, and one at least."""
        width, count = max(0, self.content_size.width - CAPTION), 1
        while count < len(figures) and self._named(figures[: count + 1]).cell_length <= width:
            count += 1
        return self._named(figures[:count]).truncate(width, ellipsis=True)

    def _journal(self) -> Content:
        epoch, seq = self.position
        if not epoch:
            return Content.styled("not known yet", self._look("name"))
        if self.stats is None:
            return Content(f"{seq:,}")
        assumed = f", ~{self.stats.assumed:,} of them assumed" if self.stats.assumed else ""
        return Content(f"{seq:,}, {self.stats.currently_in:,} in now{assumed}")

    def _refusals(self, figures: Figures) -> Content:
        if not figures.refusals:
            return self._part("REFUSED   ", Content.styled("nobody yet", self._look("name")))
        reasons = " · ".join(f"{count} {reason}" for reason, count in figures.refusals)
        room = max(0, self.content_size.width - CAPTION)
        return self._part("REFUSED   ", Content.styled(fit(reasons, room), self._look("refused")))


def _batches(figures: Figures) -> Named:
    size = figures.batch_size
    if size is None:
        return (("none yet", ""),)
    return ("p50", f"{size.p50:.0f}"), ("p99", f"{size.p99:.0f}"), ("max", f"{figures.largest_batch}")
