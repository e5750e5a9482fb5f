"""The login: who is at the desk, whether the server answers, and a sentence for whatever stands in the way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.reactive import var
from textual.screen import Screen
from textual.widgets import Input, Label, Static

from gymtui.client.auth import Login
from gymtui.client.errors import AuthenticationProblem, ConnectionProblem
from gymtui.client.readiness import Readiness
from gymtui.printable import printable
from gymtui.protocol import Gym
from gymtui.ui.bindings import bind
from gymtui.ui.sizes import HEIGHTS, WIDTHS
from gymtui.ui.widgets.key_line import KeyLine

LOOK_EVERY: Final = 3.0  # seconds between two looks at a server that does not answer
SERVER: Final[dict[Readiness, str]] = {
    "ready": "● answers",
    "unready": "◐ answers, and takes nothing just now",
    "stranger": "○ something answers that is no front desk",
    "away": "○ does not answer",
}
ASKED: Final = "◐ is asked …"
FIRST: Final = "Enter goes on to the password, then logs in."
LATER: Final = "Esc goes on without; what is done is sent later."


class UserField(Input):
    """Enter goes on to the password. By priority, so that keys which come in the same gulp already go there."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "app.focus_next", show=False, priority=True)]


class LoginScreen(Screen[str | None]):
    """Asks until somebody is logged in, and gives None; what lay under it is as it was. Where the `gym` is known here
    already, the person may go on without, which gives `""`; a card that is scanned into it (`is_card`) gives its code.
    """

    TITLE = "Log in"
    AUTO_FOCUS = "#user"
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("other-field"),
        bind("back", "go on without"),
    ]

    server: var[str] = var(ASKED, init=False)
    problem: var[str] = var("", init=False)
    asking: var[bool] = var(False)

    def __init__(
        self,
        login: Login,
        *,
        url: str,
        user: str | None = None,
        gym: Gym | None = None,
        reason: str | None = None,
        is_card: Callable[[str], bool] = lambda _: False,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        super().__init__()
        self._login = login
        self._url = url
        self._user = user
        self._gym = gym
        self._reason = reason
        self._is_card = is_card
        self._sleep = sleep
        self._is_away = False  # and that is the problem that is shown

    def compose(self) -> ComposeResult:
        with Vertical(id="card"):
            yield Label(Content(f"◆ {printable(self._gym.name if self._gym else 'Front desk')}"), id="gym")
            yield Label(Content(printable(self._url)), id="url")
            yield Label(Content(self.server), id="server")
            yield Label("user", classes="caption")
            yield UserField(self._user or "", id="user", compact=True, select_on_focus=False)
            yield Label("password", classes="caption")
            yield Input(password=True, id="password", compact=True)
            yield Static("", id="problem", markup=False)
            yield Static(f"{FIRST}\n{LATER}" if self._gym else FIRST, id="hint", markup=False)
        yield KeyLine()

    def on_mount(self) -> None:
        for field in self.query(Input):
            field.cursor_blink = False
        self.problem = self._reason or ""
        if self._user:
            self.set_focus(self.query_one("#password"))
        self._watch(0.0)

    def watch_server(self, server: str) -> None:
        self.query_one("#server", Label).update(Content(server))

    def watch_problem(self, problem: str) -> None:
        self.query_one("#problem", Static).update(Content(printable(problem)))
        self.set_class(bool(problem), "-problem")

    # --- the server ---------------------------------------------------------------------------------------------------

    def _watch(self, later: float) -> None:
        self.run_worker(self._look(later), group="server", exclusive=True, exit_on_error=False)

    async def _look(self, later: float) -> None:
        """Until the server answers: what becomes of it then, the next login tells."""
        await self._sleep(later)
        while (readiness := await self._login.readiness()) != "ready":
            self.server = SERVER[readiness]
            await self._sleep(LOOK_EVERY)
        self.server = SERVER["ready"]
        if self._is_away:
            self._is_away, self.problem = False, ""

    # --- the person ---------------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is something to go back to where the gym is known."""
        return self._gym is not None if action == "back" else super().check_action(action, parameters)

    def action_back(self) -> None:
        self.dismiss("")

    def action_other_field(self) -> None:
        self.focus_next()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        user, password = self.query_one("#user", Input), self.query_one("#password", Input)
        if self._is_card(password.value.strip()):
            self.dismiss(password.value.strip())
        elif not user.value.strip():
            self.problem = "Type your user name first."
            self.set_focus(user)
        elif not self.asking:
            self.run_worker(self._log_in(user.value.strip(), password.value), exit_on_error=False)

    async def _log_in(self, user: str, password: str) -> None:
        self.asking = True
        self._is_away, self.problem = False, ""
        self.server = ASKED
        try:
            await self._login.log_in(user, password)
        except AuthenticationProblem as error:
            self._stay(SERVER["ready"], str(error))
        except ConnectionProblem as error:
            self._is_away = True
            self._stay(SERVER["away"], str(error))
            self._watch(LOOK_EVERY)
        else:
            self.dismiss(None)

    def _stay(self, server: str, problem: str) -> None:
        self.asking = False
        self.server = server
        self.problem = problem
        password = self.query_one("#password", Input)
        password.clear()
        self.set_focus(password)
