"""How full it is, how many came today, how long they stay."""

from __future__ import annotations

from datetime import UTC, date, tzinfo
from itertools import zip_longest
from typing import ClassVar

from msgspec.structs import replace
from rich.segment import Segment
from rich.style import Style as RichStyle
from textual.content import Content
from textual.reactive import reactive
from textual.renderables.digits import Digits
from textual.style import Style

from gymtui import clock
from gymtui.gym_day import day_of, first_hour
from gymtui.protocol import Gym, Policy, Stats
from gymtui.rules import Uncounted
from gymtui.ui.cells import spark
from gymtui.ui.throttle import Throttle
from gymtui.ui.wall import stay, to_the_minute, wall
from gymtui.ui.widgets.error_boundary import LiveWidget

NARROW = 14  # cells of the second and the third figure, at least
COMPARABLE = 10  # visits of either day: a percentage of fewer says nothing
WHERE = 40  # cells from which it is said that a queue is this desk's
ROOMY = 34  # cells from which what is assumed is said in words
BIG = 5  # rows from which the figures are three rows high


def stay_text(minutes: float | None) -> str:
    """`1 h 12 min`; `–` where nobody has left yet."""
    return "–" if minutes is None else stay(minutes)


def change_text(stats: Stats) -> str:
    """Today against the same weekday of last week by now: `+9 %`; nothing where few came then or have come by now, or
    that is not known."""
    if stats.same_weekday is None or min(stats.same_weekday, stats.today_total) < COMPARABLE:
        return ""
    return f"{(stats.today_total - stats.same_weekday) / stats.same_weekday:+.0%}".replace("%", " %")


def fill_of(stats: Stats) -> float | None:
    """The part of the capacity that is taken; None where no capacity is known."""
    return stats.currently_in / stats.capacity if stats.capacity else None


def big(text: str) -> list[str]:
    """The text in digits three rows high."""
    drawn = Digits(text).render(RichStyle(bold=True))
    return [part.text for part in drawn if isinstance(part, Segment) and part.text != "\n"]


