"""The end of a shift: what was done at this desk, and a note for whoever comes next."""

from __future__ import annotations

from typing import ClassVar, Final

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from gymtui import clock, gym_day
from gymtui.client.desk.desk import Desk
from gymtui.client.desk.handover import known_from, shift
from gymtui.client.desk.refusals import untold
from gymtui.client.desk.verdicts import policy_of, today
from gymtui.client.replica.backlog import KEPT
from gymtui.client.state import ConnectionState, Verdict
from gymtui.printable import printable
from gymtui.protocol import Member
from gymtui.ui.bindings import bind
from gymtui.ui.box.notice import TextMode
from gymtui.ui.box.screen_box import ScreenBox
from gymtui.ui.screens.box import BoxScreen
from gymtui.ui.screens.desk import uncounted_at
from gymtui.ui.wall import hours_minutes
from gymtui.ui.widgets.key_line import KeyLine

KNOWN: Final = ", as far as it knows"


class HandoverScreen(BoxScreen):
    """The lines, and the box for the note."""

    TITLE = "Handover"
    BINDINGS: ClassVar[list[BindingType]] = [bind("connection", show=False, app=True)]

    def __init__(self, desk: Desk, *, clock: clock.Clock = clock.now) -> None:
        super().__init__(desk, clock=clock)
        self.begin_with(_NoteMode(self, "NOTE", "a note for the next one, Enter hands over", self._hand_over))

    def compose(self) -> ComposeResult:
        yield from self.compose_header()
        yield Static("", id="title", markup=False)
        yield from self.compose_box()
        yield from self.compose_verdict()
        yield Static("", id="shift", markup=False)
        yield KeyLine()

    def on_mount(self) -> None:
        with self.answering("Handover"):
            since, lines, is_whole = shift_at(self)
            words = f"this desk since {hours_minutes(since, self.zone)}" + ("" if is_whole else KNOWN)
            title = Content.assemble("HANDOVER   ", (words, "not bold $quiet"))
            self.query_one("#title", Static).update(title, layout=False)
            self.query_one("#shift", Static).update("\n".join(printable(line) for line in lines))

    def _hand_over(self, note: str) -> None:
        with self.answering("Handover"):
            self.say(hand_over(self, note))
            self.dismiss()


def shift_at(screen: BoxScreen) -> tuple[int, list[str], bool]:
    """Since when (ms) the shift at this desk goes, its lines, and whether these are all of it."""
    desk, replica, now = screen.desk, screen.desk.replica, screen.now()
    begins = gym_day.beginning(today(replica.gym, now), policy_of(replica.gym))
    newest, day = replica.visits.recent(KEPT), gym_day.instant(begins, screen.zone)
    known = known_from(newest, day, replica.stats.today_total if replica.stats else 0)
    told = [*newest, *replica.notices.newest(), *untold(replica, desk.queue, desk.name)]
    since, lines = shift(told, desk.name, known, desk.queue)
    lines += [in_now(screen), f"{desk.queued} wait for the server, {len(desk.set_aside)} set aside"]
    return since, lines, since > known or known == day


def in_now(screen: BoxScreen) -> str:
    """`54 in now`; `54 in now: 52 in, +3 −1 queued here`."""
    inside, uncounted = len(screen.desk.present()), uncounted_at(screen.desk, screen.connection)
    behind = f": {inside - uncounted.net:,} in, {uncounted.words}" if uncounted.words else ""
    return f"{inside:,} in now{behind}"


def hand_over(screen: BoxScreen, note: str) -> Verdict:
    """Leaves the note, with the shift in short; gives what to say. ReplicaError where the disk does not take it."""
    _, lines, _ = shift_at(screen)
    screen.desk.handover.give(f"{note} ({'; '.join(lines[:3])})"[:1000])
    return delivered(screen.connection, screen.refusal("Handover", "is written for the next one, at every desk", None))


def leave_note(screen: BoxScreen, member: Member, note: str) -> Verdict:
    """Leaves a word about a member for whoever may keep it; the shift goes on. ReplicaError as in `hand_over`."""
    number = f" ({member.membership_number})" if member.membership_number else ""
    screen.desk.handover.give(f"{member.full_name}{number}: {note}"[:1000], ends_shift=False)
    step = f"{screen.key('notices')} shows it"
    return delivered(
        screen.connection, screen.refusal(f"Note about {screen.named(member.full_name)}", "is told to every desk", step)
    )


def delivered(line: ConnectionState, said: Verdict) -> Verdict:
    """It is done; or it waits for the server, also for one that is there and says nothing."""
    if line.answers:
        return replace(said, kind="done")
    return replace(said, kind="queued", detail=None, next_step=None)


class _NoteMode(TextMode):
    """The base of this screen's box: it is over when the screen is."""

    box: ScreenBox

    @property
    def is_busy(self) -> bool:
        return False

    def back(self, text: str) -> None:
        if not text:
            self.box.dismiss()
