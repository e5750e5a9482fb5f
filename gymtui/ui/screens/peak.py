"""Peak hours: when it is busy, how this week goes beside the last, and how many are expected now."""

from __future__ import annotations

from typing import ClassVar

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.reactive import var
from textual.widgets import Static

from gymtui import clock, codec
from gymtui.client.desk.desk import Desk
from gymtui.client.desk.verdicts import today
from gymtui.client.errors import Disconnected, RequestRefused
from gymtui.client.state import ConnectionState
from gymtui.printable import printable
from gymtui.protocol import GetPeak, Peak
from gymtui.ui.bindings import bind
from gymtui.ui.peak import DAYS, PeakReport
from gymtui.ui.screens.live import LiveScreen
from gymtui.ui.screens.rows import RowsScreen
from gymtui.ui.widgets.choice_list import ChoiceList
from gymtui.ui.widgets.error_boundary import WebSocketErrorBoundary
from gymtui.ui.widgets.key_line import KeyLine
from gymtui.ui.widgets.peak_map import PeakMap

EVERY = 60.0  # seconds after which it is asked again: what is expected goes on with the clock


class PeakScreen(RowsScreen):
    """Asks the server, and keeps what it said while there is nobody to ask."""

    TITLE = "Peak hours"
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("connection", app=True),
        bind("conflicts", show=False, app=True),
    ]

    report: var[PeakReport] = var(PeakReport())
    is_live: var[bool] = var(False, init=False)

    def __init__(self, desk: Desk, *, clock: clock.Clock = clock.now) -> None:
        super().__init__(desk, clock=clock)
        self.set_reactive(PeakScreen.is_live, self.connection.phase == "live")
        self.set_reactive(RowsScreen.chosen, today(desk.replica.gym, self._clock()).weekday())

    def compose(self) -> ComposeResult:
        yield from self.compose_header()
        yield Static("", id="title", markup=False)
        yield WebSocketErrorBoundary(self._map, id="peak")
        yield KeyLine()

    def _map(self) -> PeakMap:
        return PeakMap().data_bind(PeakScreen.report, LiveScreen.stats, RowsScreen.chosen)

    def on_mount(self) -> None:
        self.ask()
        self.set_interval(EVERY, self.ask)

    def watch_connection(self, state: ConnectionState) -> None:
        super().watch_connection(state)
        self.is_live = state.phase == "live"

    def watch_is_live(self) -> None:
        self.ask()

    def ask(self) -> None:
        self.run_worker(self._ask(), group="peak", exclusive=True, exit_on_error=False)

    async def _ask(self) -> None:
        try:
            peak = codec.convert(await self.desk.service.request(GetPeak()), Peak)
        except Disconnected:
            self.report = replace(self.report, problem="not connected")
        except RequestRefused as refused:
            self.report = replace(self.report, problem=str(refused).rstrip("."))
        else:
            self.report = PeakReport(peak=peak)

    # --- what follows -------------------------------------------------------------------------------------------------

    @property
    def row_count(self) -> int:
        return len(DAYS)

    def watch_report(self, report: PeakReport) -> None:
        peak = report.peak
        known = None if peak is None else f"check-ins an hour, the mean of {peak.weeks} weeks"
        words = ": ".join(part for part in (known, report.problem) if part) or "asking the server"
        for line in self.query("#title").results(Static):
            line.update(Content.assemble("PEAK HOURS   ", (printable(words), "not bold $quiet")), layout=False)

    async def on_choice_list_picked(self, event: ChoiceList.Picked) -> None:
        self.choose(event.row)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Where the server had no answer, it may be asked again."""
        return bool(action == "try_again" and self.report.problem) or super().check_action(action, parameters)

    def action_try_again(self) -> None:
        super().action_try_again()
        self.ask()
