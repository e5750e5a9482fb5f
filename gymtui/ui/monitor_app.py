"""The monitor's app: a connection, a screen, and the login where the connection needs one."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.worker import Worker

from gymtui import clock
from gymtui.client.auth import Login
from gymtui.client.follow import Bookmark
from gymtui.client.service import WebSocketService
from gymtui.client.state import ConnectionState
from gymtui.keys import shown
from gymtui.ui.farewell import leave_on_signals, say_goodbye
from gymtui.ui.plain import PlainApp
from gymtui.ui.screens.login import LoginScreen
from gymtui.ui.screens.monitor import Monitor
from gymtui.ui.theme import SLATE


class MonitorApp(PlainApp):
    """Runs `service`, whose journal is `journal`, and shows what it brings; never ends by itself."""

    TITLE = "Monitor"
    CSS_PATH = "gym.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+q", "quit", "leave", show=False, priority=True)]

    def __init__(
        self,
        service: WebSocketService,
        journal: Bookmark,
        login: Login,
        *,
        url: str,
        user: str | None = None,
        clock: clock.Clock = clock.now,
    ) -> None:
        super().__init__()
        self.register_theme(SLATE)
        self.theme = SLATE.name
        self.service = service
        self.journal = journal
        self.monitor = Monitor(service, journal, clock=clock)
        self._login = login
        self._url = url
        self._user = user
        self._running_service: Worker[None] | None = None

    async def on_mount(self) -> None:
        if not self.is_headless:
            leave_on_signals(lambda: self.run_worker(self.action_quit()))
        await self.push_screen(self.monitor)
        self.service.subscribe("connection", self._connection_changed)
        self._running_service = self.run_worker(self.service.run(), name="service")

    def get_key_display(self, binding: Binding) -> str:
        return binding.key_display or shown(binding.key)

    def _connection_changed(self, state: ConnectionState) -> None:
        if state.phase == "logged_out" and not isinstance(self.screen, LoginScreen):
            user = self._login.user
            login = LoginScreen(self._login, url=self._url, user=user or self._user, reason=user and state.reason)
            self.push_screen(login, lambda _: self.service.logged_in())

    async def action_quit(self) -> None:
        await say_goodbye(self.service, self._running_service)
        self.exit()
