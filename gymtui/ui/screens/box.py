"""A screen with the one box: every printable key goes there, and what it means is the top of a stack of modes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.reactive import var
from textual.widgets import Input

from gymtui.cards.owned import Owned
from gymtui.client.state import Verdict
from gymtui.ui.bindings import bind, key_of
from gymtui.ui.box import scanned, typed_commands
from gymtui.ui.box.answers import Override
from gymtui.ui.box.mode import Mode
from gymtui.ui.box.offer import SIGN, Option, Palette
from gymtui.ui.box.override import OverrideMode
from gymtui.ui.box.paste import PasteMode
from gymtui.ui.burst import Scan
from gymtui.ui.screens.desk import DeskScreen
from gymtui.ui.widgets.choice_list import ChoiceList
from gymtui.ui.widgets.command_list import CommandList
from gymtui.ui.widgets.entry import Entry, Prompt
from gymtui.ui.widgets.error_boundary import WebSocketErrorBoundary
from gymtui.ui.widgets.verdict import VerdictLine

HELD = 0.7  # seconds: keyboards begin to repeat a key after 0.25 to 0.66, and somebody has to read in between


class KeyRepeat:
    """Tells a key that is held down from one that is pressed again, by the times of its presses in seconds."""

    def __init__(self) -> None:
        self._last = float("-inf")

    def is_held(self, time: float) -> bool:
        held, self._last = time - self._last < HELD, time
        return held


class BoxScreen(DeskScreen):
    """The `Box` of its modes: hands each event of the box to the top one, and shows what that says of itself.

    What fails while somebody waits for an answer is said in the verdict line; the console lives.
    """

    AUTO_FOCUS = "Entry"
    gives_way: ClassVar[bool] = False  # may a key that only shows something put that in its place?
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("undo"),
        bind("palette"),
        bind("back"),
        bind("override", show=False),
        bind("older", show=False, priority=True),
        bind("newer", show=False, priority=True),
    ]

    modes: var[tuple[Mode, ...]] = var[tuple[Mode, ...]](())
    palette: var[Palette | None] = var[Palette | None](None)
    placeholder: var[str] = var("")
    prompt: var[str] = var("")

    entry = getters.query_one(Entry)
    sent_override: tuple[str, Override] | None = None

    def begin_with(self, base: Mode) -> None:
        """What the box means when nothing else has been said; once, before the screen is shown."""
        self.set_reactive(BoxScreen.modes, (base,))
        self._undo_key = KeyRepeat()  # what is held down undoes once

    def compose_box(self) -> ComposeResult:
        with Horizontal(id="box"):
            yield Prompt().data_bind(words=BoxScreen.prompt)
            yield Entry().data_bind(BoxScreen.placeholder)

    def compose_verdict(self) -> ComposeResult:
        verdict = (DeskScreen.verdict, DeskScreen.zone, DeskScreen.masked)
        yield WebSocketErrorBoundary(lambda: VerdictLine().data_bind(*verdict), id="verdict")
        yield WebSocketErrorBoundary(lambda: CommandList().data_bind(BoxScreen.palette), id="commands")

    # --- the stack ----------------------------------------------------------------------------------------------------

    @property
    def mode(self) -> Mode:
        """The one that has the keys."""
        return self.modes[-1]

    def push(self, mode: Mode) -> None:
        self.modes = (*self.modes, mode)
        mode.begun()

    def insert(self, mode: Mode) -> None:
        """Lays it right above the base, so that whatever has the keys keeps them: F4 while a pick list waits."""
        self.modes = (self.modes[0], mode, *self.modes[1:])
        mode.begun()

    def pop(self, mode: Mode) -> None:
        if mode in self.modes[1:]:
            self.modes = tuple(each for each in self.modes if each is not mode)
            mode.ended()

    def reset(self) -> None:
        for mode in reversed(self.modes[1:]):
            self.pop(mode)

    def below(self, mode: Mode) -> Mode:
        return self.modes[self.modes.index(mode) - 1]

    def watch_modes(self, before: tuple[Mode, ...], after: tuple[Mode, ...]) -> None:
        for style in {mode.style for mode in (*before, *after)} - {""}:  # not the screen's: all would be styled anew
            self.query("#box, #hits").set_class(any(mode.style == style for mode in after), style)
        for entry in self.query(Entry):
            entry.password = self.mode.secret

    def compute_prompt(self) -> str:
        return self.modes[-1].prompt if self.modes else ""

    def compute_placeholder(self) -> str:
        return self.modes[-1].placeholder if self.modes else ""

    @property
    def is_busy(self) -> bool:
        """Does something stand in the box, or wait for the next Enter?"""
        return any(mode.is_busy for mode in self.modes) or any(entry.text for entry in self.query(Entry))

    @contextmanager
    def _handing_on(self, text: str) -> Iterator[Mode]:
        """The mode that an event about this text is for: the top one, or the one that its first sign begins."""
        with self.answering(self.mode.subject):
            if (begin := self.mode.signs.get(text[:1])) is not None:
                self.push(begin(self))
            yield self.mode
        self.mutate_reactive(BoxScreen.modes)  # whatever it has become: prompt, placeholder and the rest follow

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.value == self.entry.value:  # else it is out of date: a scanner is typing
            self.typed(self.entry.text)

    def typed(self, text: str) -> None:
        with self._handing_on(text) as mode:
            mode.typed(text)

    async def on_entry_entered(self, event: Entry.Entered) -> None:
        with self._handing_on(event.text) as mode:
            await mode.entered(event.text)

    async def on_entry_scanned(self, event: Entry.Scanned) -> None:
        with self.answering(self.mode.subject):
            await scanned.take(self, event.scan)
        self.mutate_reactive(BoxScreen.modes)

    def on_entry_moved(self, event: Entry.Moved) -> None:
        with self._handing_on(event.text) as mode:
            mode.moved(event.step, event.text)

    def on_entry_left(self, event: Entry.Left) -> None:
        with self._handing_on(event.text) as mode:
            mode.back(event.text)

    def on_entry_completed(self) -> None:
        with self._handing_on("") as mode:
            mode.completed()

    def on_entry_pasted(self, event: Entry.Pasted) -> None:
        with self.answering("Paste"):
            PasteMode.begin(self, event.lines, is_busy=self.is_busy)

    async def on_choice_list_picked(self, event: ChoiceList.Picked) -> None:
        with self._handing_on(""):
            mode = next(mode for mode in reversed(self.modes) if mode.list == event.name)
            await mode.picked(event.row)

    async def on_entry_commanded(self, event: Entry.Commanded) -> None:
        if event.active.binding.id == "undo" and self._undo_key.is_held(event.time):
            return
        with self._handing_on("") as mode:
            is_over = mode.commanded(event.active.binding.id)
        if event.active.enabled and not is_over:
            await self.app.run_action(event.active.binding.action, event.active.node)

    def _settled(self, verdict: Verdict) -> None:
        super()._settled(verdict)
        for mode in self.modes:
            mode.settled(verdict)
        self.mutate_reactive(BoxScreen.modes)

    # --- what modes may do --------------------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        return self.entry.text

    def take(self) -> str:
        return self.entry.take()

    def drop(self, text: str) -> None:
        self.entry.drop(text)

    def put_before(self, text: str) -> None:
        self.entry.put_before(text)

    def write(self, text: str, *, selected: bool = False) -> None:
        self.entry.write(text, selected=selected)

    def owner(self, text: str) -> Owned | None:
        return self.desk.replica.members.owner(text)

    def whose(self, scan: Scan) -> tuple[Owned, ...]:
        return self.desk.replica.members.whose(scan.text, scan.also or "")

    def key(self, name: str) -> str:
        return key_of(self, name)

    def now(self) -> int:
        return self._clock()

    # --- commands -----------------------------------------------------------------------------------------------------

    def options(self) -> Iterator[Option]:
        return typed_commands.options(self)

    async def run(self, option: Option, words: str = "") -> None:
        await typed_commands.run(self, option, words)

    def action_back(self) -> None:
        self.post_message(Entry.Left(self.entry.take()))

    def action_palette(self) -> None:
        self.set_focus(self.entry)
        self.write(SIGN)

    def action_override(self) -> None:
        with self.answering("The override"):
            OverrideMode.begin(self)

    def on_screen_suspend(self) -> None:
        """A question that waits for a secret does not wait behind another screen."""
        with self.answering("The override"):
            self.mode.suspended()
