"""Override: a manager lets in whom the rules have just refused, one question at a time (F8).

`Override` is what has been answered so far, and pure; `OverrideMode` asks.

The PIN is asked for last, so that it goes straight from the box to the server and is kept nowhere, and right behind the
name, as every login asks.
"""

from __future__ import annotations

import re
from typing import Final, Literal, Protocol

from msgspec import Struct
from msgspec.structs import replace
from textual.timer import Timer

from gymtui import protocol
from gymtui.client.desk.verdicts import Matter
from gymtui.printable import printable
from gymtui.protocol import MemberRef
from gymtui.ui.box.mode import Box, Mode

Step = Literal["reason", "manager", "pin"]

STEPS: Final[tuple[Step, ...]] = ("reason", "manager", "pin")
REASONS: Final = ("renews today", "pays today", "our mistake", "a trial visit")  # to choose from; any other is typed
UNUSED: Final = 60.0  # seconds until questions that nobody answers are gone; a manager has to come first
_PIN: Final = re.compile("[0-9]{4,12}")


class Override(Struct, frozen=True, kw_only=True):
    """Who is let in, and what has been answered so far. `manager` begins as the user who is logged in, where that is a
    manager."""

    whom: MemberRef
    manager: str = ""
    reason: str = ""
    step: Step = "reason"

    @property
    def answer(self) -> str:
        """What this step has for an answer already: Enter on the empty box takes it."""
        return {"reason": self.reason, "manager": self.manager, "pin": ""}[self.step]

    def answered(self, text: str) -> Override:
        """The next step; the same one where there is no answer yet."""
        text = text or self.answer
        if not text or self.step == "pin":
            return self
        if self.step == "reason":
            return replace(self, reason=text, step="manager")
        return replace(self, manager=text, step="pin")

    def back(self) -> Override | None:
        """The step before; None from the first."""
        at = STEPS.index(self.step)
        return replace(self, step=STEPS[at - 1]) if at else None

    def again(self, manager: str) -> Override:
        """The manager is asked anew, `manager` for a suggestion; the reason stands."""
        return replace(self, manager=manager, step="manager")

    def suggested(self, step: int) -> Override:
        """With a suggestion for an answer, that many rows further; the first where there was none."""
        if self.step != "reason":
            return self
        at = REASONS.index(self.reason) + step if self.reason in REASONS else 0
        return replace(self, reason=REASONS[max(0, min(at, len(REASONS) - 1))])

    def objection(self, text: str) -> str | None:
        """Why this can be no answer here: a card was scanned, or a PIN typed a step too soon."""
        if self.step == "pin":
            return None if _PIN.fullmatch(text) else "a PIN has 4 to 12 digits"
        if not text.isdecimal():
            return None
        return "a reason has words" if self.step == "reason" else "a manager's name is no number"

    def with_pin(self, pin: str) -> protocol.Override:
        """What the server is asked."""
        return protocol.Override(reason=self.reason, manager=self.manager, pin=pin)


class OverrideBox(Box, Protocol):
    """A box that remembers what it has sent last: the command's id, and the answers."""

    sent_override: tuple[str, Override] | None


class OverrideMode(Mode):
    """All that is typed is an answer, but for a card that is known here; the PIN is not shown, and goes nowhere but to
    the server. Every key of another command ends it."""

    style = "-overriding"
    subject = "The override"

    box: OverrideBox
    _unused: Timer | None = None

    def __init__(self, box: OverrideBox, override: Override) -> None:
        super().__init__(box)
        self.override = override

    @classmethod
    def begin(cls, box: OverrideBox) -> None:
        """Asks about whoever the verdict line says was refused; says what is missing where it cannot."""
        verdict = box.verdict
        if verdict is None or verdict.member is None or verdict.next_command != "override":
            detail = "nobody has just been refused by the rules"
            box.say(box.refusal("Override", detail, "check the member in first"))
        elif box.connection.phase != "live":
            box.say(about(verdict.member).needs_server(box.now()))
        else:
            box.take()
            box.typed("")
            box.push(cls(box, cls._first(box, verdict.command_id, verdict.member)))

    @staticmethod
    def _first(box: OverrideBox, refused: str, whom: MemberRef) -> Override:
        """From the beginning; where name and PIN were no pair, from the name, which may be the wrong one of them."""
        user = box.connection.user if box.connection.role == "manager" else None
        if box.sent_override is not None and box.sent_override[0] == refused:
            return box.sent_override[1].again(user or "")
        return Override(whom=whom, manager=user or "")

    # --- what is asked --------------------------------------------------------------------------------------------

    @property
    def prompt(self) -> str:
        return self.override.step.upper()

    @property
    def placeholder(self) -> str:
        override, name = self.override, printable(self.override.whom.full_name)
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

    @property
    def secret(self) -> bool:
        return self.override.step == "pin"

    @property
    def is_busy(self) -> bool:
        return True

    # --- how long -------------------------------------------------------------------------------------------------

    def begun(self) -> None:
        self._wait_again()

    def ended(self) -> None:
        """What was not sent is gone, the box with it."""
        if self._unused is not None:
            self._unused.stop()

    def suspended(self) -> None:
        self._end()

    def _end(self) -> None:
        self.box.take()
        self.box.pop(self)

    def _wait_again(self) -> None:
        self.ended()
        self._unused = self.box.after(UNUSED, self._end)

    # --- what is answered -----------------------------------------------------------------------------------------

    def typed(self, text: str) -> None:
        self._wait_again()

    def moved(self, step: int, text: str) -> None:
        self.box.drop(text)
        self._answered(self.override.suggested(step))

    def back(self, text: str) -> None:
        before = self.override.back()
        if before is None:
            self.box.pop(self)
        else:
            self._answered(before)

    def commanded(self, name: str | None) -> bool:
        """Undo takes the question back, and nothing else."""
        self._end()
        return name in ("undo", "override")

    async def entered(self, text: str) -> None:
        override = self.override
        objection = override.objection(text) if text else None
        in_full = text and override.step == "pin"  # where nothing is guessed
        card = self.box.desk.replica.by_code(text) if in_full else self.box.card_in(text)
        if text and override.step == "pin" and objection is None:  # it may look like a card: the server knows
            self._send(text)
        elif card is not None:
            below = self.box.below(self)
            self._end()
            await below.entered(text)
        elif objection is not None:
            step = "type it again; a card, go back and scan it again"
            matter = about(override.whom)
            says = matter.says("refused", self.box.now(), detail=objection, next_step=step, next_command="override")
            self.box.say(says)
        else:
            self._answered(override.answered(text))

    def _answered(self, override: Override) -> None:
        self.override = override
        self._wait_again()

    def _send(self, pin: str) -> None:
        self.box.pop(self)
        verdict = self.box.desk.override(self.override.whom, self.override.with_pin(pin))
        self.box.sent_override = verdict.command_id, self.override
        self.box.say(verdict)


def about(whom: MemberRef) -> Matter:
    """A no of the console's own to letting somebody in."""
    return Matter(command_id="", action="check_in", subject=whom.full_name, member=whom)
