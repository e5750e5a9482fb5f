"""The front desk: the box, the verdict, the live feed and how full it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import ClassVar

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.reactive import var

from gymtui import clock
from gymtui.client.desk.desk import Desk
from gymtui.client.desk.member_card import ask_card, own_card, person_of
from gymtui.client.state import Person, Verdict
from gymtui.protocol import Event, Member, Snapshot
from gymtui.protocol import MemberCard as Card
from gymtui.roll_call import RollCallNow
from gymtui.ui.bindings import bind
from gymtui.ui.box.check_in import CheckIn
from gymtui.ui.box.check_out import CheckOut
from gymtui.ui.box.search import Search
from gymtui.ui.roll_call import begun, called, over
from gymtui.ui.screens.desk import BETWEEN_BELLS, DeskScreen
from gymtui.ui.screens.front_actions import FrontActions
from gymtui.ui.screens.live import LiveScreen
from gymtui.ui.widgets.counters import Counters
from gymtui.ui.widgets.error_boundary import WebSocketErrorBoundary
from gymtui.ui.widgets.feed import Feed, feeds
from gymtui.ui.widgets.hits import Hits
from gymtui.ui.widgets.key_line import KeyLine
from gymtui.ui.widgets.member_card import MemberCard

RECENT = 500  # events of the desk's own copy that the feed begins with
HITS, HITS_TALL = 5, 8  # rows under the box, and where there is room
REST = 0.15  # seconds that somebody is looked at before the card is drawn, and the server asked for it
ALARM = 3  # bells for a roll-call


class FrontDesk(FrontActions):
    """The panes around the box: counters, hits, feed, the member's card. Binds what the desk knows down to them."""

    TITLE = "Front desk"
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("check-out"),
        bind("history", app=True),
        bind("member"),
        bind("guest"),
        bind("mask"),
        bind("who", app=True),
        bind("connection", app=True),
        bind("conflicts", app=True),
        bind("notices", show=False),
    ]

    search: var[Search | None] = var[Search | None](None)
    directory: var[float] = var(1.0)
    _named: str | None = None
    person: var[Person | None] = var[Person | None](None)

    def __init__(self, desk: Desk, *, clock: clock.Clock = clock.now, masked: bool = False) -> None:
        super().__init__(desk, clock=clock)
        self.set_reactive(DeskScreen.masked, masked)
        self.begin_with(CheckIn(self))

    def compose(self) -> ComposeResult:
        yield from self.compose_header()
        yield WebSocketErrorBoundary(self._counters, id="counters")
        with Horizontal(id="panes"):
            with Vertical(id="work"):
                yield from self.compose_box()
                yield from self.compose_verdict()
                yield WebSocketErrorBoundary(self._hits, id="hits")
                yield WebSocketErrorBoundary(self._feed, id="feed")
            yield WebSocketErrorBoundary(self._card, id="member")
        yield KeyLine()

    def _counters(self) -> Counters:
        return Counters(self._clock).data_bind(LiveScreen.stats, LiveScreen.zone, LiveScreen.gym, DeskScreen.uncounted)

    def _hits(self) -> Hits:
        return Hits(self._clock, self.desk.ruling).data_bind(
            FrontDesk.search, FrontDesk.directory, LiveScreen.gym, LiveScreen.zone, DeskScreen.masked
        )

    def _card(self) -> MemberCard:
        return MemberCard(self._clock, self.desk.ruling).data_bind(
            FrontDesk.person, LiveScreen.gym, LiveScreen.zone, DeskScreen.masked
        )

    def _feed(self) -> Feed:
        feed = Feed(self._clock).data_bind(LiveScreen.zone, LiveScreen.gym, DeskScreen.masked)
        feed.extend(sorted(self.desk.replica.visits.recent(RECENT), key=lambda event: event.seq))
        return feed

    def subscriptions(self) -> list[Callable[[], None]]:
        return [
            *super().subscriptions(),
            self.desk.service.subscribe("events", self.telling("feed", self._happened)),
            self.desk.subscribe("directory", self.telling("hits", self._directory_grew)),
        ]

    # --- what the desk tells -----------------------------------------------------------------------------------------

    def _happened(self, events: Sequence[Event]) -> None:
        for feed in feeds(self):
            feed.extend(events)

    def watch_roll_call(self, before: RollCallNow | None, now: RollCallNow | None) -> None:
        """One that has begun is said and rung for; one that is over, wherever it was ended, takes these words away."""
        if now is None and before is not None:
            self.say(replace(self.refusal(*over(before, self.desk.roll_calls.end_of(before)), None), kind="done"))
        elif now is not None and before is None:
            said = self.refusal(called(now), f"is on {begun(now, self.zone)}", ":evac opens it")
            self.say(replace(said, kind="alarm"))
            for bell in range(ALARM):
                self.set_timer((bell + 1) * BETWEEN_BELLS, self.app.bell)

    def watch_user(self, user: str | None) -> None:
        """Whoever has logged in is told what nobody has told them yet."""
        if user is not None and self.unread:
            newest = self.desk.replica.notices.unread(user)[0]
            count = f"{self.unread} {'notice' if self.unread == 1 else 'notices'}"
            text = newest.title if self.masked or not newest.message else f"{newest.title}: {newest.message}"
            said = self.refusal(f"{count}:", text, f"{self.key('notices')} shows them")
            self.say(replace(said, kind="done", next_command="notices"))

    def _directory_grew(self, part: float) -> None:
        """More of the directory is there: whom the box did not find may be found now."""
        self.directory = part
        if self.search and self.search.chosen is None:
            text, self.search = self.search.text, None
            self.typed(text)

    def _restarted(self, part: Snapshot) -> None:
        super()._restarted(part)
        for feed in feeds(self):
            feed.restart(self.desk.replica.visits.recent(RECENT))

    def _left(self) -> None:
        for feed in feeds(self):
            feed.restart(self.desk.replica.visits.recent(RECENT))
        self.workers.cancel_group(self, "card")
        self.verdict, self.person = None, None

    # --- what follows ------------------------------------------------------------------------------------------------

    def watch_search(self, search: Search | None) -> None:
        hit = (search.pick or search.clear_hit) if search else None
        if hit is not None:
            self._look_at(hit.member.id)

    def watch_verdict(self, verdict: Verdict | None) -> None:
        if verdict is not None and verdict.member is not None:
            self._look_at(verdict.member.id)

    def _look_at(self, member_id: str) -> None:
        """The member's card, once nobody else comes: as this desk knows it, and soon as the server does."""
        self._named = member_id
        if self.has_class("-wide"):
            self.run_worker(self._read_card(member_id), group="card", exclusive=True, exit_on_error=False)

    async def _read_card(self, member_id: str) -> None:
        await asyncio.sleep(REST)
        member = self.desk.replica.members.member(member_id)
        if member is None:
            return
        self._show_card(own_card(self.desk.replica, member))
        if self.connection.phase == "live" and (card := await ask_card(self.desk.service, member)) is not None:
            self._show_card(card)

    def _show_card(self, card: Card) -> None:
        self.person = person_of(self.desk.replica, card, self.desk.in_since(card.member.id))

    # --- what the box may do here -------------------------------------------------------------------------------------

    @property
    def hit_rows(self) -> int:
        return HITS_TALL if self.has_class("-tall") else HITS

    def narrow(self, text: str) -> None:
        for feed in feeds(self):
            feed.narrow(text)

    def newest(self) -> None:
        for feed in feeds(self):
            feed.top()

    # --- what the person does ----------------------------------------------------------------------------------------

    def action_check_out(self) -> None:
        """Into check-out, and out of it; what was typed, and a list that waits, stay."""
        with self.answering("Check-out"):
            before = next((mode for mode in self.modes if isinstance(mode, CheckOut)), None)
            if before is None:
                self.insert(CheckOut(self))
            else:
                self.pop(before)

    def whom(self) -> Member | None:
        """Whoever was found or named last; nobody, where several match what stands there and none is chosen."""
        search = self.search
        if search is not None and search.hits and not (search.pick or search.clear_hit):
            return None
        return self.desk.replica.members.member(self._named) if self._named else None

    def action_guest(self) -> None:
        from gymtui.ui.box.guest import GuestMode  # noqa: PLC0415  with its key, as the screens

        with self.answering("Guest"):
            GuestMode.begin(self)

    def action_new(self) -> None:
        from gymtui.ui.box.sign_up import SignUpMode  # noqa: PLC0415

        with self.answering("New member"):
            SignUpMode.begin(self)

    def action_undo_one(self) -> None:
        from gymtui.ui.box.undo_list import UndoList  # noqa: PLC0415

        with self.answering("Undo"):
            UndoList.begin(self)

    def action_older(self) -> None:
        for feed in feeds(self):
            feed.scroll_page_down(animate=False)

    def action_newer(self) -> None:
        for feed in feeds(self):
            feed.scroll_page_up(animate=False)
