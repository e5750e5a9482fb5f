"""The gym's settings in plain words: managers change them here, everybody else reads them."""

from __future__ import annotations

from typing import ClassVar

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.reactive import var
from textual.widgets import Static

from gymtui import clock
from gymtui.client.desk.desk import Desk
from gymtui.client.errors import Disconnected, RequestRefused
from gymtui.client.state import ConnectionState
from gymtui.printable import printable
from gymtui.protocol import Configure, Gym
from gymtui.ui.bindings import bind
from gymtui.ui.box.settings import SettingsMode
from gymtui.ui.screens.box import BoxScreen
from gymtui.ui.settings import NONE, Setting, Settings, settings_of
from gymtui.ui.widgets.error_boundary import WebSocketErrorBoundary
from gymtui.ui.widgets.key_line import KeyLine
from gymtui.ui.widgets.settings_list import SettingsList


class SettingsScreen(BoxScreen):
    """The list around the box, as this desk knows it; what it changes, it asks of the server."""

    TITLE = "The gym's settings"
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("who", show=False, app=True),
        bind("history", show=False, app=True),
        bind("connection", app=True),
        bind("conflicts", show=False, app=True),
    ]

    settings: var[Settings] = var(Settings())

    def __init__(self, desk: Desk, *, clock: clock.Clock = clock.now) -> None:
        super().__init__(desk, clock=clock)
        self.begin_with(SettingsMode(self))

    def compose(self) -> ComposeResult:
        yield from self.compose_header()
        yield Static("", id="title", markup=False)
        yield from self.compose_box()
        yield from self.compose_verdict()
        yield WebSocketErrorBoundary(self._list, id="settings")
        yield KeyLine()

    def _list(self) -> SettingsList:
        return SettingsList().data_bind(SettingsScreen.settings)

    def on_mount(self) -> None:
        self.watch_gym(self.gym)  # known from the beginning, it has not changed
        self._say_who_may()

    # --- what follows -------------------------------------------------------------------------------------------------

    def watch_gym(self, gym: Gym | None) -> None:
        super().watch_gym(gym)
        self.settings = replace(self.settings, all=() if gym is None else settings_of(gym))
        self.mutate_reactive(BoxScreen.modes)

    def watch_connection(self, state: ConnectionState) -> None:
        super().watch_connection(state)
        self._say_who_may()

    def _say_who_may(self) -> None:
        words = "changed for every desk at once" if self.locked is None else self.locked[0]
        title = Content.assemble("THE GYM'S SETTINGS   ", (printable(words), "not bold $quiet"))
        for line in self.query("#title").results(Static):
            line.update(title)
        self.mutate_reactive(BoxScreen.modes)

    @property
    def locked(self) -> tuple[str, str] | None:
        """Without the server they are as this desk knew them last, and only read."""
        if self.connection.phase != "live":
            return "only read while the server is away", "again once the connection is back"
        if self.connection.role != "manager":
            return "only a manager changes them", f"{self.key('log-in')} logs in somebody else"
        return None

    # --- what the person does -----------------------------------------------------------------------------------------

    def change(self, setting: Setting, text: str) -> None:
        self.run_worker(self._ask(setting, text), group="settings", exit_on_error=False)

    async def _ask(self, setting: Setting, text: str) -> None:
        with self.answering(setting.label):
            try:
                await self.desk.service.request(Configure(gym=setting.patch(text)))
            except RequestRefused as refused:
                if refused.body.code == "invalid":
                    self.say(self.refusal(setting.label, f"“{text}” cannot be", f"it is {setting.hint}"))
                else:
                    self.say(self.refusal(setting.label, refused.body.message.rstrip("."), None))
            except Disconnected:
                step = "look at the list once the connection is back"
                self.say(self.refusal(setting.label, "nobody knows whether it was set", step))
            else:
                now = "taken away" if text == NONE else f"set to {text}"
                before = f", was {setting.words}" if setting.words else ""
                self.say(replace(self.refusal(setting.label, f"{now}{before}", None), kind="done"))

    def action_older(self) -> None:
        self._page(1)

    def action_newer(self) -> None:
        self._page(-1)

    def _page(self, direction: int) -> None:
        for settings_list in self.query(SettingsList):
            self.settings = self.settings.moved(direction * settings_list.page)
