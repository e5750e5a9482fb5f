"""The login: who is at the desk, whether the server answers, and a sentence for whatever stands in the way."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterator
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.reactive import var
from textual.widgets import Input, Label, Static

from gymtui import cleartext
from gymtui.client.errors import AuthenticationProblem, ConnectionProblem
from gymtui.client.login.http import Readiness
from gymtui.client.login.login import Login
from gymtui.client.state import ConnectionState
from gymtui.gym_zone import zone_of
from gymtui.printable import printable
from gymtui.protocol import Gym
from gymtui.ui.bindings import bind
from gymtui.ui.screens.passing import PassingScreen
from gymtui.ui.typed_name import hides, is_known
from gymtui.ui.wall import since
from gymtui.ui.widgets.key_line import KeyLine

logger = logging.getLogger(__name__)

LOOK_EVERY: Final = 3.0  # seconds between two looks at a server that does not answer
SERVER: Final[dict[Readiness, str]] = {
    "ready": "● answers",
    "unready": "◐ answers, and takes nothing just now",
    "stranger": "○ something answers that is no front desk",
    "away": "○ does not answer",
}
ASKED: Final = "◐ is asked …"
HIDDEN: Final = "user (not shown: nobody who is known here)"
FIRST: Final = "Enter goes on to the password, then logs in."
LAST: Final = "Enter logs in."
LATER: Final = "Esc goes on without; what is done is sent later."
START: Final = "No server here yet? `gymtui serve` starts one."
AWAY: Final = "Not connected since {since}; desks go on."
INSTEAD: Final = "Esc goes back; {user} stays logged in."


class UserField(Input):
    """Enter goes on to the password. By priority, so that keys which come in the same gulp already go there. What is
    likely a password is not shown; who is `known` here, is."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,ctrl+j", "app.focus_next", show=False, priority=True)]

    def __init__(self, user: str, known: Collection[str]) -> None:
        self._known = known
        super().__init__(user, id="user", compact=True, select_on_focus=False)

    def validate_value(self, value: str) -> str:
        self.password = hides(value, self._known)  # before anything of it is drawn
        return value


