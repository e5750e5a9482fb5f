"""The monitor's app: a connection and one screen that follows it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from gymtui import clock
from gymtui.client.connection.follower import Bookmark
from gymtui.client.connection.service import WebSocketService
from gymtui.client.login.login import Login
from gymtui.protocol import Gym
from gymtui.ui.live_app import LiveApp
from gymtui.ui.screens.monitor import Monitor


class MonitorApp(LiveApp):
    """Runs `service`, whose journal is `journal`, and shows what it brings. Never ends by itself."""

    TITLE = "Monitor"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("r", "repaint", show=False)]

    def __init__(
        self,
        service: WebSocketService,
        journal: Bookmark,
        login: Login,
        *,
        clock: clock.Clock = clock.now,
        **options: Any,
    ) -> None:
        super().__init__(service, login, clock=clock, **options)
        self.journal = journal
        self.monitor = Monitor(service, journal, folder=Path.home(), clock=clock)

    @property
    def gym(self) -> Gym | None:
        return self.monitor.gym

    async def start(self) -> None:
        await self.push_screen(self.monitor)
        await super().start()
        self._client = self.run_worker(self.service.run(), name="service")
