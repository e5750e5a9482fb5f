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
    """The gym, then the desk and who is logged in, as far as there is room for all of it."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "gym-name--gym",
        "gym-name--desk",
        "gym-name--unread",
        "gym-name--masked",
    }

    gym: reactive[Gym | None] = reactive[Gym | None](None)
    user: reactive[str | None] = reactive[str | None](None)
    unread: reactive[int] = reactive(0)  # notices
    masked: reactive[bool] = reactive(False)

    def __init__(self, desk: str | None) -> None:
        super().__init__()
        self._desk = desk

    def render(self) -> Content:
        name = printable(self.gym.name) if self.gym else "Front desk"
        look = self.get_visual_style("gym-name--gym")
        unread = Content.styled(f"◆ {self.unread} unread ", self.get_visual_style("gym-name--unread"))
        gym = unread + Content.styled(name, look) if self.unread else Content.styled(f"◆ {name}", look)
        if self.masked:
            gym = Content.styled("▒ NAMES HIDDEN   ", self.get_visual_style("gym-name--masked")) + gym
        quiet = self.get_visual_style("gym-name--desk")
        desk = gym + Content.styled(f"   {printable(self._desk or '')}", quiet)
        user = desk + Content.styled(f" · {printable(self.user or '')}", quiet)
        whole = (user, desk) if self.user else (desk,)
        fitting = (line for line in whole if line.cell_length <= self.size.width)
        return next(fitting, gym.truncate(self.size.width, ellipsis=True))


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
