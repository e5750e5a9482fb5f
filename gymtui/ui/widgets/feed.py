"""The live feed, a ring buffer of rows with the newest on top, at a price that does not depend on how much comes.

Two thousand rows at most are kept, only visible ones are ever formatted, each once (its strip is cached by `seq`), and
`virtual_size` never changes: a change would lay out the whole screen.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import UTC, date, tzinfo
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.cache import LRUCache
from textual.dom import DOMNode
from textual.geometry import Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from gymtui import clock
from gymtui.client.desk.event_filter import EventFilter, WrongFilter, read_filter
from gymtui.client.desk.verdicts import policy_of
from gymtui.gym_day import day_of
from gymtui.protocol import Event, Gym
from gymtui.ui.bindings import key_of
from gymtui.ui.cells import fit
from gymtui.ui.feed_rows import News, Row, row_of, told_once
from gymtui.ui.throttle import Throttle
from gymtui.ui.wall import moment, to_the_minute, wall
from gymtui.ui.widgets.error_boundary import LiveWidget

KEPT = 2000
RATE = 6  # paints a second at most
HEADING = ("TIME", "", "WHO", "", "WHERE", "BY", "NOTE")
GAP = 1  # cells after each column
TIME, SYMBOL, OUTCOME, PLACE, BY = 10, 2, 11, 16, 12  # cells of these columns with their gap
NAME_AT_MOST = 40  # where there is a note to have the rest
PLACE_FROM, BY_FROM, NOTE_FROM = 46, 70, 100  # cells of width from which these columns are there


class Feed(LiveWidget, ScrollView, can_focus=False):
    """A heading, then a row an event, with its day where that is not today's, by the clock that `now` gives (ms).
    Scrolled away from the top it holds still and counts what is new."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "feed--heading",
        "feed--new",
        "feed--time",
        "feed--name",
        "feed--quiet",
        "feed--in",
        "feed--warned",
        "feed--out",
        "feed--undone",
        "feed--clash",
        "feed--again",
        "feed--refused",
        "feed--notice",
    }

    zone: reactive[tzinfo] = reactive[tzinfo](UTC)
    gym: reactive[Gym | None] = reactive[Gym | None](None)  # its days may turn at another hour than midnight
    masked: reactive[bool] = reactive(False)
    today: reactive[date] = reactive(date.min)

    def __init__(self, now: clock.Clock) -> None:
        super().__init__()
        self._now = now
        self.all: deque[News] = deque(maxlen=KEPT)
        self.rows = self.all  # what is shown: all, or what the filter leaves; each becomes a `Row` once it is seen
        self.filter = EventFilter()
        self.wrong = ""  # why what is typed is no filter
        self.new = 0
        self._pending: deque[Event] = deque(maxlen=KEPT)
        self._strips: LRUCache[tuple[int, int], Strip] = LRUCache(256)  # by `seq` and width
        self._looks: dict[str, Style] = {}  # Textual's own are gone with each paint
        self._throttle = Throttle(self, self._flush, RATE)

    def on_mount(self) -> None:
        self.virtual_size = Size(1, KEPT)
        self._tick()

    def _tick(self) -> None:
        self._look_at_day()
        self.set_timer(to_the_minute(self._now()), self._tick)

    def _look_at_day(self) -> None:
        self.today = day_of(wall(self._now(), self.zone), policy_of(self.gym))

    def extend(self, events: Iterable[Event]) -> None:
        """What has happened, in `seq` order; painted with whatever else comes within the next sixth of a second."""
        self._pending.extend(events)
        self._throttle.ask()

    def restart(self, events: Iterable[Event]) -> None:
        """Forget what is shown: the journal is another one, or was taken up further on."""
        self.all.clear()
        self.rows.clear()
        self._strips.clear()
        self._pending.clear()
        self.top()
        self.refresh()
        self.extend(sorted(events, key=lambda event: event.seq))

    def _flush(self) -> None:
        if not self._pending:  # all of it came in time for the last paint
            return
        newest = self.all[0] if self.all else None
        rows = list(told_once(newest, (event for event in self._pending if isinstance(event, News))))
        self._pending.clear()
        self.all.extendleft(rows)
        if self.filter.text:
            rows = [row for row in rows if self.filter.passes(row)]
            self.rows.extendleft(rows)
        if self.scroll_offset.y:
            self.new += len(rows)
            self.scroll_to(y=self.scroll_offset.y + len(rows), animate=False)
        self.refresh()

    def narrow(self, text: str) -> None:
        """Only the rows that these words ask for; all of them where there are none, or one that asks nothing."""
        try:
            self.filter, self.wrong = read_filter(text), ""
        except WrongFilter as wrong:
            self.filter, self.wrong = EventFilter(), str(wrong)
        self.rows = deque(filter(self.filter.passes, self.all), maxlen=KEPT) if self.filter.text else self.all
        self.scroll_to(y=0, animate=False)
        self.refresh()

    def top(self) -> None:
        """Back to the newest of all."""
        if self.filter.text or self.wrong:
            self.narrow("")
        self.scroll_to(y=0, animate=False)

    def validate_scroll_y(self, value: float) -> float:
        return max(0.0, min(value, float(len(self.rows) - self.size.height + 1)))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if not new_value:
            self.new = 0

    def watch_zone(self) -> None:
        self._strips.clear()
        self.call_later(self._look_at_day)

    def watch_gym(self) -> None:
        self.watch_zone()

    def watch_today(self) -> None:
        self._strips.clear()

    def watch_masked(self) -> None:
        self._strips.clear()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._strips.clear()
        self._looks.clear()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        index = self.scroll_offset.y + y - 1
        if y == 0:
            return self._heading(width)
        if index >= len(self.rows):
            empty = self._empty() if not self.rows and y == 1 else ""
            return Strip([Segment(fit(empty, width), self._look("quiet"))], width)
        event = self.rows[index]
        strip = self._strips.get((event.seq, width))
        if strip is None:
            strip = self._strips[event.seq, width] = self._format(row_of(event, masked=self.masked), width)
        return strip

    def _look(self, name: str) -> Style:
        if (look := self._looks.get(name)) is None:
            look = self._looks[name] = self.get_component_rich_style(f"feed--{name}")
        return look

    def _empty(self) -> str:
        if self.filter.text:
            return "Nothing that has happened has these words."
        return "Nobody has come in yet; whoever does is shown here at once."

    def _heading(self, width: int) -> Strip:
        if self.scroll_offset.y:
            text, look = f"▲ +{self.new} new — {key_of(self, 'back')} goes to the newest", "new"
        elif self.wrong:
            text, look = self.wrong, "refused"
        elif self.filter.text:
            found = f"{len(self.rows)} with “{self.filter.text}”"
            text, look = f"{found} — {key_of(self, 'back')} shows all", "new"
        else:
            text, look = "".join(_cells(HEADING, _columns(width))), "heading"
        return Strip([Segment(fit(text, width), self._look(look))], width)

    def _format(self, row: Row, width: int) -> Strip:
        at = moment(row.at, self.zone, policy_of(self.gym), self.today)
        texts = (at, row.symbol, row.who, row.outcome, row.place, row.by, row.note)
        cells = _cells(texts, _refusal_columns(width) if row.kind in ("refused", "again") else _columns(width))
        name = "refused" if row.kind == "refused" else "name"
        looks = ("time", row.kind, name, row.kind, "quiet", "quiet", "quiet")
        segments = [Segment(text, self._look(look)) for text, look in zip(cells, looks, strict=True)]
        return Strip(segments).simplify().adjust_cell_length(width)


def feeds(screen: DOMNode) -> list[Feed]:
    """The one of a screen, or none where it has failed: all of the screen is not gone through for each window."""
    boundary = screen.query_one_optional("#feed")
    return [child for child in boundary.children if isinstance(child, Feed)] if boundary else []


def _columns(width: int) -> tuple[int, ...]:
    """The cells of each column, `width` together: the time first, and the last ones only where there is room."""
    place = PLACE if width >= PLACE_FROM else 0
    by = BY if width >= BY_FROM else 0
    rest = width - TIME - SYMBOL - OUTCOME - place - by
    note = max(rest // 2, rest - NAME_AT_MOST) if width >= NOTE_FROM else 0
    return TIME, SYMBOL, rest - note, OUTCOME, place, by, note


def _refusal_columns(width: int) -> tuple[int, ...]:
    """The same; where the reason has no column of its own, it takes those of place and desk."""
    *columns, place, by, note = _columns(width)
    return (*columns, place, by, note) if note else (*columns, 0, 0, place + by)


def _cells(texts: tuple[str, ...], columns: tuple[int, ...]) -> list[str]:
    return [fit(text, column - GAP) + " " * min(GAP, column) for text, column in zip(texts, columns, strict=True)]
