"""Who is in: the list, narrowed by typing, and checking out one or many of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.reactive import var
from textual.widgets import Static

from gymtui.client.desk.verdicts import may_be_number
from gymtui.client.state import Inside
from gymtui.protocol import Snapshot
from gymtui.ui.bindings import bind, key_of
from gymtui.ui.roster import Roster
from gymtui.ui.screens.box import member_of
from gymtui.ui.screens.live import LiveScreen
from gymtui.ui.screens.override import OverrideScreen
from gymtui.ui.throttle import Pace
from gymtui.ui.widgets.error_boundary import WebSocketErrorBoundary
from gymtui.ui.widgets.key_line import KeyLine
from gymtui.ui.widgets.roster_list import RosterList

RATE = 3  # times a second that the list is read anew


class WhoIsIn(OverrideScreen):
    """Enter checks out who is marked or chosen; several only once it has said how many they are."""

    TITLE = "Who is in"
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("who", "front desk", app=True),
        bind("connection", show=False, app=True),
        bind("conflicts", show=False, app=True),
        bind("mark"),
        bind("sort"),
    ]

    roster: var[Roster] = var(Roster())
    asking: var[bool] = var(False)  # how many it would be has been said, and waits for the second Enter

    def compose(self) -> ComposeResult:
        yield from self.compose_header()
        yield Static("", id="title", markup=False)
        yield from self.compose_box()
        yield from self.compose_verdict()
        yield WebSocketErrorBoundary(self._list, id="roster")
        yield KeyLine()

    def _list(self) -> RosterList:
        return RosterList(self._clock).data_bind(WhoIsIn.roster, LiveScreen.zone)

    def on_mount(self) -> None:
        self._pace = Pace(self, self._read, RATE)
        self._read()

    def subscriptions(self) -> list[Callable[[], None]]:
        service = self._desk.service
        return [*super().subscriptions(), service.subscribe("events", self.telling("roster", self._changed))]

    def _changed(self, _: object) -> None:
        self._pace.ask()

    def _queue_changed(self, queued: int) -> None:
        super()._queue_changed(queued)
        self._pace.ask()

    def _restarted(self, part: Snapshot) -> None:
        super()._restarted(part)
        self._pace.ask()

    def _read(self) -> None:
        with self.answering("Who is in"):
            self.roster = self.roster.now(tuple(self._desk.present()))

    # --- what follows -------------------------------------------------------------------------------------------------

    def watch_roster(self, roster: Roster) -> None:
        people = len(roster.people)
        count = "1 person" if people == 1 else f"{people} people"
        seen = f", {len(roster.rows)} shown" if roster.text else ""
        order = "the newest first" if roster.order == "time" else "by name"
        self.query_one("#title", Static).update(
            Content.assemble("WHO IS IN   ", (f"{count}{seen}, {order}", "not bold $quiet"))
        )

    def compute_prompt(self) -> str:
        if self.palette:
            return "COMMAND"
        if self.override:
            return self.prompt_of(self.override)
        return f"CHECK OUT {len(self.roster.marked)}" if self.roster.marked else "CHECK OUT"

    def compute_placeholder(self) -> str:
        if self.override:
            return self.placeholder_of(self.override)
        marked = len(self.roster.marked)
        if self.asking:
            return f"Enter again checks out these {marked}; {key_of(self, 'back')} does not"
        if marked:
            return f"Enter checks out the {'one' if marked == 1 else marked} marked"
        return "type or ↑ ↓, Enter checks out; a card of who is not in checks in"

    # --- what the person does -----------------------------------------------------------------------------------------

    def look_for(self, text: str) -> None:
        if text != self.roster.text:
            self.asking = False
            self.roster = replace(self.roster, text=text, chosen=None)

    def step(self, step: int, text: str) -> None:
        self.asking = False
        self.roster = self.roster.moved(step)

    def take(self, text: str) -> None:
        """A number that is scanned is its member's, whatever is marked or chosen; whoever is not in comes in."""
        roster = replace(self.roster, text=text) if text != self.roster.text else self.roster
        self.roster = replace(roster, text="")
        member = self.card_in(text)
        if member is not None:
            present = self._desk.in_since(member.id) is not None
            self.say(self._desk.check_out(member) if present else self._desk.check_in(member))
        elif text and not roster.rows and may_be_number(text):
            self.say(self._desk.check_in(text))
        elif text and not roster.rows:
            self.say(self.refusal(text, "nobody who is in has that name or number", "look at the spelling"))
        elif len(roster.targets) > 1 and not self.asking:
            self.asking = True
            return
        elif roster.targets:
            self._check_out(roster.targets)
        elif text:
            self.entry.put_before(text)
            self.roster = roster.moved(1)
        self.asking = False
        self._read()

    def on_roster_list_picked(self, event: RosterList.Picked) -> None:
        self.roster = replace(self.roster, chosen=event.inside.member.id)

    def go_back(self, text: str) -> None:
        """From the question to the marks, to what was typed, to the whole list, to the front desk."""
        if self.asking:
            self.asking = False
        elif text or self.roster.chosen or self.roster.text:
            self.roster = replace(self.roster, text="", chosen=None)
        elif self.roster.marked:
            self.roster = replace(self.roster, marked=frozenset())
        else:
            self.dismiss()

    def action_undo(self) -> None:
        """Where a question waits, it is what is taken back."""
        if self.asking:
            self.asking = False
        else:
            super().action_undo()

    def action_mark(self) -> None:
        self.asking = False
        self.roster = self.roster.toggled()

    def action_sort(self) -> None:
        self.roster = self.roster.sorted()

    def action_older(self) -> None:
        self._page(1)

    def action_newer(self) -> None:
        self._page(-1)

    def _page(self, direction: int) -> None:
        for roster_list in self.query(RosterList):
            self.roster = self.roster.moved(direction * roster_list.page)

    def _check_out(self, people: tuple[Inside, ...]) -> None:
        verdicts = [self._desk.check_out(member_of(inside.member)) for inside in people]
        worst = next((verdict for verdict in verdicts if verdict.kind == "refused"), verdicts[-1])
        more = len(people) - 1
        self.say(replace(worst, subject=f"{worst.subject} and {more} more") if more else worst)
