"""The kiosk: members scan themselves at a desk that nobody stands behind, and no key but its PIN's leads out of it."""

from __future__ import annotations

import logging
from typing import Any, ClassVar, Final

from textual import events
from textual.filter import LineFilter
from textual.timer import Timer
from textual.types import CSSPathType
from textual.worker import Worker, WorkerState

from gymtui import clock
from gymtui.client.desk.desk import Desk
from gymtui.client.desk.verdicts import is_forgotten, may_be_number
from gymtui.client.login.login import Login
from gymtui.client.state import ConnectionState, Verdict
from gymtui.kiosk_lock import KioskLock, KioskLocked
from gymtui.preferences import Theme
from gymtui.protocol import Member
from gymtui.ui.ascii import AsciiFilter
from gymtui.ui.base_app import BaseApp
from gymtui.ui.burst import Scan
from gymtui.ui.key_reader import KeyReader
from gymtui.ui.kiosk import AGAIN, MOMENT, SHOWN_FOR, TO_THE_DESK, Notice, line_words, notice_of
from gymtui.ui.screens.kiosk import KioskScreen
from gymtui.ui.shutdown import leave_on_signals, outlasting_terminal, say_goodbye
from gymtui.ui.theme import COLOURS

logger = logging.getLogger(__name__)

REPAINT: Final = "ctrl+l"  # as with most programs; nobody logs in here
LONGEST: Final = 64  # characters of a code that somebody types, and digits of a PIN
ASKED_FOR: Final = 15.0  # seconds that a PIN, or the rest of a number, is waited for


