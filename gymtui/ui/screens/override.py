"""A box in which a manager may let in whom the rules have just refused, one question at a time."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.reactive import var
from textual.timer import Timer
from textual.widgets import Input

from gymtui.client.desk.verdicts import Matter
from gymtui.printable import printable
from gymtui.protocol import MemberRef
from gymtui.ui.bindings import bind
from gymtui.ui.box.override import Override
from gymtui.ui.screens.box import BoxScreen
from gymtui.ui.widgets.entry import Entry

UNUSED = 60.0  # seconds until questions that nobody answers are gone; a manager has to come first


class OverrideScreen(BoxScreen):
    """While it asks, all that is typed is an answer, but for a card that is known here; the PIN is not shown. Every key
    of another command ends it, and so does another screen."""

    BINDINGS: ClassVar[list[BindingType]] = [bind("override", show=False)]

    override: var[Override | None] = var[Override | None](None)

    _unanswered: Timer | None = None
    _sent: tuple[str, Override] | None = None  # with the id of the command that it became

    def action_override(self) -> None:
        verdict = self.verdict
        if verdict is None or verdict.member is None or verdict.next_command != "override":
            detail = "nobody has just been refused by the rules"
            self.say(self.refusal("Override", detail, "check the member in first"))
        elif self.connection.phase != "live":
            self.say(_about(verdict.member).needs_server(self._clock()))
        else:
            self.entry.take()
            self.look_for("")
            self.override = self._begin(verdict.command_id, verdict.member)

    def _begin(self, refused: str, whom: MemberRef) -> Override:
        """From the beginning; where name and PIN were no pair, from the name, which may be the wrong one of them."""
        user = self.connection.user if self.connection.role == "manager" else None
        if self._sent is not None and self._sent[0] == refused:
            return self._sent[1].again(user or "")
        return Override(whom=whom, manager=user or "")

    def watch_override(self, override: Override | None) -> None:
        self.set_class(override is not None, "-overriding")
        for entry in self.query(Entry):
            entry.password = override is not None and override.step == "pin"
        self._wait_again()

    def _wait_again(self) -> None:
        if self._unanswered is not None:
            self._unanswered.stop()
        self._unanswered = self.set_timer(UNUSED, self._end) if self.override is not None else None

    def _end(self) -> None:
        """What was not sent is gone, the box with it."""
        if self.override is not None:
            self.entry.take()
            self.override = None

    def on_screen_suspend(self) -> None:
        self._end()

    # --- what is asked ------------------------------------------------------------------------------------------------

    def prompt_of(self, override: Override) -> str:
        return override.step.upper()

    def placeholder_of(self, override: Override) -> str:
        name = printable(override.whom.full_name)
        match override.step:
            case "reason" if override.answer:
                return f"Enter takes “{override.answer}”, or type another reason"
            case "reason":
                return f"type why, or ↓ suggests a reason, to let in {name}"
            case "manager" if override.answer:
                return f"Enter takes {override.answer}, or type another manager's name"
            case "manager":
                return "type the manager's user name"
            case "pin":
                return f"type the PIN of {override.manager}: Enter lets in {name}"

    # --- what is answered ---------------------------------------------------------------------------------------------

    def on_input_changed(self, event: Input.Changed) -> None:
        if self.override is not None:
            event.prevent_default()
            self._wait_again()

    def on_entry_moved(self, event: Entry.Moved) -> None:
        if self.override is None:
            return
        event.prevent_default()
        if self.entry.text == event.text:  # else the next answer is being typed already
            self.entry.take()
        self.override = self.override.suggested(event.step)

    async def on_entry_entered(self, event: Entry.Entered) -> None:
        if self.override is None:
            return
        event.prevent_default()
        with self.answering("The override"):
            self._take_answer(self.override, event.text)

    async def on_entry_commanded(self, event: Entry.Commanded) -> None:
        if self.override is None:
            return
        self._end()
        if event.active.binding.id in ("undo", "override"):  # takes the question back, and nothing else
            event.prevent_default()

    def on_entry_left(self, event: Entry.Left) -> None:
        if self.override is not None:
            event.prevent_default()
            self.override = self.override.back()

    def _take_answer(self, override: Override, text: str) -> None:
        objection = override.objection(text) if text else None
        in_full = text and override.step == "pin"  # where nothing is guessed
        card = self._desk.replica.by_code(text) if in_full else self.card_in(text)
        if text and override.step == "pin" and objection is None:  # it may look like a card: the server knows
            self._send(override, text)
        elif card is not None:
            self._end()
            self.take(text)
        elif objection is not None:
            step = "type it again; a card, go back and scan it again"
            matter = _about(override.whom)
            self.say(matter.says("refused", self._clock(), detail=objection, next_step=step, next_command="override"))
        else:
            self.override = override.answered(text)

    def _send(self, override: Override, pin: str) -> None:
        self.override = None
        verdict = self._desk.override(override.whom, override.with_pin(pin))
        self._sent = verdict.command_id, override
        self.say(verdict)


def _about(whom: MemberRef) -> Matter:
    """A no of the console's own to letting somebody in."""
    return Matter(command_id="", action="check_in", subject=whom.full_name, member=whom)
