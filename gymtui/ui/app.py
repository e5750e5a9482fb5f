"""Where the connection, the desk and the screens meet."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection
from functools import partial
from typing import Any, Final

from msgspec.structs import replace
from textual import events
from textual.worker import Worker, WorkerState

from gymtui import cleartext, clock
from gymtui.cards.profile import ReaderProfile
from gymtui.client.desk.desk import Desk
from gymtui.client.login.login import Login
from gymtui.client.replica.replica import ReplicaError
from gymtui.client.state import ConnectionState
from gymtui.printable import printable
from gymtui.ui.behind_keys import import_behind_keys
from gymtui.ui.bindings import command_of, key_of
from gymtui.ui.burst import Scan
from gymtui.ui.glances import LYING_OVER, Glances
from gymtui.ui.key_reader import KeyReader
from gymtui.ui.screens.box import BoxScreen
from gymtui.ui.turning_app import TurningApp
from gymtui.ui.turns import Input, Turns
from gymtui.ui.widgets.entry import Entry
from gymtui.ui.widgets.key_line import KeyLine

logger = logging.getLogger(__name__)

STAYS: Final = "{key} again leaves: {queued} queued, kept here, sent when {desk} is started again"


class GymApp(TurningApp):
    """Runs the desk, and shows it."""

    TITLE = "Front desk"

    def __init__(self, desk: Desk, login: Login, *, clock: clock.Clock | None = None, **options: Any) -> None:
        super().__init__(desk, login, clock=clock or desk.clock.now, **options)
        self._asked_to_stay = False
        self.turns = Turns(self, self._give)
        self.glances = Glances(self)
        self.keys = KeyReader(self.turns.take, self.set_timer, self._shows)

    async def start(self) -> None:
        await super().start()
        self._client = self.run_worker(self.desk.run(), name="desk", exit_on_error=False)

    def on_ready(self) -> None:
        if not self.is_headless:
            self.run_worker(import_behind_keys(asyncio.sleep), name="what keys open")

    # --- keys ---------------------------------------------------------------------------------------------------------

    async def on_event(self, event: events.Event) -> None:
        # Before the key is given to anyone: keys that come in one gulp stay in their order.
        if isinstance(event, events.Key) and not event.is_forwarded:
            if self._asked_to_stay and command_of(self.screen, event.key) != "quit":
                self._asked_to_stay = False
                self._notice("")
            await self.keys.read(event, plain=self._is_asking)  # a login has fields, and takes whatever comes
        elif isinstance(event, events.Paste) and not event.is_forwarded:
            await self.turns.take(event)
        else:
            await super().on_event(event)

    async def _give(self, each: Input) -> None:
        if isinstance(each, Scan):
            await self._scanned(each)
        elif isinstance(each, events.Key) and each.is_printable:
            self.glances.to_the_box()
            await super().on_event(each)
        elif isinstance(each, events.Key) and self.glances.leaves(each):
            self.pop_screen()
        else:
            await super().on_event(each)

    def _shows(self, event: events.Key) -> bool:
        """Nothing but a screen, and nobody is before it?"""
        return self.turns.is_over and self.glances.begins(event)

    async def _scanned(self, scan: Scan) -> None:
        if scan.has_shown:
            self.glances.end()
        self.glances.to_the_box()
        if isinstance(self.screen, BoxScreen):
            self.screen.entry.scanned(scan)
        elif self._is_asking:  # a login, which has its characters by now
            await self._give(events.Key("enter", None))

    # --- the login ----------------------------------------------------------------------------------------------------

    async def action_log_out(self) -> None:
        if self.login.user is None:
            self.front_desk.say(self.front_desk.refusal("Log-out", "nobody is logged in", None))
        else:
            await super().action_log_out()

    def action_password(self) -> None:
        """Asks for the present password and a new one, in the box."""
        from gymtui.ui.box.password import PasswordMode  # noqa: PLC0415  few change it
        from gymtui.ui.screens.password import change_password  # noqa: PLC0415

        screen, clear = self.screen, cleartext.warning(self._url)
        if not isinstance(screen, BoxScreen):
            return
        if self.login.user is None or screen.connection.phase != "live":
            why = "nobody is logged in" if self.login.user is None else "that needs the server"
            screen.say(screen.refusal("Password", why, None))
            return
        mode = PasswordMode(
            screen,
            lambda *words: self.run_worker(
                change_password(self.front_desk, self.login, mode, *words), exit_on_error=False
            ),
            over=lambda: screen.notice(""),
            whose=(self.login.user, self.login.role),
        )
        screen.push(mode)
        screen.notice(printable(clear or ""))

    def action_reader(self) -> None:
        """Learns how this desk's reader is set, in the box."""
        from gymtui.ui.box.reader import ReaderMode  # noqa: PLC0415  once in a reader's life
        from gymtui.ui.screens.reader import share_reader  # noqa: PLC0415

        screen = self.screen
        if isinstance(screen, BoxScreen):
            share = partial(share_reader, screen)
            screen.push(ReaderMode(screen, self._keep_reader, lambda *how: self.run_worker(share(*how))))

    def _keep_reader(self, profile: ReaderProfile) -> None:
        self.desk.reader = profile
        if self._choices is not None:
            self._choices.keep(reader=profile)
        if isinstance(self.screen, BoxScreen):
            said = self.screen.refusal("Reader", "is kept for this desk", "scan a card to see that it is found")
            self.screen.say(replace(said, kind="done"))

    def is_card(self, text: str) -> bool:
        try:
            return self.gym is not None and self.desk.replica.members.by_code(text) is not None
        except ReplicaError as error:
            logger.error("Whether that was a card cannot be told: %s", error)
            return False

    def take_card(self, code: str) -> None:
        if code:
            self.glances.to_the_box()
            self.screen.post_message(Entry.Scanned(Scan(code)))

    @property
    def typed(self) -> Collection[str]:
        screen = self.front_desk if isinstance(self.screen, LYING_OVER) else self.screen
        return [option.name for option in screen.options()] if isinstance(screen, BoxScreen) else ()

    @property
    def is_typing(self) -> bool:
        return any(screen.is_busy for screen in self.screen_stack if isinstance(screen, BoxScreen))

    def on_entry_entered(self) -> None:
        self.ask_for_login()

    def on_entry_left(self) -> None:
        self.ask_for_login()

    def on_input_changed(self) -> None:
        self.ask_for_login()

    # --- the end ------------------------------------------------------------------------------------------------------

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        if event.worker is self._client and event.state is WorkerState.ERROR:
            logger.error("The desk stopped: %s", event.worker.error, exc_info=event.worker.error)
            reason = str(event.worker.error)
            self.front_desk.connection = ConnectionState(phase="stopped", since=self._clock(), reason=reason)

    async def action_quit(self) -> None:
        """Says once what waits here, on the line of the keys; at once again, it leaves."""
        queued = self.desk.queued
        if queued and not self._asked_to_stay:
            self._asked_to_stay = True
            key, desk = key_of(self.screen, "quit"), self.desk.name or "this desk"
            self._notice(STAYS.format(key=key, queued=queued, desk=desk))
        else:
            await self.leave()

    def _notice(self, text: str) -> None:
        for line in self.screen.query(KeyLine):
            line.notice = text
