"""Who is in: the list, narrowed by typing, and checking out one or many of it."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.reactive import var

from gymtui import clock, rules
from gymtui.client.desk.desk import Desk
from gymtui.ui.bindings import bind
from gymtui.ui.box.roster import RosterMode
from gymtui.ui.roster import Roster
from gymtui.ui.screens.desk import DeskScreen
from gymtui.ui.screens.listed import FollowingScreen
from gymtui.ui.screens.live import LiveScreen
from gymtui.ui.widgets.roster_list import RosterList


class WhoIsIn(FollowingScreen):
    """The list around the box; what the box does with it is the roster mode's."""

    TITLE = "Who is in"
    PART = "roster"
    RATE = 3
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

    def make_list(self) -> RosterList:
        return RosterList(self._clock).data_bind(WhoIsIn.roster, LiveScreen.zone, DeskScreen.masked)

    def read(self) -> None:
        with self.answering("Who is in"):
            self.roster = self.roster.now(tuple(self.desk.present()))

    # --- what follows -------------------------------------------------------------------------------------------------

    def watch_roster(self, roster: Roster) -> None:
        people = len(roster.people)
        count = "1 person" if people == 1 else f"{people} people"
        told = rules.occupancy(people, sum(rules.is_assumed_in(inside.since, self.now()) for inside in roster.people))
        uncounted = self.uncounted
        count += f": {people - uncounted.net:,} in, {uncounted.words}" if uncounted.words else ""
        count += f"{';' if uncounted.words else ':'} {told}" if told else ""
        seen = f", {len(roster.rows)} shown" if roster.text else ""
        order = "the newest first" if roster.order == "time" else "by name"
        self.entitle("WHO IS IN", f"{count}{seen}, {order}")

    def watch_uncounted(self) -> None:
        self.watch_roster(self.roster)

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

    def move(self, step: int) -> None:
        self.roster = self.roster.moved(step)
