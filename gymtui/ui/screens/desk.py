"""A screen of a desk: its queue, the verdicts on its commands, shown and said aloud, and what is taken back."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ClassVar

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.reactive import var
from textual.widgets import Static

from gymtui.client.desk.desk import Desk
from gymtui.client.state import ConnectionState, Verdict, VerdictKind
from gymtui.clock import time_of
from gymtui.keys import COMMANDS, shown
from gymtui.printable import printable
from gymtui.protocol import Notification, Snapshot
from gymtui.rules import Uncounted
from gymtui.ui.bindings import bind
from gymtui.ui.bulk import Bulk
from gymtui.ui.privacy import named
from gymtui.ui.put_right import NOT_DONE
from gymtui.ui.screens.roll_called import RollCalledScreen
from gymtui.ui.screens.taking_back import undone_otherwise
from gymtui.ui.widgets.clock_warning import WrongClock, wrong_clock
from gymtui.ui.widgets.connection_status import ConnectionStatusIndicator
from gymtui.ui.widgets.header import GymName
from gymtui.ui.widgets.key_line import KeyLine

logger = logging.getLogger(__name__)

RECENT = 120_000  # milliseconds: what was done before that, nobody has in mind any more
BELLS: dict[VerdictKind, int] = {"refused": 2, "not_done": 2, "warned": 1, "asked": 1, "stopped": 1}
LOOK = 5.0  # seconds between two looks at this machine's clock
BETWEEN_BELLS = 0.25  # seconds: a terminal makes one sound of two at once


def bells(verdict: Verdict) -> int:
    """How often it rings: what does is said whatever else the line says, and a warning is said once."""
    if verdict.repeats:
        return 0
    return 1 if verdict.warning or verdict.remarks else BELLS.get(verdict.kind, 0)


def uncounted_at(desk: Desk, state: ConnectionState) -> Uncounted:
    """Whom a desk adds to the server's counts; while that answers, it counts them in a moment."""
    return Uncounted() if state.answers else desk.presence.uncounted


