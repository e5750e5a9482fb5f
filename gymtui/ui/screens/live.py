"""A screen of a desk: what the desk tells, as reactives to bind down, the header line, and what is said aloud."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, tzinfo
from typing import ClassVar

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.reactive import var
from textual.screen import Screen

from gymtui import clock
from gymtui.client.desk import Desk
from gymtui.client.state import ConnectionState, Verdict, VerdictKind
from gymtui.client.verdicts import zone_of
from gymtui.protocol import Gym, Stats
from gymtui.ui.bindings import bind, key_of
from gymtui.ui.sizes import HEIGHTS, WIDTHS
from gymtui.ui.widgets.connection_status import ConnectionStatusIndicator
from gymtui.ui.widgets.error_boundary import WebSocketErrorBoundary
from gymtui.ui.widgets.header import GymName, WallClock

CAN_RETRY = ("waiting", "stopped")
BELLS: dict[VerdictKind, int] = {"refused": 2, "warned": 1}  # what is said aloud, and whatever else the line says
BETWEEN_BELLS = 0.25  # seconds: a terminal makes one sound of two at once


class LiveScreen(Screen[None]):
    """Listens to the desk while it is mounted; old data stays while the connection is away (class `-away`)."""

    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS
    BINDINGS: ClassVar[list[BindingType]] = [bind("try-again")]

    connection: var[ConnectionState] = var(lambda: ConnectionState(phase="connecting", since=0))
    queued: var[int] = var(0)
    gym: var[Gym | None] = var[Gym | None](None)
    zone: var[tzinfo] = var[tzinfo](UTC)
    stats: var[Stats | None] = var[Stats | None](None)
    verdict: var[Verdict | None] = var[Verdict | None](None)

    def __init__(self, desk: Desk, *, clock: clock.Clock = clock.now) -> None:
        super().__init__()
        self._desk = desk
        self._clock = clock
        self._unsubscribe: list[Callable[[], None]] = []
        # As it is now, and not first something else: each change of a class styles the whole screen anew.
        self.set_reactive(LiveScreen.connection, desk.service.state)

    def compose_header(self) -> ComposeResult:
        with Horizontal(id="header"):
            yield WebSocketErrorBoundary(self._gym_name, id="gym")
            yield WebSocketErrorBoundary(self._indicator, id="connection")
            yield WebSocketErrorBoundary(self._wall_clock, id="clock")

    def _gym_name(self) -> GymName:
        return GymName(self._desk.name).data_bind(LiveScreen.gym)

    def _indicator(self) -> ConnectionStatusIndicator:
        indicator = ConnectionStatusIndicator(self._clock)
        return indicator.data_bind(LiveScreen.queued, LiveScreen.zone, state=LiveScreen.connection)

    def _wall_clock(self) -> WallClock:
        return WallClock(self._clock).data_bind(LiveScreen.zone)

    def subscriptions(self) -> list[Callable[[], None]]:
        """Subscribes to what this screen shows; gives what ends that."""
        service = self._desk.service
        return [
            service.subscribe("connection", self._connection_changed),
            service.subscribe("gym_update", self._gym_changed),
            service.subscribe("stats", self._stats_changed),
            service.subscribe("snapshot", self._restarted),
            self._desk.subscribe("queue", self._queue_changed),
            self._desk.subscribe("verdict", self._settled),
        ]

    def on_mount(self) -> None:
        self._unsubscribe = self.subscriptions()
        self.connection = self._desk.service.state
        self.queued = self._desk.queued
        self._show_replica()

    def on_unmount(self) -> None:
        for unsubscribe in self._unsubscribe:
            unsubscribe()

    def _connection_changed(self, state: ConnectionState) -> None:
        self.connection = state

    def _gym_changed(self, gym: Gym) -> None:
        self.gym = gym

    def _stats_changed(self, stats: Stats) -> None:
        self.stats = stats

    def _queue_changed(self, queued: int) -> None:
        self.queued = queued

    def _restarted(self, _: object) -> None:
        self._show_replica()

    def _settled(self, verdict: Verdict) -> None:
        """A later word: it takes the place of the first, and a bad one is heard whatever stands there."""
        shown = self.verdict
        if verdict.kind in BELLS or shown is None or shown.command_id == verdict.command_id:
            self.say(verdict)

    def say(self, verdict: Verdict) -> None:
        """Shows it; the screen that is seen also rings for it, each kind in its own way."""
        if verdict.kind == "already_in":
            verdict = replace(verdict, next_step=f"{key_of(self, 'check-out')} checks out")
        self.verdict = verdict
        if self.is_current:
            for bell in range(BELLS.get(verdict.kind, 0)):
                self._ring(bell * BETWEEN_BELLS)

    def _ring(self, delay: float) -> None:
        if delay:
            self.set_timer(delay, self.app.bell)
        else:
            self.app.bell()

    def _show_replica(self) -> None:
        self.gym = self._desk.replica.gym
        self.stats = self._desk.replica.stats

    def watch_connection(self, state: ConnectionState) -> None:
        self.set_class(state.phase != "live", "-away")
        self.refresh_bindings()

    def watch_gym(self, gym: Gym | None) -> None:
        self.zone = zone_of(gym)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """`try again` is there while something waits or has stopped."""
        if action != "try_again":
            return True
        return self.connection.phase in CAN_RETRY or any(b.error for b in self.query(WebSocketErrorBoundary))

    def action_try_again(self) -> None:
        if self.connection.phase in CAN_RETRY:
            self._desk.service.retry_now()
        # By message, because a widget can be bound to this screen only while the screen is the one that acts.
        self.post_message(WebSocketErrorBoundary.TryAgain())

    async def on_web_socket_error_boundary_try_again(self) -> None:
        for boundary in self.query(WebSocketErrorBoundary):
            await boundary.retry()
        self.refresh_bindings()
