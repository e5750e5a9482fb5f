"""A screen of a desk, whose header says so while a roll-call is on."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from textual.reactive import var

from gymtui import clock
from gymtui.client.desk.desk import Desk
from gymtui.gym_zone import zone_of
from gymtui.protocol import Event, RollCallUpdate
from gymtui.roll_call import RollCallNow
from gymtui.ui.screens.live import LiveScreen
from gymtui.ui.widgets.header import GymName


class RollCalledScreen(LiveScreen):
    """`roll_call` is the one that is on, by what this desk has heard of it and what it has done itself."""

    roll_call: var[RollCallNow | None] = var[RollCallNow | None](None)

    def __init__(self, desk: Desk, *, clock: clock.Clock = clock.now) -> None:
        super().__init__(desk.service, heading=desk.name, clock=clock)
        self.desk = desk
        # From the beginning: a screen tells times, and asks when the day began, before its bases are mounted. (Not the
        # gym itself: of what is there already no watcher is told.)
        self.set_reactive(LiveScreen.zone, zone_of(desk.replica.gym))

    def _gym_name(self) -> GymName:
        return super()._gym_name().data_bind(RollCalledScreen.roll_call)

    def subscriptions(self) -> list[Callable[[], None]]:
        return [
            *super().subscriptions(),
            self.desk.service.subscribe("events", self.telling("gym", self._stepped)),
            self.desk.subscribe("queue", self.telling("gym", self._step_given)),
        ]

    def on_mount(self) -> None:
        self.look_at_roll_call()

    def look_at_roll_call(self) -> None:
        self.roll_call = self.desk.roll_calls.now

    def _stepped(self, events: Iterable[Event]) -> None:
        if any(isinstance(event, RollCallUpdate) for event in events):
            self.look_at_roll_call()

    def _step_given(self, _: int) -> None:
        if any(row.kind == "roll_call" for row in self.desk.queue):
            self.look_at_roll_call()
