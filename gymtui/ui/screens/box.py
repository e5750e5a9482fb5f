"""A screen with the one box: every printable key goes there, and what begins with `:` is a command."""

from __future__ import annotations

import logging
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from msgspec.structs import replace
from textual import getters
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.reactive import var
from textual.widgets import Input

from gymtui.client.state import Verdict
from gymtui.keys import COMMANDS, shown
from gymtui.printable import printable
from gymtui.protocol import Member, MemberRef
from gymtui.ui.bindings import bind
from gymtui.ui.box.palette import SIGN, Option, Palette, offer
from gymtui.ui.box.pick_list import card_in
from gymtui.ui.screens.desk import DeskScreen
from gymtui.ui.widgets.command_list import CommandList
from gymtui.ui.widgets.entry import Entry, Prompt
from gymtui.ui.widgets.error_boundary import WebSocketErrorBoundary
from gymtui.ui.widgets.verdict import VerdictLine

logger = logging.getLogger(__name__)

NOT_DONE = ("already_in", "refused")  # verdicts after which everything is as it was
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
        is_command = event.text.startswith(SIGN) and self.card_in(event.text) is None
        palette, self.palette = self.palette, None
        if is_command:
            if palette is None or palette.text != event.text:
                palette = offer(event.text, self._options())
            await self._run(palette.pick, event.text)
            return
        with self.answering(event.text):
            self.take(event.text)

    def card_in(self, text: str) -> Member | None:
        """Whose card was scanned, alone or over what was half typed and is dropped."""
        return card_in(text, self._desk.replica.by_code)

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
            self.say(self._forewarned() or self._undone())

    def _undone(self) -> Verdict:
        verdict = self._desk.undo()
        if verdict is None:
            return self.refusal("Undo", "this desk has done nothing that can be taken back", None)
        return self._with_next(verdict)

    def _forewarned(self) -> Verdict | None:
        """What is taken back is not what the line tells: it is named first, and the second time taken back."""
        told, done = self.verdict, self._desk.replica.undoable
        if done is None or told is None or told.kind not in NOT_DONE or told.next_command == "undo":
            return None
        what = "check-in" if done.since is None else "check-out"
        step = f"{shown(COMMANDS['undo'].keys)} again takes back {done.member.full_name}'s {what}"
        return replace(self.refusal("Undo", "nothing was done just now", step), next_command="undo")

    def _settled(self, verdict: Verdict) -> None:
        super()._settled(self._with_next(verdict))

    def _with_next(self, verdict: Verdict) -> Verdict:
        """Where something is taken back, whose turn it would be after that."""
        if verdict.action != "undo" or verdict.kind not in ("queued", "undone"):
            return verdict
        done = self._desk.replica.undoable
        step = done and f"{shown(COMMANDS['undo'].keys)} again: {done.member.full_name}"
        return replace(verdict, next_step=step, next_command="undo")

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


def member_of(ref: MemberRef) -> Member:
    """As much of a member as a command needs."""
    return Member(id=ref.id, membership_number=ref.membership_number, full_name=ref.full_name)
