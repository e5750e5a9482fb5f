"""A screen with the one box: every printable key goes there, and what begins with `:` is a command."""

from __future__ import annotations

import logging
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.reactive import var
from textual.widgets import Input

from gymtui.client.state import Verdict
from gymtui.keys import COMMANDS, shown
from gymtui.printable import printable
from gymtui.ui.bindings import bind
from gymtui.ui.palette import SIGN, Option, Palette, offer
from gymtui.ui.screens.desk import DeskScreen
from gymtui.ui.widgets.command_list import CommandList
from gymtui.ui.widgets.entry import Entry, Prompt
from gymtui.ui.widgets.error_boundary import WebSocketErrorBoundary
from gymtui.ui.widgets.verdict import VerdictLine

logger = logging.getLogger(__name__)

NOT_OFFERED = ("palette", "back", "next", "previous")  # what the box is for, or does by itself


class BoxScreen(DeskScreen):
    """Says in the verdict line whatever fails while somebody waits for an answer; the console lives."""

    AUTO_FOCUS = "Entry"
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("undo"),
        bind("palette"),
        bind("back"),
        bind("older", show=False, priority=True),
        bind("newer", show=False, priority=True),
    ]

    palette: var[Palette | None] = var[Palette | None](None)
    placeholder: var[str] = var("")
    prompt: var[str] = var("")

    entry = getters.query_one(Entry)

    # --- what another screen with a box does otherwise ----------------------------------------------------------------

    @abstractmethod
    def look_for(self, text: str) -> None:
        """The box says this now."""

    @abstractmethod
    def take(self, text: str) -> None:
        """Enter."""

    @abstractmethod
    def step(self, step: int, text: str) -> None:
        """A row up or down."""

    @abstractmethod
    def go_back(self, text: str) -> None:
        """One step back, from a box that held this."""

    # --- the box ------------------------------------------------------------------------------------------------------

    def compose_box(self) -> ComposeResult:
        with Horizontal(id="box"):
            yield Prompt().data_bind(words=BoxScreen.prompt)
            yield Entry().data_bind(BoxScreen.placeholder)

    def compose_verdict(self) -> ComposeResult:
        yield WebSocketErrorBoundary(lambda: VerdictLine().data_bind(DeskScreen.verdict), id="verdict")
        yield WebSocketErrorBoundary(lambda: CommandList().data_bind(BoxScreen.palette), id="commands")

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.value != self.entry.value:  # out of date: a scanner is typing
            return
        text = self.entry.text
        is_command = text.startswith(SIGN)
        self.palette = offer(text, self._options()) if is_command else None
        with self.answering(text):
            self.look_for("" if is_command else text)

    def on_entry_moved(self, event: Entry.Moved) -> None:
        if self.palette:
            self.palette = self.palette.moved(event.step)
            return
        with self.answering(event.text):
            self.step(event.step, event.text)

    async def on_entry_entered(self, event: Entry.Entered) -> None:
        if event.text.startswith(SIGN):
            same = self.palette and self.palette.text == event.text
            palette = self.palette if self.palette and same else offer(event.text, self._options())
            await self._run(palette.pick, event.text)
            return
        with self.answering(event.text):
            self.take(event.text)

    async def on_entry_commanded(self, event: Entry.Commanded) -> None:
        if event.active.enabled:
            await self.app.run_action(event.active.binding.action, event.active.node)

    def on_entry_left(self, event: Entry.Left) -> None:
        if event.text.startswith(SIGN):
            self.palette = None
            return
        with self.answering(event.text):
            self.go_back(event.text)

    def on_entry_completed(self) -> None:
        if self.palette and self.palette.pick:
            self.entry.value = f"{SIGN}{self.palette.pick.name}"
            self.entry.cursor_position = len(self.entry.value)

    async def on_command_list_picked(self, event: CommandList.Picked) -> None:
        await self._run(event.option, self.entry.take())

    def action_back(self) -> None:
        self.post_message(Entry.Left(self.entry.take()))

    def action_palette(self) -> None:
        self.set_focus(self.entry)
        self.entry.value = SIGN
        self.entry.cursor_position = len(SIGN)

    def action_undo(self) -> None:
        with self.answering("Undo"):
            detail = "this desk has done nothing that can be taken back"
            self.say(self._desk.undo() or self.refusal("Undo", detail, None))

    # --- commands -----------------------------------------------------------------------------------------------------

    def _options(self) -> Iterator[Option]:
        """What this screen and the app can do, with the keys as they are now."""
        keys = {a.binding.id: key for key, a in reversed(self.active_bindings.items())}
        for name, command in COMMANDS.items():
            verb = command.action.partition("(")[0]
            known = any(hasattr(node, f"action_{verb}") for node in (self, self.app))
            if name not in NOT_OFFERED and known and (not command.keys or name in keys):
                yield Option(name, shown(keys[name]) if name in keys else "", command.what)

    async def _run(self, option: Option | None, text: str) -> None:
        self.palette = None
        if option is None:
            self.say(self.refusal(text, "there is no such command", f"{SIGN} alone lists them all"))
            return
        action = COMMANDS[option.name].action
        here = hasattr(self, f"action_{action.partition('(')[0]}")
        await self.run_action(action if here else f"app.{action}")

    # --- what is said -------------------------------------------------------------------------------------------------

    def refusal(self, subject: str, detail: str, next_step: str | None) -> Verdict:
        """A no of the console's own."""
        return Verdict(
            kind="refused", subject=subject, command_id="", at=self._clock(), detail=detail, next_step=next_step
        )

    @contextmanager
    def answering(self, subject: str) -> Iterator[None]:
        """What fails while somebody waits for an answer is the answer."""
        try:
            yield
        except Exception as error:
            logger.error("There is no answer to %s: %s", subject, error, exc_info=error)
            detail = printable(str(error)).rstrip(".") or type(error).__name__
            verdict = self.refusal(subject or "This", detail, None)
            if self.verdict is None or self.verdict.words != verdict.words:
                self.say(verdict)
