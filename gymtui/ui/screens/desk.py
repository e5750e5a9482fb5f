"""A screen of a desk: its queue, and the verdicts on its commands, shown and said aloud."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from textual.reactive import var

from gymtui import clock
from gymtui.client.desk.desk import Desk
from gymtui.client.state import Verdict, VerdictKind
from gymtui.protocol import Snapshot
from gymtui.ui.screens.live import LiveScreen
from gymtui.ui.widgets.connection_status import ConnectionStatusIndicator

BELLS: dict[VerdictKind, int] = {"refused": 2, "warned": 1}
BETWEEN_BELLS = 0.25  # seconds: a terminal makes one sound of two at once


def bells(verdict: Verdict) -> int:
    """How often it rings: what does is said whatever else the line says, and a warning is said once."""
    if verdict.repeats:
        return 0
    return 1 if verdict.warning else BELLS.get(verdict.kind, 0)


class DeskScreen(LiveScreen):
    """Begins with what the desk's own copy has, with or without a connection."""

    queued: var[int] = var(0)
    waiting: var[int] = var(0)  # of these, what the figures lack as long as the server does not answer
    verdict: var[Verdict | None] = var[Verdict | None](None)

    def __init__(self, desk: Desk, *, clock: clock.Clock = clock.now) -> None:
        super().__init__(desk.service, heading=desk.name, clock=clock)
        self._desk = desk

    def _indicator(self) -> ConnectionStatusIndicator:
        return super()._indicator().data_bind(DeskScreen.queued)

    def subscriptions(self) -> list[Callable[[], None]]:
        return [
            *super().subscriptions(),
            self._desk.subscribe("queue", self.telling("connection", self._queue_changed)),
            self._desk.subscribe("verdict", self.telling("verdict", self._settled)),
        ]

    def on_mount(self) -> None:
        self.queued = self._desk.queued
        self.verdict = next((screen.verdict for screen in self._desk_screens()), None)
        self._show_replica()

    def _restarted(self, part: Snapshot) -> None:
        self._show_replica()

    def _show_replica(self) -> None:
        self.gym = self._desk.replica.gym
        self.stats = self._desk.replica.stats

    def compute_waiting(self) -> int:
        answers = self.connection.phase == "live" and self.connection.silent_since is None
        return 0 if answers else self.queued

    def _queue_changed(self, queued: int) -> None:
        self.queued = queued

    def _settled(self, verdict: Verdict) -> None:
        """A later word: it takes the place of the first, and a bad one is heard whatever stands there."""
        shown = self.verdict
        if bells(verdict) or shown is None or shown.command_id == verdict.command_id:
            self.say(verdict)

    def say(self, verdict: Verdict) -> None:
        """Shows it on every screen of the desk; the one that is seen also rings for it, each kind in its own way."""
        for screen in self._desk_screens():
            screen.verdict = verdict
        if self.is_current:
            for bell in range(bells(verdict)):
                self._ring(bell * BETWEEN_BELLS)

    def _desk_screens(self) -> Iterator[DeskScreen]:
        return (screen for screen in self.app.screen_stack if isinstance(screen, DeskScreen))

    def _ring(self, delay: float) -> None:
        if delay:
            self.set_timer(delay, self.app.bell)
        else:
            self.app.bell()
