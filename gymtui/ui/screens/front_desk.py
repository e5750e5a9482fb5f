"""The front desk: the one box, the verdict, the live feed and how full it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events, getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.reactive import var
from textual.widgets import Footer, Input

from gymtui.client.state import Verdict
from gymtui.protocol import Event, Member
from gymtui.ui.screens.live import LiveScreen
from gymtui.ui.search import Search
from gymtui.ui.widgets.counters import Counters
from gymtui.ui.widgets.entry import Entry, Prompt
from gymtui.ui.widgets.error_boundary import WebSocketErrorBoundary
from gymtui.ui.widgets.feed import Feed
from gymtui.ui.widgets.hits import Hits
from gymtui.ui.widgets.verdict import VerdictLine

RECENT = 500  # events of the desk's own copy that the feed begins with
HITS, HITS_TALL = 5, 8  # rows under the box, and where there is room
URGENT = ("refused", "warned")  # what is said aloud, and whatever else the line says


class FrontDesk(LiveScreen):
    """Binds what the desk knows down to the widgets, and does what they say has happened."""

    TITLE = "Front desk"
    AUTO_FOCUS = "Entry"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f4", "check_out_mode", "check-out", key_display="F4"),
        Binding("ctrl+z", "undo", "undo", key_display="Ctrl+Z"),
        Binding("escape", "back", "back", key_display="Esc"),
        Binding("pagedown", "older", "older", show=False, priority=True),
        Binding("pageup", "newer", "newer", show=False, priority=True),
        Binding("ctrl+r", "try_again", "try again", key_display="Ctrl+R"),
    ]

    search: var[Search | None] = var[Search | None](None)
    verdict: var[Verdict | None] = var[Verdict | None](None)
    checking_out: var[bool] = var(False)
    placeholder: var[str] = var("")

    entry = getters.query_one(Entry)

    def compose(self) -> ComposeResult:
        yield from self.compose_header()
        yield WebSocketErrorBoundary(lambda: Counters().data_bind(LiveScreen.stats), id="counters")
        with Horizontal(id="box"):
            yield Prompt().data_bind(FrontDesk.checking_out)
            yield Entry().data_bind(FrontDesk.placeholder)
        yield WebSocketErrorBoundary(self._hits, id="hits")
        yield WebSocketErrorBoundary(lambda: VerdictLine().data_bind(FrontDesk.verdict), id="verdict")
        yield WebSocketErrorBoundary(self._feed, id="feed")
        yield Footer(show_command_palette=False)

    def _hits(self) -> Hits:
        return Hits(self._clock).data_bind(FrontDesk.search, LiveScreen.gym, LiveScreen.zone)

    def _feed(self) -> Feed:
        feed = Feed().data_bind(LiveScreen.zone)
        feed.extend(sorted(self._desk.replica.recent(RECENT), key=lambda event: event.seq))
        return feed

    def subscriptions(self) -> list[Callable[[], None]]:
        return [
            *super().subscriptions(),
            self._desk.service.subscribe("events", self._happened),
            self._desk.subscribe("verdict", self._settled),
        ]

    # --- what the desk tells -----------------------------------------------------------------------------------------

    def _happened(self, events: Sequence[Event]) -> None:
        for feed in self.query(Feed):
            feed.extend(events)

    def _restarted(self, snapshot: object) -> None:
        super()._restarted(snapshot)
        for feed in self.query(Feed):
            feed.restart(self._desk.replica.recent(RECENT))

    def _settled(self, verdict: Verdict) -> None:
        """A later word: it takes the place of the first, and a bad one is heard whatever stands there."""
        shown = self.verdict
        if verdict.kind in URGENT or shown is None or shown.command_id == verdict.command_id:
            self._say(verdict)

    # --- what follows ------------------------------------------------------------------------------------------------

    def compute_placeholder(self) -> str:
        if self.search and self.search.picking:
            return f"{len(self.search.hits)} match: ↑ ↓ choose, Enter takes, Esc goes back"
        return "scan a card, or type a name, a number, a phone"

    def watch_search(self, search: Search | None) -> None:
        self.set_class(search is not None, "-searching")

    def watch_checking_out(self, checking_out: bool) -> None:
        self.set_class(checking_out, "-checking-out")

    def _say(self, verdict: Verdict) -> None:
        self.verdict = verdict
        if verdict.kind in URGENT:
            self.app.bell()

    # --- what the person does ----------------------------------------------------------------------------------------

    def take_keys(self, event: events.Key) -> None:
        """Whatever has the focus, a printable key belongs to the box."""
        if event.is_printable and self.focused is not self.entry:
            self.set_focus(self.entry)

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.value == self.entry.value:  # else it is out of date: a scanner is typing
            self.search = self._search_for(self.entry.text)

    def on_entry_moved(self, event: Entry.Moved) -> None:
        search = self._search_for(event.text)
        self.search = search.moved(event.step) if search else None

    def on_hits_picked(self, event: Hits.Picked) -> None:
        self.entry.value = ""
        self._command(event.hit.member)

    def on_entry_entered(self, event: Entry.Entered) -> None:
        search = self.search if self.search and self.search.answers(event.text) else None
        if search and search.pick:
            self._command(search.pick.member)
        elif member := self._desk.replica.by_code(event.text) if event.text else None:
            self._command(member)
        elif search := search or self._search_for(event.text):
            self._resolve(search)

    def _search_for(self, text: str) -> Search | None:
        if self.search and self.search.answers(text):
            return self.search
        if not text:
            return None
        limit = HITS_TALL if self.has_class("-tall") else HITS
        return Search(text=text, hits=tuple(self._desk.find(text, limit)))

    def _resolve(self, search: Search) -> None:
        """Who is meant by a text that is nobody's code; several that match are a list to choose from, never a guess."""
        if not search.hits:
            self._command(search.text)
        elif hit := search.clear_hit:
            self._command(hit.member)
        else:
            self.search = search.opened()

    def _command(self, who: Member | str) -> None:
        command = self._desk.check_out if self.checking_out else self._desk.check_in
        self.search = None
        self.checking_out = False
        self._say(command(who))

    def action_check_out_mode(self) -> None:
        self.checking_out = not self.checking_out

    def action_undo(self) -> None:
        verdict = self._desk.undo()
        self._say(verdict or self._nothing_to_undo())

    def _nothing_to_undo(self) -> Verdict:
        detail = "this desk has done nothing that can be taken back"
        return Verdict(kind="refused", subject="Undo", command_id="", at=self._clock(), detail=detail, action="undo")

    def action_back(self) -> None:
        """One step: from the pick list to what was typed, to the empty box, to checking in, to the newest row."""
        if self.search and self.search.picking:
            self.entry.value = self.search.text
            self.entry.cursor_position = len(self.search.text)
            self.search = Search(text=self.search.text, hits=self.search.hits)
        elif self.entry.value or self.search:
            self.entry.value = ""
            self.search = None
        elif self.checking_out:
            self.checking_out = False
        else:
            for feed in self.query(Feed):
                feed.top()

    def action_older(self) -> None:
        for feed in self.query(Feed):
            feed.scroll_page_down(animate=False)

    def action_newer(self) -> None:
        for feed in self.query(Feed):
            feed.scroll_page_up(animate=False)