class Counters(LiveWidget):
    """Three figures side by side: two rows, or five where there is room. Painted three times a second at most.

    The `uncounted` are not in the figures, which the first one says. `now` gives the time of day (ms) by the
    server's clock: where a new day has begun since the figures came, nobody has come today as far as is known here."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "counters--label",
        "counters--figure",
        "counters--quiet",
        "counters--bar",
        "counters--full",
        "counters--track",
    }

    stats: reactive[Stats | None] = reactive[Stats | None](None, repaint=False)
    uncounted: reactive[Uncounted] = reactive(Uncounted(), repaint=False)
    zone: reactive[tzinfo] = reactive[tzinfo](UTC, repaint=False)
    gym: reactive[Gym | None] = reactive[Gym | None](None, repaint=False)  # its days may turn at another hour

    def __init__(self, now: clock.Clock) -> None:
        super().__init__()
        self._now = now
        self._throttle = Throttle(self, self._show, rate=3)
        self._shown: tuple[object, ...] | None = None

    def on_mount(self) -> None:
        self._tick()

    def _tick(self) -> None:
        self._throttle.ask()
        self.set_timer(to_the_minute(self._now()), self._tick)

    def watch_stats(self) -> None:
        self._throttle.ask()

    def watch_zone(self) -> None:
        self._throttle.ask()

    def watch_gym(self) -> None:
        self._throttle.ask()

    def watch_uncounted(self) -> None:
        self._throttle.ask()

    def _show(self) -> None:
        shown = (self.uncounted, *_figures(self._of_today(self.stats))) if self.stats else None
        if shown != self._shown:
            self._shown = shown
            self.refresh()

    def render(self) -> Content:
        if self.stats is None:
            return Content.styled("No figures yet: they come with the server's first answer.", self._style("quiet"))
        stats = self._of_today(self.stats)
        narrow = max(NARROW, self.content_size.width // 4)
        wide = self.content_size.width - 2 * narrow
        columns = (
            (wide, self._in_now(stats, wide - 3)),
            (narrow, self._today(stats, narrow)),
            (narrow, self._stay(stats)),
        )
        rows = zip_longest(*(rows for _, rows in columns), fillvalue=Content(""))
        widths = [width for width, _ in columns]
        return Content("\n").join(self._across(row, widths) for row in rows)

    def _of_today(self, stats: Stats) -> Stats:
        try:
            counted = self._day_of(clock.to_ms(stats.as_of))
        except (ValueError, OverflowError):  # a server that does not say when: then they are of today
            return stats
        if counted >= self._day_of(self._now()):
            return stats
        return replace(stats, today_total=0, average_stay_minutes=None, hours=(), same_weekday=None)

    def _day_of(self, ms: int) -> date:
        return day_of(wall(ms, self.zone), self._policy)

    @property
    def _policy(self) -> Policy:
        return self.gym.policy if self.gym else Policy()

    def _style(self, name: str) -> Style:
        return self.get_visual_style(f"counters--{name}", partial=True)

    def _across(self, cells: tuple[Content, ...], widths: list[int]) -> Content:
        return Content("").join(
            cell.truncate(width - 1, ellipsis=True).pad_right(max(1, width - cell.cell_length))
            for cell, width in zip(cells, widths, strict=True)
        )

    @property
    def _is_big(self) -> bool:
        return self.content_size.height >= BIG

    def _figure(self, label: str, figure: str, caption: str) -> list[Content]:
        rows = big(figure) if self._is_big else [figure]
        return [
            Content.styled(label, self._style("label")),
            *(Content.styled(row, self._style("figure")) for row in rows),
            Content.styled(caption, self._style("quiet")),
        ][: self.content_size.height]

    def _today(self, stats: Stats, width: int) -> list[Content]:
        """With the day's hours beside the label, and the change on the same day of last week."""
        change = change_text(stats)
        rows = self._figure("TODAY", f"{stats.today_total:,}", f"{change} on last week" if change else "visits")
        first = first_hour(self._policy)
        in_turn = stats.hours[first:] + stats.hours[:first]
        busy = [hour for hour, visits in enumerate(in_turn) if visits]
        hours = in_turn[busy[0] : busy[-1] + 1] if busy else ()
        if width > 9:
            rows[0] += Content.styled(f"  {spark(hours[-(width - 9) :])}", self._style("bar"))
        if change and not self._is_big:
            rows[-1] += Content.styled(f"  {change}", self._style("quiet"))
        return rows

    def _stay(self, stats: Stats) -> list[Content]:
        minutes = stats.average_stay_minutes
        if not self._is_big or minutes is None:
            return self._figure("AVERAGE STAY", stay_text(minutes), "")
        hours, rest = divmod(round(minutes), 60)
        return self._figure("AVERAGE STAY", f"{hours}:{rest:02d}", "hours : minutes")

    def _in_now(self, stats: Stats, width: int) -> list[Content]:
        fill = fill_of(stats)
        figure = f"{stats.currently_in:,}"
        of = "" if fill is None else f" of {stats.capacity:,}"
        queued = self.uncounted.words if width >= WHERE else self.uncounted.words.removesuffix(" here")
        of += f", {queued}" if queued else ""
        assumed = stats.assumed or 0
        of += (f", ~{assumed:,} assumed" if width >= ROOMY else f", ~{assumed:,}") if assumed else ""
        percent = "" if fill is None else f"{fill:.0%}".replace("%", " %")
        rows = self._figure("IN NOW", figure, "")
        if self._is_big:
            rows[-1] = self._bar(fill, min(40, width - 16, width - len(percent) - len(of) - 3)) + Content.styled(
                f"  {percent}{of}", self._style("quiet")
            )
            return rows
        line = rows[-1] + Content.styled(of, self._style("quiet"))
        bar = self._bar(fill, min(40, width - line.cell_length - len(percent) - 4))
        for part in (bar, Content.styled(percent, self._style("quiet"))):
            if part and line.cell_length + part.cell_length <= width:  # no figure is cut
                line += Content("  ") + part
        return [*rows[:-1], line]

    def _bar(self, fill: float | None, width: int) -> Content:
        if fill is None or width < 4:
            return Content("")
        taken = min(width, round(fill * width))
        look = "full" if fill >= 0.9 else "bar"
        return Content.assemble(("━" * taken, self._style(look)), ("─" * (width - taken), self._style("track")))


def _figures(stats: Stats) -> tuple[object, ...]:
    stay = stay_text(stats.average_stay_minutes)
    return stats.currently_in, stats.assumed, stats.today_total, stats.capacity, stay, stats.hours, change_text(stats)
