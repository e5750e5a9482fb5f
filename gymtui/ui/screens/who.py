"""Who is in: the list, narrowed by typing, and checking out one or many of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.reactive import var
from textual.widgets import Static

from gymtui import clock, rules
from gymtui.client.desk.desk import Desk
from gymtui.protocol import Snapshot
from gymtui.ui.bindings import bind
from gymtui.ui.box.roster import RosterMode
from gymtui.ui.roster import Roster
from gymtui.ui.screens.box import BoxScreen
from gymtui.ui.screens.desk import DeskScreen
from gymtui.ui.screens.live import LiveScreen
from gymtui.ui.throttle import Throttle
from gymtui.ui.widgets.error_boundary import WebSocketErrorBoundary
from gymtui.ui.widgets.key_line import KeyLine
from gymtui.ui.widgets.roster_list import RosterList

RATE = 3  # times a second that the list is read anew


class WhoIsIn(BoxScreen):
    """The list around the box; what the box does with it is the roster mode's."""

    TITLE = "Who is in"
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("who", "front desk", app=True),
        bind("history", show=False, app=True),
        bind("connection", show=False, app=True),
        bind("conflicts", show=False, app=True),
        bind("mark"),
        bind("sort"),
    ]

    roster: var[Roster] = var(Roster())

    def __init__(self, desk: Desk, *, clock: clock.Clock = clock.now) -> None:
        super().__init__(desk, clock=clock)
        self.list = RosterMode(self)
        self.begin_with(self.list)

    def compose(self) -> ComposeResult:
        yield from self.compose_header()
        yield Static("", id="title", markup=False)
        yield from self.compose_box()
        yield from self.compose_verdict()
        yield WebSocketErrorBoundary(self._list, id="roster")
        yield KeyLine()

    def _list(self) -> RosterList:
        return RosterList(self._clock).data_bind(WhoIsIn.roster, LiveScreen.zone, DeskScreen.masked)

    def on_mount(self) -> None:
        self._throttle = Throttle(self, self.read, RATE)
        self.read()

    def subscriptions(self) -> list[Callable[[], None]]:
        service = self.desk.service
        return [*super().subscriptions(), service.subscribe("events", self.telling("roster", self._changed))]

    def _changed(self, _: object) -> None:
        self._throttle.ask()

    def _queue_changed(self, queued: int) -> None:
        super()._queue_changed(queued)
        self._throttle.ask()

    def _restarted(self, part: Snapshot) -> None:
        super()._restarted(part)
        self._throttle.ask()

    def read(self) -> None:
        with self.answering("Who is in"):
            self.roster = self.roster.now(tuple(self.desk.present()))

    # --- what follows -------------------------------------------------------------------------------------------------

    def watch_roster(self, roster: Roster) -> None:
        people = len(roster.people)
        count = "1 person" if people == 1 else f"{people} people"
        told = rules.occupancy(people, sum(rules.is_assumed_in(inside.since, self.now()) for inside in roster.people))
        count += f": {told}" if told else ""
        seen = f", {len(roster.rows)} shown" if roster.text else ""
        order = "the newest first" if roster.order == "time" else "by name"
        self.query_one("#title", Static).update(
            Content.assemble("WHO IS IN   ", (f"{count}{seen}, {order}", "not bold $quiet"))
        )

    # --- what the person does -----------------------------------------------------------------------------------------

    def action_undo(self) -> None:
        """Where a question waits, it is what is taken back."""
        if self.list.asking:
            self._ask_no_more()
        else:
            super().action_undo()

    def action_mark(self) -> None:
        self._ask_no_more()
        self.roster = self.roster.toggled()

    def _ask_no_more(self) -> None:
        self.list.asking = False
        self.mutate_reactive(WhoIsIn.modes)

    def action_sort(self) -> None:
        self.roster = self.roster.sorted()

    def action_older(self) -> None:
        self._page(1)

    def action_newer(self) -> None:
        self._page(-1)

    def _page(self, direction: int) -> None:
        for roster_list in self.query(RosterList):
            self.roster = self.roster.moved(direction * roster_list.page)
