"""The connection in words and a symbol: always on screen, never only a colour."""

from __future__ import annotations

from datetime import UTC, tzinfo
from typing import ClassVar, Literal

from rich.cells import cell_len
from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive
from textual.timer import Timer

from gymtui import clock
from gymtui.client.state import ConnectionState
from gymtui.printable import printable
from gymtui.ui.bindings import key_of
from gymtui.ui.cells import fit
from gymtui.ui.wall import hours_minutes
from gymtui.ui.widgets.error_boundary import LiveWidget

SHORT_OUTAGE = 30_000
"""Milliseconds without a connection that are counted down; beyond, it is said since when."""

Look = Literal["live", "coming", "offline", "alarm"]


def is_short(state: ConnectionState, now: int) -> bool:
    return now - state.since < SHORT_OUTAGE


def connection_words(state: ConnectionState, queued: int, now: int, zone: tzinfo, late: int = 0) -> tuple[str, Look]:
    """What to say about a connection with `queued` commands unsettled, at `now` (ms), and how it looks; where a slow
    line shows it so many seconds `late`, that."""
    waiting = f", {queued} queued" if queued else ""
    match state.phase:
        case "live" if state.silent_since is not None:
            return f"◐ no answer for {max(0, now - state.silent_since) // 1000} s{waiting}", "coming"
        case "live" if late:
            return f"◐ screen {late} s late{waiting}", "coming"
        case "live":
            latency = "" if state.latency is None else f" {state.latency * 1000:.0f} ms"
            return f"● live{latency}", "live"
        case "logged_out":
            return f"⚠ log in again{waiting}", "alarm"
        case "stopped":
            return f"✗ stopped{waiting}", "alarm"
        case "connecting" if state.attempt == 0:
            return f"◐ connecting{waiting}", "coming"
        case _ if not is_short(state, now):
            return f"○ offline since {hours_minutes(state.since, zone)}{waiting}", "offline"
        case "waiting" if state.retry_at is not None:
            seconds = max(0, -(-(state.retry_at - now) // 1000))
            return f"◐ back in {seconds} s (try {state.attempt}){waiting}", "coming"
        case _:
            return f"◐ connecting (try {state.attempt}){waiting}", "coming"


def with_aside(said: tuple[str, Look], aside: int, key: str) -> tuple[str, Look]:
    """The same, and how many commands were set aside: nobody will do them unless a person looks at them."""
    return (f"{said[0]}, {aside} set aside: {key}", "alarm") if aside else said


class ConnectionStatusIndicator(LiveWidget):
    """Shows the words, and is as wide as these; it ticks while it counts down, and is still otherwise."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "connection--live",
        "connection--coming",
        "connection--offline",
        "connection--alarm",
    }

    state: reactive[ConnectionState] = reactive(lambda: ConnectionState(phase="connecting", since=0), repaint=False)
    queued: reactive[int] = reactive(0, repaint=False)
    aside: reactive[int] = reactive(0, repaint=False)
    late: reactive[int] = reactive(0, repaint=False)
    zone: reactive[tzinfo] = reactive[tzinfo](UTC)

    def __init__(self, clock: clock.Clock) -> None:
        super().__init__()
        self._clock = clock
        self._tick: Timer | None = None
        self._painted: tuple[str, Look] | None = None

    def watch_state(self, state: ConnectionState) -> None:
        if self._tick is not None:
            self._tick.stop()
            self._tick = None
        if state.silent_since is not None or (state.phase == "waiting" and is_short(state, self._clock())):
            self._tick = self.set_timer(1.0, self._count)
        self.watch_queued()

    def watch_queued(self) -> None:
        """The line is only shared anew where more or fewer cells are needed."""
        if (said := self._said()) != self._painted:
            self.refresh(layout=self._painted is None or _cells(said) != _cells(self._painted))

    def watch_aside(self) -> None:
        self.watch_queued()

    def watch_late(self) -> None:
        self.watch_queued()

    def _count(self) -> None:
        self.watch_state(self.state)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        return _cells(self._said())

    def _said(self) -> tuple[str, Look]:
        said = connection_words(self.state, self.queued, self._clock(), self.zone, self.late)
        return with_aside(said, self.aside, key_of(self, "connection")) if self.aside else said

    def render(self) -> Content:
        self._painted = words, look = self._said()
        words = printable(words)
        words = fit(words, min(cell_len(words), self.size.width - 2))
        pill = Content.styled(f" {words} ", self.get_visual_style(f"connection--{look}"))
        return pill.pad_left(max(0, self.size.width - pill.cell_length))


def _cells(said: tuple[str, Look]) -> int:
    """Of the words, between two spaces."""
    return cell_len(printable(said[0])) + 2
