"""The desk of the demo: the normal one, with a line of hints and a key that breaks something."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from pathlib import Path
from typing import Any, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.reactive import reactive

from gymtui.client.state import Verdict
from gymtui.demo.chaos import WORDS, Chaos
from gymtui.demo.ledger import Ledger, Tally
from gymtui.demo.relay import Relay
from gymtui.demo.tour import Tour
from gymtui.ui import GymApp
from gymtui.ui.bindings import command_of, key_of
from gymtui.ui.cells import fit
from gymtui.ui.widgets.error_boundary import LiveWidget, WebSocketErrorBoundary

logger = logging.getLogger(__name__)
LOOK = 1.0  # seconds between two looks into the journal


class Guide(LiveWidget):
    """One line: what to try, or what is broken just now; and the proof."""

    DEFAULT_CSS = """
    Guide { padding: 0 2; background: $accent 22%; color: $foreground; }
    Guide.-broken { background: $warning 30%; text-style: bold; }
    """

    hint: reactive[str] = reactive("")
    tally: reactive[Tally] = reactive(Tally)

    def render(self) -> Content:
        width, tally = self.content_size.width, self.tally
        proof = f"{tally.done} done, {tally.lost} lost, {tally.doubled} doubled"
        return Content(f"{fit(self.hint, width - len(proof) - 2)}  {proof}")


class DemoApp(GymApp):
    """`chaos` breaks what is around the desk; `database` is the server's, for the proof."""

    CSS_PATH = "../ui/gym.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f12", "chaos", "break it"),
        Binding("f10", "next_hint", "next hint"),
    ]

    def __init__(self, *arguments: Any, chaos: Chaos, relay: Relay, database: Path, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._chaos = chaos
        self._relay = relay
        self._ledger = Ledger(database)
        self._tally = Tally()
        self._tour = Tour()

    async def start(self) -> None:
        self.run_worker(self._relay.run(), name="relay")
        await super().start()
        guide = WebSocketErrorBoundary(self._guide, id="guide")
        await self.front_desk.mount(guide, before=-1)  # the last line is the keys
        self.desk.subscribe("verdict", self._ledger.hear)
        self.watch(self.front_desk, "verdict", self._first_word, init=False)
        self.set_interval(LOOK, self._look)

    def _guide(self) -> Guide:
        guide = Guide()
        self._update_guide(guide)
        return guide

    def _update_guide(self, guide: Guide) -> None:
        doing = self._chaos.doing
        guide.hint = WORDS[doing] if doing else self._hint()
        guide.tally = self._tally
        guide.set_class(doing is not None, "-broken")

    def _first_word(self, verdict: Verdict | None) -> None:
        if verdict is not None:
            self._tour.hear(verdict)
            self._show()

    def _look(self) -> None:
        try:
            tally = self._ledger.look()
        except sqlite3.Error as error:
            logger.warning("The proof waits: the journal cannot be read just now (%s)", error)
            return
        if tally != self._tally:
            self._tally = tally
            self._show()

    def _show(self) -> None:
        for guide in self.front_desk.query(Guide):
            self._update_guide(guide)
        self.screen.refresh_bindings()

    def _hint(self) -> str:
        keys = {name: key_of(self.front_desk, name) for name in ("check-out", "undo", "connection", "quit")}
        return f"{self._tour.place} {self._tour.hint.format_map(keys)}".lstrip()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is a next hint until there is none."""
        return not self._tour.over if action == "next_hint" else super().check_action(action, parameters)

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key) and not event.is_forwarded:
            self._follow(event.key)
        await super().on_event(event)

    def _follow(self, key: str) -> None:
        """Esc dismisses the hint where it has nothing else to go back from."""
        desk = self.front_desk
        if command_of(desk, key) == "back" and self.screen is desk and not desk.entry.value and len(desk.modes) == 1:
            self._tour.skip()
            self._show()

    def action_connection(self) -> None:
        super().action_connection()
        self._tour.did("connection")
        self._show()

    def action_next_hint(self) -> None:
        self._tour.skip()
        self._show()

    def action_chaos(self) -> None:
        self._tour.did("chaos")
        self.run_worker(self._break(), name="chaos")

    async def _break(self) -> None:
        breaking = asyncio.ensure_future(self._chaos.break_something())
        await asyncio.sleep(0)
        self._show()
        await breaking
        self._show()
        self.desk.service.retry_now()  # as Ctrl+R does: the longer it was away, the longer it would wait by itself

    async def action_quit(self) -> None:
        await self.leave()  # there is no next start that anything could be kept for

    async def leave(self) -> None:
        self._relay.delay = 0.0  # goodbye is said to the server, and waited for
        await super().leave()
