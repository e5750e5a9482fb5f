"""All there is to know about the connection, in words."""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Iterator
from datetime import UTC, tzinfo
from itertools import chain, repeat
from typing import ClassVar

from textual.content import Content
from textual.reactive import reactive
from textual.style import Style

from gymtui import clock
from gymtui.client.state import ConnectionState, LeftQueue
from gymtui.printable import printable
from gymtui.protocol import Notification
from gymtui.ui.bindings import key_of
from gymtui.ui.cells import fit, spark
from gymtui.ui.connection_history import ConnectionHistory
from gymtui.ui.wall import hours_minutes, hours_minutes_seconds, wall
from gymtui.ui.widgets.clock_warning import WrongClock
from gymtui.ui.widgets.error_boundary import LiveWidget

LABEL = 11  # cells of a line's label


class ConnectionDetails(LiveWidget):
    """A line a fact; `position` is the journal's epoch and seq here, `left` what other desks of this machine left,
    `tried` the last that the house has told of wrong passwords or PINs."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"details--label", "details--quiet", "details--spark"}

    state: reactive[ConnectionState] = reactive(lambda: ConnectionState(phase="connecting", since=0))
    position: reactive[tuple[str, int]] = reactive(("", 0))
    left: reactive[tuple[LeftQueue, ...]] = reactive(())
    tried: reactive[Notification | None] = reactive[Notification | None](None)
    wrong_clock: reactive[WrongClock | None] = reactive[WrongClock | None](None)
    zone: reactive[tzinfo] = reactive[tzinfo](UTC)

    def __init__(self, history: ConnectionHistory, *, url: str) -> None:
        super().__init__()
        self._history = history
        self._url = url

    def render(self) -> Content:
        return Content("\n").join(self._lines())

    def _lines(self) -> Iterator[Content]:
        state, history = self.state, self._history
        yield self._line("state", self._sentence(state))
        if state.reason:
            yield from self._wrapped("address" if state.phase == "live" else "why", state.reason)
        if self.wrong_clock is not None:
            yield from self._wrapped("clock", self.wrong_clock.advice)
        yield self._line("server", self._url)
        for queue in self.left:  # above what is only good to know: a small screen cuts that
            yield from map(self._line, chain(("left here",), repeat("")), self._left(queue))
        who = " · ".join(part for part in (state.user, state.role) if part)
        yield self._line("logged in", who or "nobody yet")
        if self.tried is not None:
            told = f"{wall(clock.to_ms(self.tried.at), self.zone):%a %H:%M}  {printable(self.tried.title)}"
            yield from self._wrapped("tried", told)
        yield self._line("session", state.session_id or "none")
        epoch, seq = self.position
        yield self._line("has heard", f"all of the gym up to entry {seq:,}" if epoch else "nothing has come yet")
        yield self._latency()
        yield self._line("reconnects", f"{history.reconnects}" + ("" if history.losses else ", it has never gone"))
        for loss in history.losses:
            at = hours_minutes_seconds(clock.to_text(loss.at), self.zone)
            yield self._line("", f"{at}  {loss.reason}", "quiet")

    def _wrapped(self, label: str, text: str) -> Iterator[Content]:
        """A sentence, in as many lines as it needs."""
        lines = textwrap.wrap(text, max(20, self.content_size.width - LABEL))
        yield from map(self._line, chain((label,), repeat("")), lines)

    def _line(self, label: str, text: str, look: str | None = None) -> Content:
        shown = fit(text, max(0, self.content_size.width - LABEL)).rstrip()
        value = Content.styled(shown, self._look(look)) if look else Content(shown)
        return Content.styled(fit(label, LABEL), self._look("label")) + value

    def _look(self, name: str) -> Style:
        return self.get_visual_style(f"details--{name}", partial=True)

    def _sentence(self, state: ConnectionState) -> str:
        since = hours_minutes(state.since, self.zone)
        match state.phase:
            case "live" if state.silent_since is not None:
                silent = hours_minutes_seconds(clock.to_text(state.silent_since), self.zone)
                return f"No answer since {silent}; the desk goes on, and what it does waits."
            case "live":
                return f"Live since {since}."
            case "connecting":
                return f"Connecting, try {state.attempt + 1}."
            case "waiting":
                return f"Away since {since}; the desk goes on, and tries again by itself."
            case "logged_out":
                return f"Nobody is logged in; the desk goes on, and {key_of(self, 'log-in')} logs in."
            case "stopped":
                return "Stopped."

    def _left(self, queue: LeftQueue) -> list[str]:
        """What another desk has left on this machine, and what becomes of it or what to do, in lines that fit."""
        if queue.problem:
            return textwrap.wrap(queue.problem, max(20, self.content_size.width - LABEL))
        desk = f'"{queue.desk}"' if queue.desk else "another desk"
        what = f"{queue.count} of {desk} since {hours_minutes(queue.since, self.zone)}"
        if queue.taken:
            return [f"{what}: this desk sends them"]
        start = "the next desk of that gym" if queue.url is None else f"gymtui --url {shlex.quote(queue.url)}"
        return [f"{what}, for {queue.gym or 'another gym'}", f"{start} here sends them"]

    def _latency(self) -> Content:
        times = [seconds * 1000 for seconds in self._history.latencies]
        if not times:
            return self._line("latency", "not measured yet")
        middle = sorted(times)[len(times) // 2]
        has_answered = self.state.phase == "live" and self.state.silent_since is None
        when = "now" if has_answered else "last"
        words = f"{times[-1]:.0f} ms {when}, {middle:.0f} ms in the middle, {max(times):.0f} ms at most  "
        room = max(0, self.content_size.width - LABEL - len(words))
        blocks = spark(times[-room:] if room else [])
        return self._line("latency", words) + "  " + Content.styled(blocks, self._look("spark"))
