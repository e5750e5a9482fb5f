"""The monitor: live traffic and what is wrong with it, for somebody who only looks."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, tzinfo
from typing import ClassVar, Final

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.reactive import var
from textual.screen import Screen
from textual.widgets import Footer, Input

from gymtui import clock
from gymtui.client.follow import Bookmark
from gymtui.client.service import WebSocketService
from gymtui.client.state import ConnectionState
from gymtui.client.verdicts import zone_of
from gymtui.protocol import Event, Gym, Snapshot, Stats
from gymtui.ui.rows import row_of
from gymtui.ui.sizes import HEIGHTS, WIDTHS
from gymtui.ui.traffic import Figures, Traffic
from gymtui.ui.widgets.connection_status import ConnectionStatusIndicator
from gymtui.ui.widgets.error_boundary import WebSocketErrorBoundary
from gymtui.ui.widgets.feed import Feed
from gymtui.ui.widgets.following import Following
from gymtui.ui.widgets.header import GymName, WallClock
from gymtui.ui.widgets.traffic_figures import TrafficFigures
from gymtui.words import fold

KEPT: Final = 2000  # events that a filter looks through, and that a pause holds back


class Monitor(Screen[None]):
    """Follows the journal; no key of it changes anything at the gym."""

    CSS_PATH = "monitor.tcss"
    AUTO_FOCUS = ""
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "pause", "pause", key_display="Space"),
        Binding("slash", "filter", "filter", key_display="/"),
        Binding("escape", "back", "back", key_display="Esc"),
        Binding("pagedown", "page(1)", "older", show=False, priority=True),
        Binding("pageup", "page(-1)", "newer", show=False, priority=True),
        Binding("ctrl+r", "try_again", "try again", key_display="Ctrl+R"),
        Binding("q", "app.quit", "leave", key_display="q"),
    ]

    connection: var[ConnectionState] = var(lambda: ConnectionState(phase="connecting", since=0))
    gym: var[Gym | None] = var[Gym | None](None)
    zone: var[tzinfo] = var[tzinfo](UTC)
    stats: var[Stats | None] = var[Stats | None](None)
    figures: var[Figures] = var(Figures)
    position: var[tuple[str, int]] = var(("", 0))
    paused: var[bool] = var(False)
    held: var[int] = var(0)
    words: var[str] = var("")

    box = getters.query_one("#filter", Input)

    def __init__(self, service: WebSocketService, journal: Bookmark, *, clock: clock.Clock = clock.now) -> None:
        super().__init__()
        self._service = service
        self._journal = journal
        self._clock = clock
        self._traffic = Traffic(clock())
        self._events: deque[Event] = deque(maxlen=KEPT)
        self._unsubscribe: list[Callable[[], None]] = []

    def compose(self) -> ComposeResult:
        with Horizontal(id="header"):
            yield WebSocketErrorBoundary(lambda: GymName("monitor").data_bind(Monitor.gym), id="gym")
            yield WebSocketErrorBoundary(self._indicator, id="connection")
            yield WebSocketErrorBoundary(lambda: WallClock(self._clock).data_bind(Monitor.zone), id="clock")
        yield WebSocketErrorBoundary(self._figures, id="figures")
        with Horizontal(id="bar"):
            yield Input(id="filter", compact=True, select_on_focus=False, placeholder="a name, refused, a desk …")
            yield WebSocketErrorBoundary(self._following, id="following")
        yield WebSocketErrorBoundary(self._feed, id="feed")
        yield Footer(show_command_palette=False)

    def _indicator(self) -> ConnectionStatusIndicator:
        return ConnectionStatusIndicator(self._clock).data_bind(Monitor.zone, state=Monitor.connection)

    def _figures(self) -> TrafficFigures:
        return TrafficFigures().data_bind(Monitor.figures, Monitor.position, Monitor.stats)

    def _following(self) -> Following:
        return Following().data_bind(Monitor.connection, Monitor.paused, Monitor.held, Monitor.words)

    def _feed(self) -> Feed:
        feed = Feed().data_bind(Monitor.zone)
        feed.extend(self._shown())
        return feed

    def on_mount(self) -> None:
        self.box.cursor_blink = False
        service = self._service
        self._unsubscribe = [
            service.subscribe("connection", self._connection_changed),
            service.subscribe("gym_update", self._gym_changed),
            service.subscribe("stats", self._stats_changed),
            service.subscribe("snapshot", self._restarted),
            service.subscribe("events", self._happened),
        ]
        self.connection = service.state
        self.set_interval(1.0, self.measure)

    def on_unmount(self) -> None:
        for unsubscribe in self._unsubscribe:
            unsubscribe()

    # --- what the connection tells -----------------------------------------------------------------------------------

    def _connection_changed(self, state: ConnectionState) -> None:
        if state.phase == "live" and state.latency is not None:
            self._traffic.ponged(state.latency)
        self.connection = state

    def _gym_changed(self, gym: Gym) -> None:
        self.gym = gym

    def _stats_changed(self, stats: Stats) -> None:
        self.stats = stats

    def _restarted(self, part: Snapshot) -> None:
        """The journal is taken up further on, with a few rows of the recent past."""
        self.gym = part.gym
        self.stats = part.stats
        self._events.clear()
        self._events.extend(reversed(part.recent))
        self._show()

    def _happened(self, events: Sequence[Event]) -> None:
        since, offset = self._service.state.since, self._service.clock_offset
        self._traffic.came(events, self._clock(), since=since, offset=offset)
        self._events.extend(events)
        if self.paused:
            self.held += sum(self._matches(event) for event in events)
            return
        for feed in self.query(Feed):
            feed.extend(event for event in events if self._matches(event))

    def measure(self) -> None:
        """Shows the figures as they are now; every second does."""
        self.figures = self._traffic.figures(self._clock())
        self.position = self._journal.position

    # --- what follows ------------------------------------------------------------------------------------------------

    def watch_connection(self, state: ConnectionState) -> None:
        self.set_class(state.phase != "live", "-away")
        self.refresh_bindings()

    def watch_gym(self, gym: Gym | None) -> None:
        self.zone = zone_of(gym)

    def watch_paused(self, paused: bool) -> None:
        self.set_class(paused, "-paused")

    def _matches(self, event: Event) -> bool:
        """Does its row have all the words of the filter, in whatever column?"""
        if not self.words:
            return True
        row = row_of(event)
        text = "" if row is None else fold(f"{row.who} {row.outcome} {row.place} {row.by} {row.note}")
        return all(word in text for word in fold(self.words).split())

    def _shown(self) -> list[Event]:
        return [event for event in self._events if self._matches(event)]

    def _show(self) -> None:
        self.held = 0
        for feed in self.query(Feed):
            feed.restart(self._shown())

    # --- what the person does ----------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """`try again` is there while something waits or has stopped."""
        if action != "try_again":
            return True
        waits = self.connection.phase in ("waiting", "stopped")
        return waits or any(boundary.error for boundary in self.query(WebSocketErrorBoundary))

    def action_pause(self) -> None:
        self.paused = not self.paused
        if not self.paused:
            self._show()

    def action_filter(self) -> None:
        self.add_class("-filtering")
        self.box.value = self.words
        self.set_focus(self.box)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self._filter(event.value)

    def _filter(self, words: str) -> None:
        self.set_focus(None)
        self.remove_class("-filtering")
        self.words = words.strip()
        self._show()

    def action_back(self) -> None:
        """One step: from the filter's box, to everything, to following, to the newest row."""
        if self.has_class("-filtering"):
            self._filter(self.words)
        elif self.words:
            self._filter("")
        elif self.paused:
            self.action_pause()
        else:
            for feed in self.query(Feed):
                feed.top()

    def action_page(self, pages: int) -> None:
        for feed in self.query(Feed):
            feed.scroll_relative(y=pages * (feed.size.height - 1), animate=False)

    def action_try_again(self) -> None:
        self._service.retry_now()
        self.post_message(WebSocketErrorBoundary.TryAgain())

    async def on_web_socket_error_boundary_try_again(self) -> None:
        for boundary in self.query(WebSocketErrorBoundary):
            await boundary.retry()
        self.refresh_bindings()