class KioskApp(BaseApp):
    """Runs the desk, and shows what became of each scan. `lock` knows the PIN; whatever ends the program otherwise, the
    next start is locked too."""

    TITLE = "Kiosk"
    CSS_PATH: ClassVar[CSSPathType] = ["gym.tcss", "kiosk.tcss"]
    ENABLE_COMMAND_PALETTE: ClassVar[bool] = False

    def __init__(
        self,
        desk: Desk,
        login: Login,
        *,
        lock: KioskLock,
        theme: Theme = "slate",
        ascii: bool = False,
        clock: clock.Clock | None = None,
        **_: Any,
    ) -> None:
        super().__init__()
        for each in COLOURS:
            self.register_theme(each)
        self.theme = theme
        self.desk = desk
        self.login = login
        self.kiosk = KioskScreen()
        self.keys = KeyReader(self._take, self.set_timer)
        self._lock = lock
        self._clock = clock or desk.clock.now
        self._ascii = AsciiFilter(enabled=ascii)
        self._typed = ""  # a number, or a PIN
        self._shown: str | None = None  # the command whose verdict stands there
        self._client: Worker[None] | None = None
        self._notice_timer: Timer | None = None
        self._typed_timer: Timer | None = None

    def show(self, log: Any) -> None:
        with outlasting_terminal():
            super().show(log)

    async def on_mount(self) -> None:
        await self.push_screen(self.kiosk)
        if not self.is_headless:
            leave_on_signals(lambda: self.run_worker(self.leave(), name="leave", exclusive=True, group="leave"))
        self.desk.service.subscribe("connection", self._connection_changed)
        self.desk.service.subscribe("snapshot", self._named)
        self.desk.subscribe("verdict", self._settled)
        self._named()
        self._client = self.run_worker(self.desk.run(), name="desk", exit_on_error=False)

    def _named(self, _: object = None) -> None:
        gym = self.desk.replica.gym
        self.kiosk.gym = gym.name if gym else ""

    def _connection_changed(self, state: ConnectionState) -> None:
        self.kiosk.state, self.kiosk.advice = line_words(state)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        if event.worker is self._client and event.state is WorkerState.ERROR:
            logger.error("The desk stopped: %s", event.worker.error, exc_info=event.worker.error)
            self.kiosk.state = "this kiosk has stopped: please see the desk"

    # --- keys ---------------------------------------------------------------------------------------------------------

    async def on_event(self, event: events.Event) -> None:
        """No key and no mouse goes any further than here."""
        if isinstance(event, events.Key):
            if not event.is_forwarded:
                await self.keys.read(event, plain=self.kiosk.pin is not None)
        elif not isinstance(event, events.MouseEvent | events.Paste):
            await super().on_event(event)

    async def _take(self, each: events.Key | Scan) -> None:
        if isinstance(each, Scan):
            self._type("")  # its characters came one by one before it was known for a scan
            self._scanned(each)
        else:
            await self._press(each)

    async def _press(self, event: events.Key) -> None:
        character = event.character if event.is_printable else None
        if event.key == "escape":
            self._ask(None if self.kiosk.pin is not None else 0)
        elif event.key in ("enter", "ctrl+j"):
            await self._entered()
        elif event.key == REPAINT:
            self.action_repaint()
        elif event.key == "backspace":
            self._type(self._typed[:-1])
        elif character is not None and (character.isdecimal() or self.kiosk.pin is None):
            self._type((self._typed + character)[:LONGEST])

    def _type(self, text: str) -> None:
        self._ask(None if self.kiosk.pin is None else len(text), text)

    def _ask(self, digits: int | None, typed: str = "", *, refused: bool = False) -> None:
        """A PIN is asked for, with so many digits by now; None: it is not. `refused`: the last one was not it. What is
        `typed` and not entered is forgotten after a while: who comes next types another number."""
        self.kiosk.refused, self.kiosk.pin, self._typed = refused, digits, typed
        if self._typed_timer is not None:
            self._typed_timer.stop()
        is_waited_for = digits is not None or typed
        self._typed_timer = self.set_timer(ASKED_FOR, lambda: self._ask(None)) if is_waited_for else None

    async def _entered(self) -> None:
        typed, self._typed = self._typed, ""
        if self.kiosk.pin is None:
            if typed.strip():
                self._scanned(Scan(typed.strip()))
        elif self._opens(typed):
            await self.leave()
        else:
            self._ask(0, refused=True)

    def _opens(self, pin: str) -> bool:
        try:
            return self._lock.opens(pin, self._clock())
        except KioskLocked:
            logger.exception("Nobody can leave the kiosk")
            return False

    # --- scans --------------------------------------------------------------------------------------------------------

    def _scanned(self, scan: Scan) -> None:
        """A card, and never a name. What fails is told by somebody."""
        try:
            self._say(self._done(scan))
        except Exception:
            logger.exception("A scan at the kiosk has no answer")
            self._show(TO_THE_DESK)

    def _done(self, scan: Scan) -> Verdict | None:
        """What became of it; None where it is nobody's, or not one person's."""
        text, also = self.desk.read(scan.text)
        owners = self.desk.replica.members.whose(text, also or "")
        is_card = scan.fault is None and may_be_number(text)
        if len(owners) > 1 or (not owners and not is_card):
            return None
        if not owners:
            return self.desk.check_in(text)
        member, card = owners[0].member, owners[0].card.code
        return self.desk.check_out(member, card) if self._leaves(member) else self.desk.check_in(member, card)

    def _leaves(self, member: Member) -> bool:
        """Has somebody come in today, and not only just now?"""
        since, now = self.desk.in_since(member.id), self._clock()
        return since is not None and now - since >= AGAIN and not is_forgotten(since, self.desk.replica.gym, now)

    def _say(self, verdict: Verdict | None) -> None:
        self._shown = None if verdict is None else verdict.command_id
        if verdict is None:
            self._show(TO_THE_DESK)
        elif verdict.member is None and verdict.kind == "queued":
            self._show(MOMENT)
        else:
            self._show(notice_of(verdict))
            if verdict.kind == "asked":  # nobody is here to say yes
                self.desk.pass_over(verdict)

    def _settled(self, verdict: Verdict) -> None:
        if self._shown is not None and verdict.command_id == self._shown:
            self._show(notice_of(verdict))

    def _show(self, notice: Notice) -> None:
        """For a few seconds; two bells for what somebody should look at."""
        self.kiosk.notice = notice
        if notice.tone == "bad":
            self.bell()
        if self._notice_timer is not None:
            self._notice_timer.stop()
        self._notice_timer = self.set_timer(SHOWN_FOR, self._wait)

    def _wait(self) -> None:
        self._shown = None
        self.kiosk.notice = Notice()

    # --- the end ------------------------------------------------------------------------------------------------------

    async def action_quit(self) -> None:
        """Nothing but the PIN ends it."""

    async def leave(self) -> None:
        await say_goodbye(self.desk.service, self._client)
        self.exit()

    def get_line_filters(self) -> list[LineFilter]:
        return [*super().get_line_filters(), *([self._ascii] if self._ascii.enabled else [])]
