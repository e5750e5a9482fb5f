"""An app around one connection: themes and keys, the login where the connection needs one, and a clean shutdown."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.worker import Worker

from gymtui import clock
from gymtui.client.connection.service import WebSocketService
from gymtui.client.login.login import Login
from gymtui.client.state import ConnectionState
from gymtui.keys import keymap, shown
from gymtui.preferences import Choices, ChoicesFile, Theme
from gymtui.printable import printable
from gymtui.protocol import Gym
from gymtui.ui.ascii import AsciiFilter
from gymtui.ui.bindings import bind
from gymtui.ui.copying_app import CopyingApp
from gymtui.ui.escape_key import part_escape
from gymtui.ui.screens.desk import DeskScreen
from gymtui.ui.screens.help import HelpScreen
from gymtui.ui.shutdown import leave_on_signals, outlasting_terminal, say_goodbye
from gymtui.ui.theme import COLOURS

if TYPE_CHECKING:
    from gymtui.ui.screens.login import LoginScreen

SAY_AGAIN: Final = 3.0  # seconds between two tries to tell the server that a login is over
UNTOLD: Final = (
    "{who} is logged out here. The server does not answer, and is told once it does; where this program is left before"
    " that, by the next one here."
)


class LiveApp(CopyingApp):
    """Listens to `service`, and asks for a login once it needs one and nobody is typing; that may be left open.

    `keys` is `[keys]` of gymtui.toml; KeysError where a line of it cannot be. What the person chooses is kept in
    `choices`. `ascii`: the terminal has no more.
    """

    CSS_PATH = "gym.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [bind("help"), bind("log-in", show=False), bind("quit", priority=True)]

    def __init__(
        self,
        service: WebSocketService,
        login: Login,
        *,
        url: str,
        user: str | None = None,
        theme: Theme = "slate",
        keys: Mapping[str, str] | None = None,
        choices: ChoicesFile | None = None,
        ascii: bool = False,
        clock: clock.Clock = clock.now,
    ) -> None:
        super().__init__()
        part_escape()
        for each in COLOURS:
            self.register_theme(each)
        self.theme = theme
        self.set_keymap(keymap(keys or {}))
        self.service = service
        self.login = login
        self._url = url
        self._user = user
        self._choices = choices
        self._ascii = AsciiFilter(enabled=ascii)
        self._clock = clock
        self._client: Worker[None] | None = None
        self._needs_login = False
        self._asks_later = False
        self._asked: LoginScreen | None = None  # while somebody is asked: what was typed there goes with it
        self._left: str | None = None  # that somebody has logged out, until somebody logs in

    # --- what an app of this kind does otherwise ----------------------------------------------------------------------

    @property
    @abstractmethod
    def gym(self) -> Gym | None:
        """The gym, as far as it is known here without the server."""

    def is_card(self, text: str) -> bool:
        """Is that a card, and no password?"""
        return False

    def take_card(self, code: str) -> None:
        """It was scanned where a login was asked for."""

    @property
    def typed(self) -> Collection[str]:
        """The commands that can be given by their names where one is."""
        return ()

    @property
    def is_typing(self) -> bool:
        """Is somebody in the middle of something, whose keys a login would take?"""
        return False

    # --- the connection -----------------------------------------------------------------------------------------------

    def show(self, log: Path) -> None:
        with outlasting_terminal():
            super().show(log)

    async def on_mount(self) -> None:
        await self.start()

    async def start(self) -> None:
        """Once, as the app comes up. Not `on_mount`, which Textual would call for each class of the app."""
        if not self.is_headless:
            leave_on_signals(lambda: self.run_worker(self.leave(), name="leave", exclusive=True, group="leave"))
        self.service.subscribe("connection", self._connection_changed)
        self.run_worker(self._say_over(""), group="log-out", exclusive=True, exit_on_error=False)

    def _connection_changed(self, state: ConnectionState) -> None:
        needed_before, self._needs_login = self._needs_login, state.phase == "logged_out"
        if self._needs_login != needed_before:
            self._asks_later = self._needs_login
            self.ask_for_login()

    def ask_for_login(self) -> None:
        """Where one is needed and has not been asked for: as soon as nobody is typing."""
        if self._asks_later and not self.is_typing:
            self.action_log_in()

    def action_log_in(self) -> None:
        """Whoever is logged in already stays so until somebody else is."""
        if self._is_asking:
            return
        self._asks_later = False
        self._asked = self._login_again() if self._needs_login else self._login_screen(instead_of=self.login.user)
        self.push_screen(self._asked, partial(self._login_done, self._asked.cards))

    def action_log_in_again(self) -> None:
        self.action_log_in()

    async def action_log_out(self) -> None:
        """Here at once, and at the server as soon as it can be told."""
        who = printable(self.login.user or "Nobody")
        self._left = f"{who} is logged out."
        await self.login.log_out()
        self.service.logged_out()
        self.run_worker(self._say_over(who), group="log-out", exclusive=True, exit_on_error=False)

    async def _say_over(self, who: str) -> None:
        """Until the server has heard that `who` has left, and of whoever else: it counts a login as good until then."""
        while not await self.login.say_over():
            self._tell(UNTOLD.format(who=who))
            await asyncio.sleep(SAY_AGAIN)
        self._tell(f"{who} is logged out.")

    def _tell(self, left: str) -> None:
        """Says so where the next one is asked to log in; where nobody has left, there is nothing to say."""
        if self._left is None:
            return
        self._left = left
        if self._asked is not None and self._is_asking:
            self._asked.learn(left)

    @property
    def _is_asking(self) -> bool:
        return self._asked in self.screen_stack

    def _login_again(self) -> LoginScreen:
        last = self.login.user or self._user or (self._choices.read().user if self._choices else None)
        reason = self._left or (self.service.state.reason if self.login.user else None)
        return self._login_screen(user=None if self._left else last, reason=reason)

    def _login_screen(
        self, *, user: str | None = None, reason: str | None = None, instead_of: str | None = None
    ) -> LoginScreen:
        from gymtui.ui.screens.login import LoginScreen, away  # noqa: PLC0415  most are logged in

        kept = self._choices.read() if self._choices else Choices()
        return LoginScreen(
            self.login,
            url=self._url,
            user=user,
            gym=self.gym,
            away=lambda: away(self.gym, self.service.state, self._clock()),
            reason=reason,
            instead_of=instead_of,
            known=kept.known | {name for name in (self._user, self.login.user) if name},
            is_card=self.is_card,
        )

    def _login_done(self, cards: Sequence[str], card: str | None) -> None:
        self._asked = None
        for each in (card or "", *cards):
            self.take_card(each)
        if card is not None:
            return
        self._left = None
        self.run_worker(self._say_over(""), group="log-out", exclusive=True, exit_on_error=False)
        if self._choices is not None and self.login.user is not None:
            self._choices.logged_in(url=self._url, user=self.login.user)
        self.service.logged_in()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A login is there until it is open; the keys at the foot offer it when nobody is logged in."""
        if action == "log_in":
            return not self._is_asking
        return self._needs_login if action == "log_in_again" else super().check_action(action, parameters)

    # --- looks and keys -----------------------------------------------------------------------------------------------

    def action_help(self) -> None:
        self.push_screen(HelpScreen(self.screen, self.typed))

    def action_theme(self, name: str) -> None:
        self.theme = name
        if self._choices is not None:
            self._choices.keep(theme=name)

    def on_desk_screen_masked(self, event: DeskScreen.Masked) -> None:
        if self._choices is not None:
            self._choices.keep(masked=event.masked)

    def get_key_display(self, binding: Binding) -> str:
        return binding.key_display or shown(binding.key)

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), *([self._ascii] if self._ascii.enabled else [])]

    async def action_quit(self) -> None:
        await self.leave()

    async def leave(self) -> None:
        """Says goodbye to the server, and ends."""
        await say_goodbye(self.service, self._client)
        self.exit()
