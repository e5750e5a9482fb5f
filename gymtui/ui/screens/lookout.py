"""A screen that asks again and again who is connected, and how the server does."""

from __future__ import annotations

from typing import Final

from textual.reactive import var

from gymtui import clock
from gymtui.client.connection.lookout import Lookout
from gymtui.client.connection.service import WebSocketService
from gymtui.client.state import ConnectionState
from gymtui.protocol import Connections, ServerFigures
from gymtui.ui.lookout import Standing, standings
from gymtui.ui.screens.live import LiveScreen

ASKED: Final = 2.0  # seconds between two looks


class LookoutScreen(LiveScreen):
    """What was said last stays while nobody can be asked; `note` says why nothing is said."""

    seen: var[Connections | None] = var[Connections | None](None)
    server: var[ServerFigures | None] = var[ServerFigures | None](None)
    standings: var[tuple[Standing, ...]] = var(())
    note: var[str] = var("")

    def __init__(self, service: WebSocketService, *, heading: str | None, clock: clock.Clock = clock.now) -> None:
        super().__init__(service, heading=heading, clock=clock)
        self._lookout = Lookout(service)

    def on_mount(self) -> None:
        self.set_interval(ASKED, self.look_out)
        self.look_out()

    def _connection_changed(self, state: ConnectionState) -> None:
        came = state.phase == "live" and self.connection.phase != "live"
        super()._connection_changed(state)
        if came:
            self.look_out()

    def look_out(self) -> None:
        """Asks now."""
        if self.connection.phase == "live":
            self.run_worker(self._look_out(), group="lookout", exclusive=True, exit_on_error=False)

    async def _look_out(self) -> None:
        if await self._lookout.look():
            self.seen, self.server, self.note = self._lookout.seen, self._lookout.server, self._lookout.note
            self.standings = () if self.seen is None else tuple(standings(self.seen, self.gym, self.zone))