class PasswordField(Input):
    """Enter logs in, and so does the LF of a scanner that was set up for Linux."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+j", "submit", show=False)]


class LoginScreen(PassingScreen[str | None]):
    """Asks until somebody is logged in, and gives None; what lay under it is as it was. Where the `gym` is known here
    already, or somebody stays logged in (`instead_of`), the person may go on without, which gives `""`; a card that is
    scanned into it (`is_card`) gives its code, once it is known to be no password.
    """

    TITLE = "Log in"
    AUTO_FOCUS = "#user"
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
        away: Callable[[], str] = lambda: START,
        reason: str | None = None,
        instead_of: str | None = None,
        known: Collection[str] = (),
        is_card: Callable[[str], bool] = lambda _: False,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        super().__init__()
        self._login = login
        self._url, self._user = url, user
        self._gym, self._away = gym, away
        self._reason = reason
        self._instead_of = instead_of
        self._known = known
        self._is_card = is_card
        self._sleep = sleep
        self._is_away = False  # and that is the problem that is shown
        self.cards: list[str] = []  # that were scanned while a login was on its way, for whatever comes of it

    def compose(self) -> ComposeResult:
        with Vertical(id="card"):
            yield Label(Content(f"◆ {printable(self._gym.name if self._gym else 'Front desk')}"), id="gym")
            yield Label(Content(printable(self._url)), id="url")
            yield Label(Content(self.server), id="server")
            yield Label("user", id="who", classes="caption")
            yield UserField(self._user or "", self._known)
            yield Label("password", classes="caption")
            yield PasswordField(password=True, id="password", compact=True)
            yield Static("", id="problem", markup=False)
            yield Static("", id="hint", markup=False)
        yield KeyLine()

    def _hints(self) -> Iterator[str]:
        yield LAST if isinstance(self.focused, PasswordField) else FIRST
        if self.server == SERVER["away"] and (words := self._away()) and (self._gym or cleartext.is_here(self._url)):
            yield words
        if (clear := cleartext.warning(self._url)) is not None:
            yield printable(clear)
        if self._instead_of:
            yield INSTEAD.format(user=printable(self._instead_of))
        elif self._gym:
            yield LATER

    def on_mount(self) -> None:
        for field in self.query(Input):
            field.cursor_blink = False
        self.problem = self._reason or ""
        self._hint()
        if self._user:
            self.set_focus(self.query_one("#password"))
        self._watch(0.0)

    def on_descendant_focus(self) -> None:
        self._hint()

    def _hint(self) -> None:
        self.query_one("#hint", Static).update(Content("\n".join(self._hints())))

    def watch_server(self, server: str) -> None:
        label = self.query_one("#server", Label)
        label.update(Content(server))
        label.set_class(server == SERVER["ready"], "-ready")
        label.set_class(server not in (SERVER["ready"], ASKED), "-trouble")
        self._hint()

    def watch_problem(self, problem: str) -> None:
        self.query_one("#problem", Static).update(Content(printable(problem)))
        self.set_class(bool(problem), "-problem")

    def learn(self, reason: str) -> None:
        """There is another reason for this login by now; a complaint about what was tried stays."""
        before, self._reason = self._reason, reason
        if self.is_mounted and self.problem == before:
            self.problem = reason

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
        """There is something to go back to where the gym is known, or somebody is logged in."""
        can_go_back = self._gym is not None or self._instead_of is not None
        return can_go_back if action == "back" else super().check_action(action, parameters)

    def action_back(self) -> None:
        self.dismiss("")

    def action_other_field(self) -> None:
        """What stands there is selected: whoever types means another."""
        self.focus_next(Input)
        if isinstance(self.focused, Input):
            self.focused.select_all()

    def on_input_changed(self, event: Input.Changed) -> None:
        """A complaint is about what was tried, and goes once that is typed anew."""
        if isinstance(event.input, UserField):
            self.query_one("#who", Label).update(HIDDEN if event.input.password else "user")
        if event.input.has_focus and event.value:
            self._is_away, self.problem = False, ""

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if self.asking:
            self.cards += _taken_out(event, self._is_card)
            return
        field = self.query_one("#user", Input)
        user, password = field.value.strip(), event.value
        if (not user or self.server == SERVER["away"]) and self._take_card(password):
            return
        if not user:
            self.problem = "Type your user name first."
            self.set_focus(field)
        elif not password:
            self.problem = "Type your password first."
        else:
            with self.prevent(Input.Changed):
                event.input.value = event.input.value.removeprefix(password)  # what is typed since is the next
            self.run_worker(self._log_in(user, password), exit_on_error=False)

    def _take_card(self, text: str) -> bool:
        """Only what logs nobody in is looked at so: a password may be the number of some member."""
        is_card = self._is_card(text.strip())
        if is_card:
            self.dismiss(text.strip())
        return is_card

    async def _log_in(self, user: str, password: str) -> None:
        self.asking = True
        self._is_away, self.problem = False, ""
        self.server = ASKED
        try:
            await self._login.log_in(user, password)
        except AuthenticationProblem as error:
            self._stay(password, SERVER["ready"], str(error))
            self._forget(user)
        except ConnectionProblem as error:
            self._is_away = True
            self._stay(password, SERVER["away"], str(error))
            self._watch(LOOK_EVERY)
        except Exception as error:
            logger.error("The login failed: %s", error, exc_info=error)
            self._stay(password, ASKED, "The login failed here, and the log tells why. Please try again.")
            self._watch(0.0)
        else:
            self.dismiss(None)

    def _forget(self, tried: str) -> None:
        """A name that was refused and is nobody's here may have been a password."""
        field = self.query_one("#user", Input)
        if self.is_attached and field.value.strip() == tried and not is_known(tried, self._known):
            field.clear()
            self.query_one("#who", Label).update("user")
            if not self.query_one("#password", Input).value:  # else somebody types there, and not for all to see
                self.set_focus(field)

    def _stay(self, tried: str, server: str, problem: str) -> None:
        """Nobody is logged in by what was tried."""
        self.asking = False
        self.server = server
        if self._take_card(tried):
            return
        if self.cards:
            self.dismiss("")
        self.problem = problem


def away(gym: Gym | None, line: ConnectionState, now: int) -> str:
    """What to say of a server that does not answer: since when, where the gym had one; else how to start it."""
    began = line.silent_since if line.is_live else line.since
    if gym is None or began is None:
        return "" if gym else START
    return AWAY.format(since=since(began, zone_of(gym), now))


def _taken_out(event: Input.Submitted, is_card: Callable[[str], bool]) -> list[str]:
    """The card that was scanned, which is no more in the field; anything else stays there, for the next try."""
    text = event.value.strip()
    if not is_card(text):
        return []
    event.input.value = event.input.value.removeprefix(event.value)
    return [text]
