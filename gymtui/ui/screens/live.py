"""A screen of live data: what the connection tells, as reactives to bind down, and the header line."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import UTC, tzinfo
from typing import ClassVar, ParamSpec

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.reactive import var

from gymtui import clock
from gymtui.client.connection.service import WebSocketService
from gymtui.client.state import ConnectionState
from gymtui.gym_zone import zone_of
from gymtui.protocol import Gym, Snapshot, Stats
from gymtui.ui.base_app import ScreenLate
from gymtui.ui.bindings import bind
from gymtui.ui.screens.passing import PassingScreen
from gymtui.ui.widgets.connection_status import ConnectionStatusIndicator
from gymtui.ui.widgets.error_boundary import WebSocketErrorBoundary
from gymtui.ui.widgets.header import GymName, WallClock

CAN_RETRY = ("waiting", "stopped")

P = ParamSpec("P")


class LiveScreen(PassingScreen[None]):
    """Listens to the service while it is mounted; old data stays while the connection is away (class `-away`).

    `heading` stands beside the gym's in the header line.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        dataclasses.replace(bind("log-in"), action="app.log_in_again"),
        bind("try-again"),
    ]

    connection: var[ConnectionState] = var(lambda: ConnectionState(phase="connecting", since=0))
    user: var[str | None] = var[str | None](None)
    gym: var[Gym | None] = var[Gym | None](None)
    zone: var[tzinfo] = var[tzinfo](UTC)
    stats: var[Stats | None] = var[Stats | None](None)
    late: var[int] = var(0)

    def __init__(self, service: WebSocketService, *, heading: str | None, clock: clock.Clock = clock.now) -> None:
        super().__init__()
        self._service = service
        self._heading = heading
        self._clock = clock
        self._unsubscribe: list[Callable[[], None]] = []
        # As it is now, and not first something else: each change of a class styles the whole screen anew.
        self.set_reactive(LiveScreen.connection, service.state)
        self.set_reactive(LiveScreen.user, service.state.user)

    def compose_header(self) -> ComposeResult:
        with Horizontal(id="header"):
            yield WebSocketErrorBoundary(self._gym_name, id="gym")
            yield WebSocketErrorBoundary(self._indicator, id="connection")
            yield WebSocketErrorBoundary(lambda: WallClock(self._clock).data_bind(LiveScreen.zone), id="clock")

    def _gym_name(self) -> GymName:
        return GymName(self._heading).data_bind(LiveScreen.gym, LiveScreen.user)

    def _indicator(self) -> ConnectionStatusIndicator:
        return ConnectionStatusIndicator(self._clock).data_bind(
            LiveScreen.zone, LiveScreen.late, state=LiveScreen.connection
        )

    def subscriptions(self) -> list[Callable[[], None]]:
        """Subscribes to what this screen shows; gives what ends that."""
        service = self._service
        return [
            service.subscribe("connection", self.telling("connection", self._connection_changed)),
            service.subscribe("gym_update", self.telling("gym", self._gym_changed)),
            service.subscribe("stats", self.telling("counters", self._stats_changed)),
            service.subscribe("snapshot", self.telling("feed", self._restarted)),
        ]

    def telling(self, part: str, act: Callable[P, None]) -> Callable[P, None]:
        """`act`; what it raises stops the part of the screen that it tells, or the gym's name where this screen has no
        such part, and nothing else."""

        def tell(*args: P.args, **kwargs: P.kwargs) -> None:
            try:
                act(*args, **kwargs)
            except Exception as error:  # noqa: BLE001  (the boundary logs it and shows it)
                told = self.query(f"#{part}") or self.query("#gym")
                told.first(WebSocketErrorBoundary).fail(error)

        return tell

    def on_mount(self) -> None:
        self._unsubscribe = self.subscriptions()
        self.connection = self._service.state

    def on_unmount(self) -> None:
        for unsubscribe in self._unsubscribe:
            unsubscribe()

    def _connection_changed(self, state: ConnectionState) -> None:
        self.connection = state
        if state.phase == "logged_out" and state.user is None:
            self._left()

    def _left(self) -> None:
        """Whoever was here has logged out: nothing stays on the screen that the desk's copy does not keep."""

    def _gym_changed(self, gym: Gym) -> None:
        self.gym = gym

    def _stats_changed(self, stats: Stats) -> None:
        self.stats = stats

    def _restarted(self, part: Snapshot) -> None:
        """The journal was taken up elsewhere."""
        self.gym = part.gym
        self.stats = part.stats

    def watch_connection(self, state: ConnectionState) -> None:
        self.user = state.user
        self.set_class(state.phase != "live", "-away")
        self.refresh_bindings()

    def on_screen_late(self, event: ScreenLate) -> None:
        self.late = event.seconds

    def watch_gym(self, gym: Gym | None) -> None:
        if gym is not None:
            self.zone = zone_of(gym)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """`try again` is there while something waits or has stopped."""
        if action != "try_again":
            return True
        return self.connection.phase in CAN_RETRY or any(b.error for b in self.walk_children(WebSocketErrorBoundary))

    def action_try_again(self) -> None:
        if self.connection.phase in CAN_RETRY:
            self._service.retry_now()
        # By message, because a widget can be bound to this screen only while the screen is the one that acts.
        self.post_message(WebSocketErrorBoundary.TryAgain())

    async def on_web_socket_error_boundary_try_again(self) -> None:
        for boundary in self.query(WebSocketErrorBoundary):
            await boundary.retry()
        self.refresh_bindings()
