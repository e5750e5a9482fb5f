"""Who is connected, one by one, with all that is known of each; a manager may close one."""

from __future__ import annotations

from typing import ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.reactive import var
from textual.widgets import Input

from gymtui import clock, codec
from gymtui.client.connection.service import WebSocketService
from gymtui.client.errors import Disconnected, RequestRefused
from gymtui.protocol import CloseConnection, ClosedConnection
from gymtui.ui.lookout import Standing
from gymtui.ui.screens.live import LiveScreen
from gymtui.ui.screens.looking import LookingScreen
from gymtui.ui.screens.lookout import LookoutScreen
from gymtui.ui.widgets.choice_list import ChoiceList
from gymtui.ui.widgets.connection_list import SessionList
from gymtui.ui.widgets.field_lines import FieldLines, Fields


class SessionsScreen(LookingScreen):
    """What `monitor` knows of them, as it hears it; the chosen one stays chosen, wherever it stands."""

    TITLE = "Connections"
    CSS_PATH = "monitor.tcss"
    LIST = "sessions"
    DETAILS = "session"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("delete", "close", "close", key_display="Delete"),
        Binding("f3", "back", "monitor", show=False),
    ]

    standings: var[tuple[Standing, ...]] = var(())
    note: var[str] = var("")
    chosen: var[int] = var(0)
    fields: var[Fields] = var[Fields](())

    reason = getters.query_one("#reason", Input)

    def __init__(self, service: WebSocketService, *, monitor: LookoutScreen, clock: clock.Clock = clock.now) -> None:
        super().__init__(service, heading="connections", clock=clock)
        self._monitor = monitor
        self._key = ""  # of the chosen one
        self.set_reactive(LiveScreen.gym, monitor.gym)
        self.set_reactive(LiveScreen.zone, monitor.zone)

    def compose_question(self) -> ComposeResult:
        yield Input(id="reason", compact=True, select_on_focus=False, max_length=200, placeholder="why? they are told")

    def make_list(self) -> SessionList:
        return SessionList().data_bind(SessionsScreen.standings, SessionsScreen.chosen, SessionsScreen.note)

    def make_details(self) -> FieldLines:
        return FieldLines("a higher window has all of it").data_bind(SessionsScreen.fields)

    def on_mount(self) -> None:
        self.reason.cursor_blink = False
        self.watch(self._monitor, "standings", self._learn)

    def _learn(self) -> None:
        """What the monitor has heard."""
        self.standings, self.note = self._monitor.standings, self._monitor.note
        keys = [one.key for one in self.standings]
        self.choose(keys.index(self._key) if self._key in keys else self.chosen)
        self.entitle(f"{sum(bool(one.session_id) for one in self.standings):,} connected")

    @property
    def pick(self) -> Standing | None:
        return self.standings[self.chosen] if self.standings else None

    def choose(self, row: int) -> None:
        """This row, or the nearest there is."""
        self.chosen = max(0, min(row, len(self.standings) - 1))
        pick = self.pick
        self._key, self.fields = ("", ()) if pick is None else (pick.key, tuple(pick.fields))
        self.refresh_bindings()

    def move(self, step: int) -> None:
        if not self.has_class("-asking"):  # else another one would be closed than the one that is asked about
            self.choose(self.chosen + step)

    def on_choice_list_picked(self, event: ChoiceList.Picked) -> None:
        self.move(event.row - self.chosen)

    # --- closing one --------------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A manager closes what is connected."""
        if action == "close":
            pick = self.pick
            return self.connection.role == "manager" and pick is not None and bool(pick.session_id)
        return super().check_action(action, parameters)

    def action_close(self) -> None:
        """Asks why."""
        self.add_class("-asking")
        self.set_focus(self.reason)

    def action_back(self) -> None:
        if self.has_class("-asking"):
            self._asked()
        else:
            super().action_back()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        pick, why = self.pick, event.value.strip()
        if pick is not None and why:
            self._asked()
            self.run_worker(self._close(pick, why), group="close", exit_on_error=False)

    def _asked(self) -> None:
        self.reason.value = ""
        self.remove_class("-asking")
        self.set_focus(None)

    async def _close(self, one: Standing, why: str) -> None:
        who = f"{one.desk} ({one.user})"
        try:
            request = CloseConnection(session_id=one.session_id, reason=why)
            closed = codec.convert(await self._service.request(request), ClosedConnection).closed
        except (Disconnected, RequestRefused) as problem:
            self.entitle(f"{who} is not closed", str(problem))
        else:
            self.entitle(f"{who} is closed" if closed else f"{who} was gone already", why if closed else "")
            self._monitor.look_out()
