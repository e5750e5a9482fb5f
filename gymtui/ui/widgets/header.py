"""The ends of the header line: where this is, and what time it is there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, tzinfo
from itertools import product
from typing import ClassVar

from rich.cells import cell_len
from textual.content import Content
from textual.reactive import reactive

from gymtui import clock
from gymtui.printable import printable
from gymtui.protocol import Gym
from gymtui.roll_call import RollCallNow
from gymtui.ui.wall import to_the_minute, wall
from gymtui.ui.widgets.error_boundary import LiveWidget

Part = tuple[str, str]  # words, and their style
Sign = tuple[str, str, str, str]  # in words, short, in as few cells as say it; and its style
WORDS, SHORT, SHORTEST = range(3)


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
        parts = shared(list(self._signs()), self._places(), self.size.width)
        styled = [(words, self.get_visual_style(f"gym-name--{style}")) for words, style in parts]
        return Content.assemble(*styled).truncate(self.size.width, ellipsis=True)

    def _places(self) -> list[Part]:
        name = printable(self.gym.name) if self.gym else "Front desk"
        behind = [printable(part) for part in (self._desk, self.user) if part]
        gym = (name if self.unread else f"◆ {name}", "gym")
        return [gym, *((f"{sign}{part}", "desk") for sign, part in zip(("   ", " · "), behind, strict=False))]

    def _signs(self) -> Iterator[Sign]:
        """What holds at this desk now, the most urgent first."""
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
        self.set_timer(to_the_minute(self._clock()), self._tick)

    def render(self) -> Content:
        now = wall(self._clock(), self.zone)
        form = f"{now:%a} {now.day} {now:%b}  {now:%H:%M}" if self.size.width >= 17 else f"{now:%H:%M}"
        return Content(form.rjust(self.size.width))


def shared(signs: Sequence[Sign], places: Sequence[Part], room: int) -> list[Part]:
    """The signs, and behind them as many of the places as there is room for, in cells: signs become short before the
    last place goes, and shortest before the first one, the gym, would be cut."""
    whole = range(len(places), 0, -1)
    choices = [*product(whole, (WORDS, SHORT)), *product(whole, (SHORTEST,))]
    lines = [[*_signed(signs, form), *places[:count]] for count, form in choices]
    return next((line for line in lines if sum(cell_len(words) for words, _ in line) <= room), lines[-1])


def _signed(signs: Sequence[Sign], form: int) -> Iterator[Part]:
    for sign in signs:
        yield sign[form], sign[-1]
        yield " ", "desk"
