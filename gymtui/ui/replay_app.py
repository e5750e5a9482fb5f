"""The replay's app: a connection that reads one day, and the screen that plays it."""

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
from gymtui.ui.screens.replay import Replay


class ReplayApp(LiveApp):
    """Runs `service`, whose journal is `journal`, and plays the `day`, `speed` times as fast. Never ends by itself."""

    TITLE = "Replay"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("r", "repaint", show=False)]

    def __init__(
        self,
        service: WebSocketService,
        journal: Bookmark,
        login: Login,
        *,
        day: str,
        speed: float,
        clock: clock.Clock = clock.now,
        **options: Any,
    ) -> None:
        super().__init__(service, login, clock=clock, **options)
        self.replay = Replay(service, journal, day=day, speed=speed, folder=Path.home(), clock=clock)

    @property
    def gym(self) -> Gym | None:
        return self.replay.gym

    async def start(self) -> None:
        await self.push_screen(self.replay)
        await super().start()
        self._client = self.run_worker(self.service.run(), name="service")
