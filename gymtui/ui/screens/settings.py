"""The gym's settings in plain words: managers change them here, everybody else reads them."""

from __future__ import annotations

from typing import ClassVar

from msgspec.structs import replace
from textual.binding import BindingType
from textual.reactive import var

from gymtui import clock
from gymtui.client.desk.desk import Desk
from gymtui.client.errors import Disconnected, RequestRefused
from gymtui.client.state import ConnectionState
from gymtui.protocol import Configure, Gym
from gymtui.ui.bindings import bind
from gymtui.ui.box.settings import SettingsMode
from gymtui.ui.screens.box import BoxScreen
from gymtui.ui.screens.listed import ListScreen
from gymtui.ui.settings import NONE, Setting, Settings, settings_of
from gymtui.ui.widgets.settings_list import SettingsList


class SettingsScreen(ListScreen):
    """The list around the box, as this desk knows it; what it changes, it asks of the server."""

    TITLE = "The gym's settings"
    PART = "settings"
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

    def make_list(self) -> SettingsList:
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
        self.entitle("THE GYM'S SETTINGS", self.locked[0] if self.locked else "changed for every desk at once")
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

    def move(self, step: int) -> None:
        self.settings = self.settings.moved(step)
