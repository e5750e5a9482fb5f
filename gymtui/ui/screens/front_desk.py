"""The front desk: the one box, the verdict, the live feed and how full it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.reactive import var
from textual.timer import Timer

from gymtui.client.desk.member_card import ask_card, own_card
from gymtui.client.state import Person, Verdict
from gymtui.printable import printable
from gymtui.protocol import Event, Member, MemberRef, Snapshot
from gymtui.protocol import MemberCard as Card
from gymtui.ui.bindings import bind, key_of
from gymtui.ui.box.pick_list import Search
from gymtui.ui.screens.box import member_of
from gymtui.ui.screens.desk import DeskScreen
from gymtui.ui.screens.live import LiveScreen
from gymtui.ui.screens.override import OverrideScreen
from gymtui.ui.widgets.counters import Counters
from gymtui.ui.widgets.error_boundary import WebSocketErrorBoundary
from gymtui.ui.widgets.feed import Feed
from gymtui.ui.widgets.hits import Hits
from gymtui.ui.widgets.key_line import KeyLine
from gymtui.ui.widgets.member_card import MemberCard

RECENT = 500  # events of the desk's own copy that the feed begins with
HITS, HITS_TALL = 5, 8  # rows under the box, and where there is room
FOUND = 40  # hits that the list goes through at most
UNUSED = 30.0  # seconds until check-out mode ends by itself
FILTER = "/"
REST = 0.15  # seconds that somebody is looked at before the card is drawn, and the server asked for it


class FrontDesk(OverrideScreen):
    """Binds what the desk knows down to the widgets, and does what they say has happened."""

    TITLE = "Front desk"
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("check-out"),
        bind("who", app=True),
        bind("connection", app=True),
        bind("conflicts", app=True),
    ]

    search: var[Search | None] = var[Search | None](None)
    checking_out: var[bool] = var(False)
    directory: var[float] = var(1.0)
    person: var[Person | None] = var[Person | None](None)

    _unused: Timer | None = None

    def compose(self) -> ComposeResult:
        yield from self.compose_header()
        yield WebSocketErrorBoundary(lambda: Counters().data_bind(LiveScreen.stats, DeskScreen.waiting), id="counters")
        with Horizontal(id="panes"):
            with Vertical(id="work"):
                yield from self.compose_box()
                yield from self.compose_verdict()
                yield WebSocketErrorBoundary(self._hits, id="hits")
                yield WebSocketErrorBoundary(self._feed, id="feed")
            yield WebSocketErrorBoundary(self._card, id="member")
        yield KeyLine()

    def _hits(self) -> Hits:
        return Hits(self._clock).data_bind(FrontDesk.search, FrontDesk.directory, LiveScreen.gym, LiveScreen.zone)

    def _card(self) -> MemberCard:
        return MemberCard(self._clock).data_bind(FrontDesk.person, LiveScreen.gym, LiveScreen.zone)

    def _feed(self) -> Feed:
        feed = Feed().data_bind(LiveScreen.zone)
        feed.extend(sorted(self._desk.replica.recent(RECENT), key=lambda event: event.seq))
        return feed

    def subscriptions(self) -> list[Callable[[], None]]:
        return [
            *super().subscriptions(),
            self._desk.service.subscribe("events", self.telling("feed", self._happened)),
            self._desk.subscribe("directory", self.telling("hits", self._directory_grew)),
        ]

    # --- what the desk tells -----------------------------------------------------------------------------------------

    def _happened(self, events: Sequence[Event]) -> None:
        for feed in self.query(Feed):
            feed.extend(events)

    def _directory_grew(self, part: float) -> None:
        """More of the directory is there: whom the box did not find may be found now."""
        self.directory = part
        if self.search and self.search.chosen is None:
            text, self.search = self.search.text, None
            with self.answering(text):
                self.search = self._search_for(text)

    def _restarted(self, part: Snapshot) -> None:
        super()._restarted(part)
        for feed in self.query(Feed):
            feed.restart(self._desk.replica.recent(RECENT))

    # --- what follows ------------------------------------------------------------------------------------------------

    def compute_placeholder(self) -> str:
        if self.override:
            return self.placeholder_of(self.override)
        if self.search and self.search.picking:
            back, count = key_of(self, "back"), len(self.search.hits)
            if count == FOUND:
                return f"{FOUND} or more match: {back} and type more, or ↑ ↓ choose, Enter takes"
            return f"{count} match: ↑ ↓ or a digit choose, Enter takes, {back} goes back"
        if self._leaving:
            return f"Enter checks out {printable(self._leaving.full_name)}, or scan another card"
        coming = "" if self.directory >= 1 else f" — members are coming in, {self.directory:.0%}".replace("%", " %")
        return f"scan a card, or type a name, a number, a phone{coming}"

    def compute_prompt(self) -> str:
        if self.palette:
            return "COMMAND"
        if self.override:
            return self.prompt_of(self.override)
        return "CHECK OUT" if self.checking_out else "CHECK IN"

    def watch_search(self, search: Search | None) -> None:
        hit = (search.pick or search.clear_hit) if search else None
        if hit is not None:
            self._look_at(hit.member.id)

    def watch_verdict(self, verdict: Verdict | None) -> None:
        if verdict is not None and verdict.member is not None:
            self._look_at(verdict.member.id)

    def _look_at(self, member_id: str) -> None:
        """The member's card, once nobody else comes: as this desk knows it, and soon as the server does."""
        if self.has_class("-wide"):
            self.run_worker(self._read_card(member_id), group="card", exclusive=True, exit_on_error=False)

    async def _read_card(self, member_id: str) -> None:
        await asyncio.sleep(REST)
        member = self._desk.replica.member(member_id)
        if member is None:
            return
        self._show_card(own_card(self._desk.replica, member))
        card = await ask_card(self._desk.service, member) if self.connection.phase == "live" else None
        if card is not None:
            self._show_card(card)

    def _show_card(self, card: Card) -> None:
        since = self._desk.in_since(card.member.id)
        self.person = Person(member=card.member, in_since=since, visits=card.visits)

    def watch_checking_out(self, checking_out: bool) -> None:
        self.set_class(checking_out, "-checking-out")
        self._check_in_again_later()

    def _check_in_again_later(self) -> None:
        """Check-out mode that nobody uses ends by itself."""
        if self._unused is not None:
            self._unused.stop()
        self._unused = self.set_timer(UNUSED, self._check_in_again) if self.checking_out else None

    def _check_in_again(self) -> None:
        self.checking_out = False

    # --- what the person does ----------------------------------------------------------------------------------------

    def look_for(self, text: str) -> None:
        if self.checking_out:
            self._check_in_again_later()
        if text.startswith(FILTER):
            self._narrow(text[1:])
            text = ""
        self.search = self._search_for(text)

    def step(self, step: int, text: str) -> None:
        search = self._search_for(text)
        self.search = search.moved(step) if search else None

    def take(self, text: str) -> None:
        search = self.search if self.search and self.search.answers(text) else None
        if search and search.pick:
            self._command(search.pick.member)
        elif member := self.card_in(text):
            if text.startswith(FILTER):
                self._narrow("")
            self._command(member)
        elif text.startswith(FILTER):
            self._narrow(text[1:])
        elif search := search or self._search_for(text):
            self._resolve(search)
        elif self._leaving:
            self._command(member_of(self._leaving))

    def on_hits_picked(self, event: Hits.Picked) -> None:
        self.entry.take()
        with self.answering(event.hit.member.full_name):
            self._command(event.hit.member)

    def _search_for(self, text: str) -> Search | None:
        search = self.search
        if search and search.answers(text):
            return search
        if not text:
            return search.waiting() if search and search.picking else None
        row = search.numbered(text) if search else None
        if row and row.picking and self._desk.replica.by_code(text) is None:
            return row
        hits = tuple(self._desk.find(text, FOUND))
        if row and not row.picking and not hits:
            return row
        return Search(text=text, hits=hits, rows=HITS_TALL if self.has_class("-tall") else HITS)

    def _resolve(self, search: Search) -> None:
        """Who is meant by a text that is nobody's code; several that match are a list to choose from, never a guess."""
        if not search.hits:
            self._command(search.text)
        elif hit := search.pick or search.clear_hit:
            self._command(hit.member)
        else:
            self.search = search.opened(leaving=self.checking_out)

    def _command(self, who: Member | str) -> None:
        command = self._desk.check_out if self.checking_out else self._desk.check_in
        self.search = None
        self.checking_out = False
        self.say(command(who))

    @property
    def _leaving(self) -> MemberRef | None:
        """Who has just been found to be in already, once it is to be a check-out."""
        verdict = self.verdict if self.checking_out else None
        return verdict.member if verdict and verdict.kind == "already_in" else None

    def _narrow(self, text: str) -> None:
        for feed in self.query(Feed):
            feed.narrow(text)

    def go_back(self, text: str) -> None:
        """From the pick list to what was typed, to the empty box, to checking in, to the newest row of all."""
        if text.startswith(FILTER):
            self._narrow("")
        elif self.search and self.search.picking:
            search, self.search = self.search, None
            self.entry.put_before(search.text)
        elif text or self.search:
            self.search = None
        elif self.checking_out:
            self.checking_out = False
        else:
            for feed in self.query(Feed):
                feed.top()

    def action_check_out(self) -> None:
        self.checking_out = not self.checking_out

    def action_older(self) -> None:
        for feed in self.query(Feed):
            feed.scroll_page_down(animate=False)

    def action_newer(self) -> None:
        for feed in self.query(Feed):
            feed.scroll_page_up(animate=False)
