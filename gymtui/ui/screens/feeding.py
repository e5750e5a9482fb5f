"""A screen with a feed of events, of which `/` and words show some alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input

from gymtui import clock
from gymtui.client.connection.service import WebSocketService
from gymtui.client.desk.event_filter import EventFilter
from gymtui.protocol import Event
from gymtui.ui.bindings import bind
from gymtui.ui.screens.live import LiveScreen
from gymtui.ui.widgets.feed import Feed, feeds


class FeedScreen(LiveScreen):
    """What is typed narrows the feed at once; it stays until Esc, and a feed that is made anew begins with it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        # Before any other key is looked at: what stands behind the `/` in the same read is the filter's already.
        Binding("slash", "filter", "filter", key_display="/", priority=True),
        bind("back"),
        bind("older", show=False, priority=True),
        bind("newer", show=False, priority=True),
    ]

    box = getters.query_one("#filter", Input)

    def __init__(self, service: WebSocketService, *, heading: str | None, clock: clock.Clock = clock.now) -> None:
        super().__init__(service, heading=heading, clock=clock)
        self._words = ""  # of the filter

    def compose_bar(self, *beside: Widget) -> ComposeResult:
        """The line in which the filter is typed."""
        with Horizontal(id="bar"):
            yield Input(id="filter", compact=True, select_on_focus=False, placeholder="ana, refused, desk:2, type:in …")
            yield from beside

    def fill(self, feed: Feed, events: Iterable[Event]) -> Feed:
        """A new feed, with what has happened."""
        feed.extend(events)
        feed.narrow(self._words)
        return feed

    def on_mount(self) -> None:
        self.box.cursor_blink = False

    def picked(self, events: Iterable[Event]) -> list[Event]:
        """Those that the filter lets through, be they in the feed or not."""
        words = next((feed.filter for feed in feeds(self)), EventFilter())
        return [event for event in events if words.passes(event)]

    def show_anew(self, events: Iterable[Event]) -> None:
        for feed in feeds(self):
            feed.restart(events)
            feed.narrow(self._words)

    def show(self, events: Iterable[Event]) -> None:
        for feed in feeds(self):
            feed.extend(events)

    # --- what the person does ----------------------------------------------------------------------------------------

    def action_filter(self) -> None:
        self.add_class("-filtering")
        self.set_focus(self.box)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A `/` in the filter is a letter of it."""
        if action == "filter" and self.focused is self.box:
            return False
        return super().check_action(action, parameters)

    def on_input_changed(self, event: Input.Changed) -> None:
        self._words = event.value
        for feed in feeds(self):
            feed.narrow(event.value)

    def on_input_submitted(self) -> None:
        self.set_focus(None)
        self.remove_class("-filtering")

    def action_back(self) -> None:
        """One step: from the filter to everything, and then to the newest row."""
        if self.has_class("-filtering") or self.box.value:
            self.box.value = ""
            self.on_input_submitted()
        else:
            for feed in feeds(self):
                feed.top()

    def action_older(self) -> None:
        for feed in feeds(self):
            feed.scroll_page_down(animate=False)

    def action_newer(self) -> None:
        for feed in feeds(self):
            feed.scroll_page_up(animate=False)
