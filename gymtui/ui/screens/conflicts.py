"""What desks did while they were alone and did not fit: what a manager should look at, and what stands."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.reactive import var
from textual.widgets import Static

from gymtui import clock
from gymtui.client.desk.conflict_report import DAYS, ConflictReporter, Report, concerns
from gymtui.client.desk.desk import Desk
from gymtui.client.state import ConnectionState
from gymtui.printable import printable
from gymtui.protocol import ConflictNote, Event
from gymtui.ui.bindings import bind
from gymtui.ui.screens.desk import DeskScreen
from gymtui.ui.screens.live import LiveScreen
from gymtui.ui.screens.rows import RowsScreen
from gymtui.ui.wall import hours_minutes
from gymtui.ui.widgets.choice_list import ChoiceList
from gymtui.ui.widgets.conflict_list import ConflictDetails, ConflictList
from gymtui.ui.widgets.error_boundary import WebSocketErrorBoundary
from gymtui.ui.widgets.key_line import KeyLine

REST = 2.0  # seconds between two questions: when desks come back, something new comes all the time


class ConflictsScreen(RowsScreen):
    """Asks the server whenever the answer may be another one; the last answer stays, while there is nobody to ask."""

    TITLE = "Conflicts"
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("conflicts", "front desk", app=True),
        bind("connection", app=True),
        bind("older", show=False),
        bind("newer", show=False),
    ]

    report: var[Report] = var(Report())
    is_live: var[bool] = var(False, init=False)
    note: var[ConflictNote | None] = var[ConflictNote | None](None)  # the chosen one

    def __init__(self, desk: Desk, reporter: ConflictReporter, *, clock: clock.Clock = clock.now) -> None:
        super().__init__(desk, clock=clock)
        self._reporter = reporter
        self._is_stale = asyncio.Event()
        self._is_stale.set()
        self.set_reactive(ConflictsScreen.is_live, self.connection.phase == "live")

    def compose(self) -> ComposeResult:
        yield from self.compose_header()
        yield Static("", id="title", markup=False)
        yield WebSocketErrorBoundary(self._list, id="conflicts")
        yield WebSocketErrorBoundary(self._details, id="conflict")
        yield KeyLine()

    def _list(self) -> ConflictList:
        return ConflictList().data_bind(ConflictsScreen.report, RowsScreen.chosen, LiveScreen.zone, DeskScreen.masked)

    def _details(self) -> ConflictDetails:
        return ConflictDetails().data_bind(ConflictsScreen.note, LiveScreen.zone, DeskScreen.masked)

    def on_mount(self) -> None:
        self.report = self._reporter.last
        self.run_worker(self._ask_again_and_again(), name="conflicts", exit_on_error=False)

    def subscriptions(self) -> list[Callable[[], None]]:
        return [
            *super().subscriptions(),
            self.desk.service.subscribe("events", self.telling("conflicts", self._happened)),
        ]

    def _happened(self, events: Iterable[Event]) -> None:
        if any(map(concerns, events)):
            self._is_stale.set()

    def watch_connection(self, state: ConnectionState) -> None:
        super().watch_connection(state)
        self.is_live = state.phase == "live"

    def watch_is_live(self) -> None:
        self._is_stale.set()

    async def _ask_again_and_again(self) -> None:
        while await self._is_stale.wait():
            self._is_stale.clear()
            self.report = await self._reporter.ask()
            await asyncio.sleep(REST)

    # --- what follows -------------------------------------------------------------------------------------------------

    @property
    def row_count(self) -> int:
        return len(self.report.notes)

    def watch_report(self, report: Report) -> None:
        """The chosen one stays chosen as others come."""
        rows = report.notes
        self.choose(rows.index(self.note) if self.note in rows else self.chosen)
        self.query("#conflict").set_class(not rows, "-nothing")
        self._say_how_many()

    def watch_zone(self) -> None:
        self._say_how_many()

    def _say_how_many(self) -> None:
        words = Content.assemble("CONFLICTS   ", (printable(self._how_many(self.report)), "not bold $quiet"))
        self.query_one("#title", Static).update(words, layout=False)

    def _how_many(self, report: Report) -> str:
        if report.as_of is None:
            return report.problem or "asking the server"
        count = f"the newest {len(report.notes)}" if report.more else f"{len(report.notes) or 'none'}"
        said = f"{count} in the last {DAYS} days"
        return f"{said}, as of {hours_minutes(report.as_of, self.zone)}: {report.problem}" if report.problem else said

    def choose(self, row: int) -> None:
        super().choose(row)
        self.note = self.report.notes[self.chosen] if self.report.notes else None

    # --- what the person does -----------------------------------------------------------------------------------------

    async def on_choice_list_picked(self, event: ChoiceList.Picked) -> None:
        self.choose(event.row)

    def action_older(self) -> None:
        self._page(1)

    def action_newer(self) -> None:
        self._page(-1)

    def _page(self, direction: int) -> None:
        for conflict_list in self.query(ConflictList):
            self.choose(self.chosen + direction * conflict_list.page)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Where the server had no answer, it may be asked again."""
        return bool(action == "try_again" and self.report.problem) or super().check_action(action, parameters)

    def action_try_again(self) -> None:
        super().action_try_again()
        self._is_stale.set()