class DeskScreen(RollCalledScreen):
    """Begins with what the desk's own copy has, with or without a connection."""

    BINDINGS: ClassVar[list[BindingType]] = [bind("mask", show=False)]

    class Masked(Message):
        """The mask was put on, or taken off."""

        def __init__(self, *, masked: bool) -> None:
            super().__init__()
            self.masked = masked

    queued: var[int] = var(0)
    uncounted: var[Uncounted] = var(Uncounted())  # whom the figures lack as long as the server does not answer
    aside: var[int] = var(0)  # dead letters, which stand in the header until a person has taken each of them up
    unread: var[int] = var(0)  # notices, by whoever is logged in
    verdict: var[Verdict | None] = var[Verdict | None](None)
    masked: var[bool] = var(False)  # are names, phones and notes hidden?
    wrong_clock: var[WrongClock | None] = var[WrongClock | None](None)
    bulk: Bulk | None = None  # the last commands that were given at once

    def compose_header(self) -> ComposeResult:
        yield from super().compose_header()
        yield Static("", id="wrong-clock", markup=False)

    def _gym_name(self) -> GymName:
        return super()._gym_name().data_bind(DeskScreen.unread, DeskScreen.masked)

    def _indicator(self) -> ConnectionStatusIndicator:
        return super()._indicator().data_bind(DeskScreen.queued, DeskScreen.aside)

    def subscriptions(self) -> list[Callable[[], None]]:
        return [
            *super().subscriptions(),
            self.desk.subscribe("queue", self.telling("connection", self._queue_changed)),
            self.desk.subscribe("verdict", self.telling("verdict", self._settled)),
            self.desk.service.subscribe("notification", self.telling("gym", self._noticed)),
        ]

    def on_mount(self) -> None:
        self.masked, self.unread = next(((one.masked, one.unread) for one in self._desk_screens()), (False, 0))
        self._count_queue(self.desk.queued)
        self.verdict, self.bulk = next(((screen.verdict, screen.bulk) for screen in self._desk_screens()), (None, None))
        self._show_replica()
        self.look_at_clock()
        self.set_interval(LOOK, self.look_at_clock)

    def look_at_clock(self) -> None:
        """It may be set while the program runs."""
        self.wrong_clock = wrong_clock(self.desk.clock, self.zone)

    def watch_wrong_clock(self, wrong: WrongClock | None) -> None:
        for line in self.query("#wrong-clock").results(Static):
            line.update("" if wrong is None else wrong.line)
            line.display = wrong is not None

    def watch_connection(self, state: ConnectionState) -> None:
        super().watch_connection(state)
        self._count_queue(self.desk.queued)
        self.look_at_clock()
        self.count_unread()

    def _noticed(self, _: Notification) -> None:
        self.count_unread()

    def count_unread(self) -> None:
        """Of all screens, since one of them may be where they are read."""
        unread = len(self.desk.replica.notices.unread(self.desk.service.user or ""))
        for screen in self._desk_screens():
            screen.unread = unread

    def _restarted(self, part: Snapshot) -> None:
        self._show_replica()
        self.look_at_roll_call()

    def _show_replica(self) -> None:
        self.gym = self.desk.replica.gym
        self.stats = self.desk.replica.stats

    def _queue_changed(self, queued: int) -> None:
        self._count_queue(queued)

    def _count_queue(self, queued: int) -> None:
        self.uncounted = uncounted_at(self.desk, self.connection)
        self.queued, self.aside = queued, len(self.desk.set_aside)

    # --- what is said -------------------------------------------------------------------------------------------------

    def _settled(self, verdict: Verdict) -> None:
        """A later word: it takes the place of the first, and a bad one is heard whatever stands there."""
        verdict, shown = self._of_bulk(self._with_next(verdict)), self.verdict
        if bells(verdict) or shown is None or shown.command_id == verdict.command_id:
            self.say(verdict)

    def _of_bulk(self, verdict: Verdict) -> Verdict:
        """An answer to one of several is what became of all of them; it rings for what it says itself."""
        bulk = None if self.bulk is None else self.bulk.after(verdict)
        if bulk is None:
            return verdict
        self.bulk = bulk
        return replace(bulk.verdict, repeats=not bells(verdict))

    def say_all(self, bulk: Bulk) -> None:
        """What became of several commands, said as one."""
        for screen in self._desk_screens():
            screen.bulk = bulk
        self.say(bulk.verdict)

    def say(self, verdict: Verdict) -> None:
        """Shows it on every screen of the desk; the one that is seen also rings for it, each kind in its own way."""
        for screen in self._desk_screens():
            screen.verdict = verdict
        if self in self.app.screen_stack[-2:]:  # it may lie under the help, or a login
            for bell in range(bells(verdict)):
                self._ring(bell * BETWEEN_BELLS)

    def _desk_screens(self) -> Iterator[DeskScreen]:
        return (screen for screen in self.app.screen_stack if isinstance(screen, DeskScreen))

    def _ring(self, delay: float) -> None:
        if delay:
            self.set_timer(delay, self.app.bell)
        else:
            self.app.bell()

    def notice(self, text: str) -> None:
        """On the line of the keys, until it is another."""
        for line in self.query(KeyLine):
            line.notice = text

    def action_mask(self) -> None:
        """Hides names, phones and notes on every screen, or shows them; kept for the next start."""
        masked = not self.masked
        for screen in self._desk_screens():
            screen.masked = masked
        self.post_message(self.Masked(masked=masked))

    def named(self, name: str) -> str:
        """A name as it may stand on the screen."""
        return named(name, masked=self.masked)

    def refusal(self, subject: str, detail: str, next_step: str | None) -> Verdict:
        at = self._clock()
        return Verdict(kind="not_done", subject=subject, command_id="", at=at, detail=detail, next_step=next_step)

    def unknown_card(self, detail: str, next_step: str | None) -> Verdict:
        """Somebody stands there with it."""
        return replace(self.refusal("Unknown card", detail, next_step), kind="refused")

    @contextmanager
    def answering(self, subject: str) -> Iterator[None]:
        """What fails while somebody waits for an answer is the answer."""
        try:
            yield
        except Exception as error:
            logger.error("There is no answer to %s: %s", subject, error, exc_info=error)
            detail = printable(str(error)).rstrip(".") or type(error).__name__
            verdict = self.refusal(subject, detail, None)
            if self.verdict is None or self.verdict.words != verdict.words:
                self.say(verdict)

    # --- what is taken back -------------------------------------------------------------------------------------------

    def action_undo(self) -> None:
        with self.answering("Undo"):
            of_no_visit = undone_otherwise(self.desk, self.verdict, self._clock())
            self.say(of_no_visit or self._forewarned() or self._undone())

    def _undone(self) -> Verdict:
        verdict = self.desk.undo()
        if verdict is None:
            return self.refusal("Undo", "this desk has done nothing that can be taken back", None)
        return self._with_next(verdict)

    def _forewarned(self) -> Verdict | None:
        """What is taken back is not what the line tells, or was done a while ago or before the program was started: it
        is named first, and the second time taken back."""
        told, done = self.verdict, self.desk.replica.undoable
        if done is None or (told is not None and told.next_command == "undo"):
            return None
        if told is not None and told.command_id and told.kind not in NOT_DONE and self._is_recent(done.command_id):
            return None
        what = "check-in" if done.since is None else "check-out"
        step = f"{shown(COMMANDS['undo'].keys)} again takes back {self.named(done.member.full_name)}'s {what}"
        return replace(self.refusal("Undo", "nothing was done just now", step), next_command="undo")

    def _is_recent(self, command_id: str) -> bool:
        given_at = time_of(command_id)
        return given_at is None or abs(self._clock() - given_at) <= RECENT  # later than now: by a clock that was wrong

    def _with_next(self, verdict: Verdict) -> Verdict:
        """Where something is taken back, whose turn it would be after that."""
        if verdict.action != "undo" or verdict.kind not in ("queued", "undone"):
            return verdict
        done = self.desk.replica.undoable
        step = done and f"{shown(COMMANDS['undo'].keys)} again: {self.named(done.member.full_name)}"
        return replace(verdict, next_step=step, next_command="undo")
