"""Where the connection, the desk and the screens meet."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Final

from textual import events
from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from gymtui import clock
from gymtui.client.auth import Login
from gymtui.client.desk import Desk
from gymtui.client.state import ConnectionState
from gymtui.keys import keymap, shown
from gymtui.ui.ascii import AsciiFilter
from gymtui.ui.bindings import bind
from gymtui.ui.farewell import leave_on_signals, say_goodbye
from gymtui.ui.history import ConnectionHistory
from gymtui.ui.plain import PlainApp
from gymtui.ui.screens.box import BoxScreen
from gymtui.ui.screens.connection import ConnectionScreen
from gymtui.ui.screens.desk import DeskScreen
from gymtui.ui.screens.front_desk import FrontDesk
from gymtui.ui.screens.help import HelpScreen
from gymtui.ui.screens.login import LoginScreen
from gymtui.ui.screens.who import WhoIsIn
from gymtui.ui.theme import THEMES

logger = logging.getLogger(__name__)

# What Textual makes of Esc and a digit at once: a person who goes back and a scanner that begins.
AFTER_ESC: Final = dict(zip("º¡™£¢∞§¶•ª", "0123456789", strict=True))
MOVES: Final = {"ctrl+left": "b", "ctrl+right": "f"}  # and of Esc and one of these letters


class GymApp(PlainApp):
    """Runs the desk, shows it, and asks for a login when the connection says that it needs one.

    `keys` is `[keys]` of gymtui.toml; KeysError where a line of it cannot be. `ascii`: the terminal has no more.
    """

    TITLE = "Front desk"
    CSS_PATH = "gym.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("help"),
        bind("quit", priority=True),
    ]

    def __init__(
        self,
        desk: Desk,
        login: Login,
        *,
        url: str,
        user: str | None = None,
        keys: Mapping[str, str] | None = None,
        ascii: bool = False,
        clock: clock.Clock = clock.now,
    ) -> None:
        super().__init__()
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = THEMES[0].name
        self._ascii = AsciiFilter(enabled=ascii)
        self.set_keymap(keymap(keys or {}))
        self.desk = desk
        self.login = login
        self.front_desk = FrontDesk(desk, clock=clock)
        self.history = ConnectionHistory()
        self._url = url
        self._user = user
        self._clock = clock
        self._running_desk: Worker[None] | None = None

    async def on_mount(self) -> None:
        if not self.is_headless:
            leave_on_signals(self._leave)
        await self.push_screen(self.front_desk)
        self.desk.service.subscribe("connection", self.history.note)
        self.desk.service.subscribe("connection", self._connection_changed)
        self._running_desk = self.run_worker(self.desk.run(), name="desk", exit_on_error=False)

    # --- keys ---------------------------------------------------------------------------------------------------------

    async def on_event(self, event: events.Event) -> None:
        # Before the key is given to anyone: keys that come in one gulp stay in their order.
        if isinstance(event, events.Key) and not event.is_forwarded:
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
        if not isinstance(self.screen, BoxScreen):
            return None
        if event.key in MOVES and not self.screen.entry.value:  # in an empty box there is nowhere to move
            return MOVES[event.key]
        return AFTER_ESC.get(event.character or "")

    def _to_the_box(self) -> None:
        """Whatever is shown and has the focus, a printable key belongs to the one box."""
        while isinstance(self.screen, HelpScreen | ConnectionScreen):
            self.pop_screen()
        screen = self.screen
        if isinstance(screen, BoxScreen) and screen.focused is not screen.entry:
            screen.set_focus(screen.entry)

    # --- screens ------------------------------------------------------------------------------------------------------

    def action_help(self) -> None:
        self.push_screen(HelpScreen(self.screen))

    def action_who(self) -> None:
        self._turn_to(WhoIsIn, lambda: WhoIsIn(self.desk, clock=self._clock))

    def action_connection(self) -> None:
        self._turn_to(
            ConnectionScreen, lambda: ConnectionScreen(self.desk, self.history, url=self._url, clock=self._clock)
        )

    def _turn_to(self, kind: type[Screen[None]], make: Callable[[], Screen[None]]) -> None:
        """The screen beside the front desk, in place of another one; from itself, back."""
        if isinstance(self.screen, kind):
            self.screen.dismiss()
        elif isinstance(self.screen, FrontDesk):
            self.push_screen(make())
        elif isinstance(self.screen, DeskScreen):
            self.switch_screen(make())

    def action_theme(self, name: str) -> None:
        self.theme = name

    def get_key_display(self, binding: Binding) -> str:
        return shown(binding.key)

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), *([self._ascii] if self._ascii.enabled else [])]

    # --- the connection -----------------------------------------------------------------------------------------------

    def _connection_changed(self, state: ConnectionState) -> None:
        if state.phase == "logged_out" and not any(isinstance(screen, LoginScreen) for screen in self.screen_stack):
            gym = self.desk.replica.gym
            login = LoginScreen(
                self.login,
                url=self._url,
                user=self.login.user or self._user,
                gym=gym.name if gym else None,
                reason=state.reason if self.login.user else None,
            )
            self.push_screen(login, self._logged_in)

    def _logged_in(self, _: None) -> None:
        self.desk.service.logged_in()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        if event.worker is self._running_desk and event.state is WorkerState.ERROR:
            logger.error("The desk stopped: %s", event.worker.error, exc_info=event.worker.error)
            reason = str(event.worker.error)
            self.front_desk.connection = ConnectionState(phase="stopped", since=self._clock(), reason=reason)

    # --- the end ------------------------------------------------------------------------------------------------------

    def _leave(self) -> None:
        self.run_worker(self.action_quit(), name="leave", exclusive=True, group="leave")

    async def action_quit(self) -> None:
        await say_goodbye(self.desk.service, self._running_desk)
        self.exit()
