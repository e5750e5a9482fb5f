"""Where the connection, the desk and the screens meet."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final

from textual import events
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from gymtui import clock
from gymtui.client.auth import Login
from gymtui.client.conflicts import Reporter
from gymtui.client.desk import Desk
from gymtui.client.state import ConnectionState
from gymtui.protocol import Gym
from gymtui.ui.bindings import command_of, key_of
from gymtui.ui.history import ConnectionHistory
from gymtui.ui.live_app import LiveApp
from gymtui.ui.screens.box import BoxScreen
from gymtui.ui.screens.conflicts import ConflictsScreen
from gymtui.ui.screens.connection import ConnectionScreen
from gymtui.ui.screens.desk import DeskScreen
from gymtui.ui.screens.front_desk import FrontDesk
from gymtui.ui.screens.help import HelpScreen
from gymtui.ui.screens.rows import RowsScreen
from gymtui.ui.screens.who import WhoIsIn
from gymtui.ui.widgets.entry import Entry
from gymtui.ui.widgets.key_line import KeyLine

logger = logging.getLogger(__name__)

STAYS: Final = "{queued} queued, kept here and sent at the next start — {key} again leaves"

# What Textual makes of Esc and a digit at once: a person who goes back and a scanner that begins.
AFTER_ESC: Final = dict(zip("º¡™£¢∞§¶•ª", "0123456789", strict=True))
MOVES: Final = {"ctrl+left": "b", "ctrl+right": "f"}  # and of Esc and one of these letters


class GymApp(LiveApp):
    """Runs the desk, and shows it."""

    TITLE = "Front desk"

    def __init__(self, desk: Desk, login: Login, *, clock: clock.Clock = clock.now, **options: Any) -> None:
        super().__init__(desk.service, login, clock=clock, **options)
        self.desk = desk
        self.front_desk = FrontDesk(desk, clock=clock)
        self.history = ConnectionHistory()
        self.conflicts = Reporter(desk.service, clock=clock)
        self._asked_to_stay = False

    @property
    def gym(self) -> Gym | None:
        return self.desk.replica.gym

    async def start(self) -> None:
        await self.push_screen(self.front_desk)
        self.service.subscribe("connection", self.history.note)
        await super().start()
        self._client = self.run_worker(self.desk.run(), name="desk", exit_on_error=False)

    # --- keys ---------------------------------------------------------------------------------------------------------

    async def on_event(self, event: events.Event) -> None:
        # Before the key is given to anyone: keys that come in one gulp stay in their order.
        if isinstance(event, events.Key) and not event.is_forwarded:
            if self._asked_to_stay and command_of(self.screen, event.key) != "quit":
                self._asked_to_stay = False
                self._notice("")
            if event.key.startswith("alt+") and event.is_printable:
                # What a terminal sends for Esc and then a letter, and nothing here has Alt.
                await super().on_event(events.Key("escape", "\x1b"))
                event = events.Key(event.key.removeprefix("alt+").removeprefix("shift+"), event.character)
            elif (letter := self._after_escape(event)) is not None:
                await super().on_event(events.Key("escape", "\x1b"))
                event = events.Key(letter, letter)
            if event.is_printable:
                self._to_the_box()
        await super().on_event(event)

    def _after_escape(self, event: events.Key) -> str | None:
        """What was typed right behind an Esc, where Textual has made one key of the two; None where it has not."""
        screen = self.screen
        if isinstance(screen, HelpScreen | RowsScreen):
            return AFTER_ESC.get(event.character or "", MOVES.get(event.key))
        if not isinstance(screen, BoxScreen):
            return None
        if event.key in MOVES and not screen.entry.value:  # in an empty box there is nowhere to move
            return MOVES[event.key]
        return AFTER_ESC.get(event.character or "")

    def _to_the_box(self) -> None:
        """Whatever is shown and has the focus, a printable key belongs to the one box."""
        while isinstance(self.screen, HelpScreen | RowsScreen):
            self.pop_screen()
        screen = self.screen
        if isinstance(screen, BoxScreen) and screen.focused is not screen.entry:
            screen.set_focus(screen.entry)

    # --- screens ------------------------------------------------------------------------------------------------------

    def action_who(self) -> None:
        self._turn_to(WhoIsIn, lambda: WhoIsIn(self.desk, clock=self._clock))

    def action_connection(self) -> None:
        self._turn_to(
            ConnectionScreen, lambda: ConnectionScreen(self.desk, self.history, url=self._url, clock=self._clock)
        )

    def action_conflicts(self) -> None:
        self._turn_to(ConflictsScreen, lambda: ConflictsScreen(self.desk, self.conflicts, clock=self._clock))

    def _turn_to(self, kind: type[Screen[None]], make: Callable[[], Screen[None]]) -> None:
        """The screen beside the front desk, in place of another one; from itself, back."""
        if isinstance(self.screen, kind):
            self.screen.dismiss()
        elif isinstance(self.screen, FrontDesk):
            self.push_screen(make())
        elif isinstance(self.screen, DeskScreen):
            self.switch_screen(make())

    # --- the login ----------------------------------------------------------------------------------------------------

    def is_card(self, text: str) -> bool:
        return self.gym is not None and self.desk.replica.by_code(text) is not None

    def take_card(self, code: str) -> None:
        if code:
            self._to_the_box()
            self.screen.post_message(Entry.Entered(code))

    # --- the end ------------------------------------------------------------------------------------------------------

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        if event.worker is self._client and event.state is WorkerState.ERROR:
            logger.error("The desk stopped: %s", event.worker.error, exc_info=event.worker.error)
            reason = str(event.worker.error)
            self.front_desk.connection = ConnectionState(phase="stopped", since=self._clock(), reason=reason)

    async def action_quit(self) -> None:
        """Says once what waits here, on the line of the keys; at once again, it leaves."""
        queued = self.desk.queued
        if queued and not self._asked_to_stay:
            self._asked_to_stay = True
            self._notice(STAYS.format(queued=queued, key=key_of(self.screen, "quit")))
        else:
            await self.leave()

    def _notice(self, text: str) -> None:
        for line in self.screen.query(KeyLine):
            line.notice = text
