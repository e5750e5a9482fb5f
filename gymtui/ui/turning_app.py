"""An app around one desk: the front desk, and a key that turns from it to each of the screens beside it.

No screen beside it is imported with the start, which all of them would make as long again: they come behind it, or with
the key that opens one, whichever is first.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from textual.screen import Screen
from textual.widget import AwaitMount

from gymtui import clock
from gymtui.client.desk.conflict_report import ConflictReporter
from gymtui.client.desk.desk import Desk
from gymtui.client.login.login import Login
from gymtui.protocol import Gym
from gymtui.ui.connection_history import ConnectionHistory
from gymtui.ui.live_app import LiveApp
from gymtui.ui.screens.desk import DeskScreen
from gymtui.ui.screens.front_desk import FrontDesk


class TurningApp(LiveApp):
    """Begins with the front desk."""

    def __init__(self, desk: Desk, login: Login, *, clock: clock.Clock, **options: Any) -> None:
        super().__init__(desk.service, login, clock=clock, **options)
        self.desk = desk
        self.front_desk = FrontDesk(desk, clock=clock, masked=bool(self._choices and self._choices.read().masked))
        self.history = ConnectionHistory()
        self.conflicts = ConflictReporter(desk.service, clock=clock)

    @property
    def gym(self) -> Gym | None:
        return self.desk.replica.gym

    def get_default_screen(self) -> Screen[None]:
        """The first one: one of Textual's own below it would be styled and laid out for nobody."""
        return self.front_desk

    async def start(self) -> None:
        await AwaitMount(self.front_desk, [self.front_desk])  # it hears of all that happens from now on
        self.service.subscribe("connection", self.history.note)
        await super().start()

    def action_history(self, words: str = "") -> None:
        from gymtui.ui.screens.history import HistoryScreen

        self._turn_to(HistoryScreen, partial(HistoryScreen, self.desk, Path.home(), words, clock=self._clock))

    def action_who(self) -> None:
        from gymtui.ui.screens.who import WhoIsIn

        self._turn_to(WhoIsIn, lambda: WhoIsIn(self.desk, clock=self._clock))

    def action_connection(self) -> None:
        from gymtui.ui.screens.connection import ConnectionScreen

        self._turn_to(
            ConnectionScreen, lambda: ConnectionScreen(self.desk, self.history, url=self._url, clock=self._clock)
        )

    def action_conflicts(self) -> None:
        from gymtui.ui.screens.conflicts import ConflictsScreen

        self._turn_to(ConflictsScreen, lambda: ConflictsScreen(self.desk, self.conflicts, clock=self._clock))

    def action_evac(self) -> None:
        from gymtui.ui.screens.roll_call import RollCallScreen

        self._turn_to(RollCallScreen, lambda: RollCallScreen(self.desk, folder=Path.home(), clock=self._clock))

    def action_peak(self) -> None:
        from gymtui.ui.screens.peak import PeakScreen

        self._turn_to(PeakScreen, lambda: PeakScreen(self.desk, clock=self._clock))

    def action_policy(self) -> None:
        from gymtui.ui.screens.settings import SettingsScreen

        self._turn_to(SettingsScreen, lambda: SettingsScreen(self.desk, clock=self._clock))

    def action_import(self) -> None:
        from gymtui.ui.screens.importing import ImportScreen

        self._turn_to(ImportScreen, lambda: ImportScreen(self.desk, clock=self._clock))

    def _turn_to(self, kind: type[Screen[None]], make: Callable[[], Screen[None]]) -> None:
        """The screen beside the front desk, in place of another one; from itself, back."""
        if isinstance(self.screen, kind):
            self.screen.dismiss()
        elif isinstance(self.screen, FrontDesk):
            self.push_screen(make())
        elif isinstance(self.screen, DeskScreen):
            self.switch_screen(make())
