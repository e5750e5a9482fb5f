"""Whom the typed text finds, with the match marked and what the rules say about each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, tzinfo
from typing import ClassVar

from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive

from gymtui import clock
from gymtui.client.desk.verdicts import judge, may_be_number
from gymtui.client.state import Hit
from gymtui.protocol import Gym
from gymtui.search.text import WORD, beginnings, fold
from gymtui.ui.box.pick_list import Search
from gymtui.ui.cells import fit
from gymtui.ui.namesakes import told_apart
from gymtui.ui.wall import hours_minutes
from gymtui.ui.widgets.error_boundary import LiveWidget

APART = 14  # cells of what tells namesakes apart: a birth date


def matches(text: str, shown: str) -> Iterator[tuple[int, int]]:
    """Where `shown` has the beginnings that were typed: (start, end) in characters."""
    runs = list(WORD.finditer(shown))
    begun = beginnings(text, [fold(run[0]) for run in runs])
    for at, run in enumerate(runs):
        if at in begun:
            length = next(n for n in range(1, len(run[0]) + 1) if len(fold(run[0][:n])) >= begun[at])
            yield run.start(), run.start() + length


class Hits(LiveWidget):
    """One row a hit; the chosen one is marked by its colour and by `›`."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "hits--chosen",
        "hits--match",
        "hits--quiet",
        "hits--in",
        "hits--warn",
        "hits--refuse",
    }

    search: reactive[Search | None] = reactive[Search | None](None)
    directory: reactive[float] = reactive(1.0)  # how much of it is here
    gym: reactive[Gym | None] = reactive[Gym | None](None)
    zone: reactive[tzinfo] = reactive[tzinfo](UTC)

    virtual_size: reactive[Size] = reactive(Size(0, 0))  # Textual's own lays out the screen a second time

    class Picked(Message):
        """A row was clicked."""

        def __init__(self, hit: Hit) -> None:
            super().__init__()
            self.hit = hit

    def __init__(self, clock: clock.Clock) -> None:
        super().__init__()
        self._clock = clock

    def watch_search(self, old: Search | None, new: Search | None) -> None:
        if _height(old) != _height(new):
            self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return _height(self.search)

    def on_click(self, event: events.Click) -> None:
        if self.search and event.y < len(self.search.seen):
            self.post_message(self.Picked(self.search.hits[self.search.seen[event.y]]))

    def render(self) -> Content:
        if self.search is None:
            return Content("")
        if not self.search.hits:
            text = self.search.text
            step = "Enter asks for it as a card number" if may_be_number(text) else "look at the spelling"
            if self.directory < 1:
                step = f"members are still coming in, {self.directory:.0%}".replace("%", " %")
            nobody = f"   nobody is found by “{text}” — {step}"
            return Content.styled(fit(nobody, self.size.width), self.get_visual_style("hits--quiet"))
        told = told_apart(hit.member for hit in self.search.hits)
        return Content("\n").join(self._row(row, self.search, told) for row in self.search.seen)

    def _row(self, row: int, search: Search, told: dict[str, str]) -> Content:
        hit = search.hits[row]
        width = self.size.width
        name_width = max(14, min(32, width // 3))
        remark, look = self._remark(hit)
        apart = told.get(hit.member.id, "")
        quiet = self.get_visual_style("hits--quiet", partial=True)
        content = Content.assemble(
            "›" if row == search.chosen else " ",
            (f"{row - search.first + 1} ", quiet),
            self._marked(fit(hit.member.full_name, name_width), search.text),
            "  ",
            self._marked(fit(hit.member.membership_number or "", 12), search.text).stylize_before(quiet),
            (fit(hit.member.plan or "", 10), quiet) if width >= 90 else "",
            "  ",
            (apart and f"{fit(apart, APART)}  ", quiet),
            (remark, self.get_visual_style(f"hits--{look}", partial=True)),
        ).truncate(width, ellipsis=True)
        content = content.pad_right(width - content.cell_length)
        if row == search.chosen:
            content = content.stylize_before(self.get_visual_style("hits--chosen", partial=True))
        return content

    def _marked(self, shown: str, text: str) -> Content:
        content = Content(shown)
        for start, end in matches(text, shown):
            content = content.stylize(self.get_visual_style("hits--match", partial=True), start, end)
        return content

    def _remark(self, hit: Hit) -> tuple[str, str]:
        """What to know before Enter: already in, or what the rules would say."""
        if hit.in_since is not None:
            return f"in since {hours_minutes(hit.in_since, self.zone)}", "in"
        ruling = judge(hit.member, self.gym, self._clock())
        return ruling.reason or "", "quiet" if ruling.action == "allow" else ruling.action


def _height(search: Search | None) -> int:
    """Rows for the hits, one for `nobody is found`."""
    return max(1, len(search.seen)) if search else 0
