"""The ends of the header line: where this is, and what time it is there."""

from __future__ import annotations

from datetime import UTC, tzinfo
from typing import ClassVar

from textual.content import Content
from textual.reactive import reactive

from gymtui import clock
from gymtui.printable import printable
from gymtui.protocol import Gym
from gymtui.ui.wall import wall
from gymtui.ui.widgets.error_boundary import LiveWidget


class GymName(LiveWidget):
    """The gym and the desk."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"gym-name--gym", "gym-name--desk"}

    gym: reactive[Gym | None] = reactive[Gym | None](None)

    def __init__(self, desk: str | None) -> None:
        super().__init__()
        self._desk = desk

    def render(self) -> Content:
        name = printable(self.gym.name) if self.gym else "Front desk"
        desk = f"   {printable(self._desk)}" if self._desk else ""
        return Content.assemble(
            (f"◆ {name}", self.get_visual_style("gym-name--gym")),
            (desk, self.get_visual_style("gym-name--desk")),
        ).truncate(self.size.width, ellipsis=True)


class WallClock(LiveWidget):
    """The gym's day and time, painted once a minute."""

    zone: reactive[tzinfo] = reactive[tzinfo](UTC)

    def __init__(self, clock: clock.Clock) -> None:
        super().__init__()
        self._clock = clock

    def on_mount(self) -> None:
        self._tick()

    def _tick(self) -> None:
        self.refresh()
        self.set_timer(60 - self._clock() / 1000 % 60, self._tick)

    def render(self) -> Content:
        now = wall(self._clock(), self.zone)
        form = f"{now:%a} {now.day} {now:%b}  {now:%H:%M}" if self.size.width >= 17 else f"{now:%H:%M}"
        return Content(form.rjust(self.size.width))
