"""The day that is played again: how full it was through it, where one is, and what had come of it by then."""

from __future__ import annotations

from datetime import UTC, tzinfo
from typing import ClassVar

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.style import Style

from gymtui.ui.cells import fit, spark
from gymtui.ui.reel import Player, Reel
from gymtui.ui.wall import wall
from gymtui.ui.widgets.error_boundary import LiveWidget


class ReelLine(LiveWidget):
    """Three lines; a click on the curve goes there. `before` is the day a week before, where that is known; `note`: why
    there is nothing to play."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"reel--past", "reel--coming", "reel--quiet", "reel--time"}

    reel: reactive[Reel] = reactive(Reel())
    before: reactive[Reel] = reactive(Reel())
    player: reactive[Player] = reactive(Player())
    note: reactive[str] = reactive("")
    zone: reactive[tzinfo] = reactive[tzinfo](UTC)

    class Sought(Message):
        """The time `at` (ms) of the day was clicked."""

        def __init__(self, at: int) -> None:
            super().__init__()
            self.at = at

    def render(self) -> Content:
        width = self.content_size.width
        if self.note:
            return Content.styled(fit(self.note, width), self._style("quiet"))
        at = self._column(width)
        curve = spark(self.reel.occupancy(width))
        lines = [
            self._head(width),
            Content.assemble((curve[: at + 1], self._style("past")), (curve[at + 1 :], self._style("coming"))),
            self._foot(at, width),
        ]
        return Content("\n").join(lines)

    def _head(self, width: int) -> Content:
        count, player = self.reel.count(self.player.at), self.player
        sign = "▶" if player.plays else "■"
        time = f"{sign} {wall(player.at, self.zone):%a %d %b %H:%M:%S}  ×{player.speed:g}"
        told = f"   {count.inside:,} in   {count.came:,} came   {count.left:,} left   {count.refused:,} refused"
        return Content.assemble((time, self._style("time")), told).truncate(width, ellipsis=True)

    def _foot(self, at: int, width: int) -> Content:
        """Where one is, and on that side of it on which there is more room, how it was a week before."""
        text, mark = "", ("▲", self._style("time"))
        if self.before.events:
            count = self.reel.beside(self.player.at, self.before)
            text = f"a week before: {count.inside:,} in, {count.came:,} came"
        told = Content.styled(text, self._style("quiet")).truncate(max(at, width - at) - 2, ellipsis=True)
        if at > width // 2:
            return Content.assemble(" " * (at - told.cell_length - 1), told, " ", mark)
        return Content.assemble(" " * at, mark, " ", told)

    def _column(self, width: int) -> int:
        reel = self.reel
        return min(width - 1, (self.player.at - reel.begins) * width // max(1, reel.ends - reel.begins))

    def _style(self, name: str) -> Style:
        return self.get_visual_style(f"reel--{name}", partial=True)

    def on_click(self, event: events.Click) -> None:
        reel, width = self.reel, self.content_size.width
        column = event.x - self.gutter.left
        if reel.events and 0 <= column < width:
            self.post_message(self.Sought(reel.begins + (reel.ends - reel.begins) * column // width))
