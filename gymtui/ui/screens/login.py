"""The login: who is at the desk, and a sentence for whatever stands in the way."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.reactive import var
from textual.screen import Screen
from textual.widgets import Input, Label, Static

from gymtui.client.auth import Login
from gymtui.client.errors import AuthenticationProblem, ConnectionProblem
from gymtui.printable import printable
from gymtui.ui.bindings import bind
from gymtui.ui.sizes import HEIGHTS, WIDTHS
from gymtui.ui.widgets.key_line import KeyLine


class UserField(Input):
    """Enter goes on to the password. By priority, so that keys which come in the same gulp already go there."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "app.focus_next", show=False, priority=True)]


class LoginScreen(Screen[None]):
    """Asks until it is let in, then goes away; what lay under it is as it was."""

    TITLE = "Log in"
    AUTO_FOCUS = "#user"
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("other-field"),
    ]

    server: var[str] = var("○ not asked yet", init=False)
    problem: var[str] = var("", init=False)
    asking: var[bool] = var(False)

    def __init__(
        self, login: Login, *, url: str, user: str | None = None, gym: str | None = None, reason: str | None = None
    ) -> None:
        super().__init__()
        self._login = login
        self._url = url
        self._user = user
        self._gym = gym
        self._reason = reason

    def compose(self) -> ComposeResult:
        with Vertical(id="card"):
            yield Label(Content(f"◆ {printable(self._gym or 'Front desk')}"), id="gym")
            yield Label(Content(printable(self._url)), id="url")
            yield Label(Content(self.server), id="server")
            yield Label("user", classes="caption")
            yield UserField(self._user or "", id="user", compact=True, select_on_focus=False)
            yield Label("password", classes="caption")
            yield Input(password=True, id="password", compact=True)
            yield Static("", id="problem", markup=False)
            yield Label("Enter goes on to the password, then logs in.", id="hint")
        yield KeyLine()

    def on_mount(self) -> None:
        for field in self.query(Input):
            field.cursor_blink = False
        self.problem = self._reason or ""
        if self._user:
            self.set_focus(self.query_one("#password"))

    def watch_server(self, server: str) -> None:
        self.query_one("#server", Label).update(Content(server))

    def watch_problem(self, problem: str) -> None:
        self.query_one("#problem", Static).update(Content(printable(problem)))
        self.set_class(bool(problem), "-problem")

    def action_other_field(self) -> None:
        self.focus_next()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        user, password = self.query_one("#user", Input), self.query_one("#password", Input)
        if not user.value.strip():
            self.problem = "Type your user name first."
            self.set_focus(user)
        elif not self.asking:
            self.run_worker(self._log_in(user.value.strip(), password.value), exit_on_error=False)

    async def _log_in(self, user: str, password: str) -> None:
        self.asking = True
        self.problem = ""
        self.server = "◐ asking …"
        try:
            await self._login.log_in(user, password)
        except AuthenticationProblem as error:
            self._stay("● answers", str(error))
        except ConnectionProblem as error:
            self._stay("○ does not answer", str(error))
        else:
            self.dismiss()

    def _stay(self, server: str, problem: str) -> None:
        self.asking = False
        self.server = server
        self.problem = problem
        password = self.query_one("#password", Input)
        password.clear()
        self.set_focus(password)
