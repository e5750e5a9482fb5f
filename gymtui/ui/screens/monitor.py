"""The monitor: live traffic and what is wrong with it, for somebody who only looks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.reactive import var

from gymtui import clock, gym_day
from gymtui.client.connection.follower import Bookmark
from gymtui.client.connection.service import WebSocketService
from gymtui.client.state import ConnectionState
from gymtui.protocol import Event, Snapshot
from gymtui.ui.lookout import Bell, alarms, away_since
from gymtui.ui.received import Received
from gymtui.ui.screens.feeding import FeedScreen
from gymtui.ui.screens.live import LiveScreen
from gymtui.ui.screens.lookout import LookoutScreen
from gymtui.ui.screens.messages import MessagesScreen
from gymtui.ui.screens.sessions import SessionsScreen
from gymtui.ui.tape import Tape
from gymtui.ui.traffic import Figures, Traffic
from gymtui.ui.wall import wall
from gymtui.ui.widgets.alarm_lines import AlarmLines
from gymtui.ui.widgets.connection_list import ConnectionList
from gymtui.ui.widgets.error_boundary import WebSocketErrorBoundary
from gymtui.ui.widgets.feed import Feed
from gymtui.ui.widgets.following import Following
from gymtui.ui.widgets.key_line import KeyLine
from gymtui.ui.widgets.traffic_figures import TrafficFigures


class Monitor(FeedScreen, LookoutScreen):
    """Follows the journal; no key of it changes anything at the gym."""

    TITLE = "Monitor"
    CSS_PATH = "monitor.tcss"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "pause", "pause", key_display="Space"),
        Binding("f2", "messages", "messages", key_display="F2"),
        Binding("f3", "sessions", "connections", key_display="F3"),
        Binding("enter", "acknowledge", "seen", key_display="Enter"),
        Binding("q", "app.quit", "leave", show=False),
    ]

    figures: var[Figures] = var(Figures)
    position: var[tuple[str, int]] = var(("", 0))
    paused: var[bool] = var(False)
    held: var[int] = var(0)
    sentences: var[tuple[str, ...]] = var(())

    def __init__(
        self, service: WebSocketService, journal: Bookmark, *, folder: Path, clock: clock.Clock = clock.now
    ) -> None:
        super().__init__(service, heading="monitor", clock=clock)
        self.folder = folder
        self._journal = journal
        self._bell = Bell()
        self._began = clock()
        self._traffic = Traffic(clock())
        self._tape = Tape()
        self._received = Received()

    def compose(self) -> ComposeResult:
        yield from self.compose_header()
        yield WebSocketErrorBoundary(self._alarms, id="alarms")
        yield WebSocketErrorBoundary(self._figures, id="figures")
        yield WebSocketErrorBoundary(self._list, id="connections")
        yield from self.compose_bar(WebSocketErrorBoundary(self._following, id="following"))
        yield WebSocketErrorBoundary(self._feed, id="feed")
        yield KeyLine()

    def _figures(self) -> TrafficFigures:
        return TrafficFigures().data_bind(
            Monitor.figures, Monitor.position, LookoutScreen.seen, LookoutScreen.server, LiveScreen.stats
        )

    def _alarms(self) -> AlarmLines:
        return AlarmLines().data_bind(Monitor.sentences)

    def _list(self) -> ConnectionList:
        return ConnectionList().data_bind(LookoutScreen.standings, LookoutScreen.note)

    def _following(self) -> Following:
        return Following().data_bind(LiveScreen.connection, Monitor.paused, Monitor.held)

    def _feed(self) -> Feed:
        return self.fill(Feed(self._clock).data_bind(LiveScreen.zone, LiveScreen.gym), self._tape.events)

    def on_mount(self) -> None:
        self.set_interval(1.0, self.measure)

    def subscriptions(self) -> list[Callable[[], None]]:
        frames = self._service.subscribe("frame", self._received.keep)
        events = self._service.subscribe("events", self.telling("feed", self._happened))
        return [*super().subscriptions(), frames, events]

    # --- what the connection tells -----------------------------------------------------------------------------------

    def _connection_changed(self, state: ConnectionState) -> None:
        if state.phase == "live" and state.latency is not None:
            self._traffic.ponged(state.latency)
        super()._connection_changed(state)

    def _restarted(self, part: Snapshot) -> None:
        """The journal is taken up further on, with a few rows of the recent past."""
        super()._restarted(part)
        self._tape.restarted(part)
        self._received.forget()
        self.paused, self.held = self._tape.is_paused, self._tape.held
        if not self.paused:
            self.show_anew(self._tape.events)

    def _happened(self, events: Sequence[Event]) -> None:
        since, offset = self._service.state.since, self._service.clock_offset
        self._traffic.came(events, self._clock(), since=since, offset=offset)
        self._tape.came(events, self._journal.position)
        self.held = self._tape.held
        if not self.paused:
            self.show(events)

    def measure(self) -> None:
        """Shows the figures as they are now, and rings where something is newly wrong; every second does."""
        self.figures = self._traffic.figures(self._clock())
        self.position = self._journal.position
        away = away_since(self.connection, self._clock(), self.zone)
        quiet = self._quiet_for()
        found = alarms(self.standings, self.figures, self.stats, self.server, quiet_for=quiet, away_since=away)
        if self._bell.hear(found):
            self.app.bell()
        self.sentences = self._bell.sentences

    def _quiet_for(self) -> int | None:
        """For how many milliseconds nothing has happened; None while the gym is shut, or while nobody would tell."""
        now, state = self._clock(), self.connection
        if self.gym is None or not gym_day.is_open(self.gym.policy, wall(now + self._service.clock_offset, self.zone)):
            return None
        return now - max(self.figures.last_at or 0, self._began, state.since) if state.is_live else None

    # --- what follows ------------------------------------------------------------------------------------------------

    def watch_sentences(self) -> None:
        self.refresh_bindings()

    def watch_paused(self, paused: bool) -> None:
        self.set_class(paused, "-paused")

    # --- what the person does ----------------------------------------------------------------------------------------

    def action_acknowledge(self) -> None:
        self._bell.seen()
        self.sentences = self._bell.sentences

    def action_pause(self) -> None:
        if self._tape.is_paused:
            new = self._tape.go_on()
            self.show_anew(self._tape.events) if new is None else self.show(new)
        else:
            self._tape.pause()
        self.paused, self.held = self._tape.is_paused, self._tape.held

    def action_messages(self) -> None:
        """Those that the feed shows, and what else there is of the kind, one by one."""
        events = self.picked(reversed(self._tape.events))
        payload, folder = self._received.payload, self.folder
        screen = MessagesScreen(self._service, events, like=self, folder=folder, payload=payload, clock=self._clock)
        self.app.push_screen(screen)

    def action_sessions(self) -> None:
        """Who is connected, one by one."""
        self.app.push_screen(SessionsScreen(self._service, monitor=self, clock=self._clock))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What rings can be seen where anything does."""
        if action == "acknowledge":
            return bool(self.sentences)
        return super().check_action(action, parameters)

    def action_back(self) -> None:
        """One step: from the filter to everything, to following, to the newest row."""
        if self.paused and not (self.has_class("-filtering") or self.box.value):
            self.action_pause()
        else:
            super().action_back()
