"""The ends of the header line: where this is, and what time it is there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, tzinfo
from typing import ClassVar

from textual.content import Content
from textual.reactive import reactive

from gymtui import clock
from gymtui.printable import printable
from gymtui.protocol import Gym
from gymtui.roll_call import RollCallNow
from gymtui.ui.wall import wall
from gymtui.ui.widgets.error_boundary import LiveWidget

SHORT, SHORTEST = 1, 2


class GymName(LiveWidget):
    """The gym, then the desk and who is logged in, as far as there is room for all of it."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "gym-name--alarm",
        "gym-name--gym",
        "gym-name--desk",
        "gym-name--unread",
        "gym-name--masked",
    }

    gym: reactive[Gym | None] = reactive[Gym | None](None)
    user: reactive[str | None] = reactive[str | None](None)
    roll_call: reactive[RollCallNow | None] = reactive[RollCallNow | None](None)
    unread: reactive[int] = reactive(0)  # notices
    masked: reactive[bool] = reactive(False)

    def __init__(self, desk: str | None) -> None:
        super().__init__()
        self._desk = desk

    def render(self) -> Content:
        quiet, look = self.get_visual_style("gym-name--desk"), self.get_visual_style("gym-name--gym")
        name = printable(self.gym.name) if self.gym else "Front desk"
        gym = self._signed(Content.styled(name if self.unread else f"◆ {name}", look))
        named = printable(self._desk or "")
        desk = gym + Content.styled(f"   {named}", quiet)
        user = desk + Content.styled(f" · {printable(self.user or '')}", quiet)
        shorter = [self._signed(Content.styled(named or name, quiet), form=form) for form in (SHORT, SHORTEST)]
        whole = (*((user,) if self.user else ()), desk, gym)
        cut = shorter if any(self._signs()) else [gym]
        fitting = (line for line in (*whole, *cut) if line.cell_length <= self.size.width)
        return next(fitting, cut[-1].truncate(self.size.width, ellipsis=True))

    def _signed(self, line: Content, *, form: int = 0) -> Content:
        """Behind what holds at this desk now, the most urgent first, in one of its forms."""
        for *forms, style in reversed(list(self._signs())):
            line = Content.styled(forms[form], self.get_visual_style(f"gym-name--{style}")) + " " + line
        return line

    def _signs(self) -> Iterator[tuple[str, str, str, str]]:
        """Each in words, short, in as few cells as say it, and its style."""
        if self.roll_call is not None:
            on, call = ("DRILL", "DRILL") if self.roll_call.drill else ("ROLL-CALL", "ROLL")
            yield f"! {on} ", f"! {on}", f"! {call}", "alarm"
        if self.masked:
            yield "▒ NAMES HIDDEN  ", "▒ HIDDEN", "▒", "masked"
        if self.unread:
            yield f"◆ {self.unread} unread", f"◆ {self.unread}", f"◆ {self.unread}", "unread"


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
