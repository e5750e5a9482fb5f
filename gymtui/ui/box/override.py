"""Override: a manager lets in whom the rules have just refused, one question at a time (F8).

`Override` is what has been answered so far, and pure; `OverrideMode` asks for the reason and the name, `PinMode` for
the PIN: last, so that it is kept nowhere, and right behind the name, as every login asks.
"""

from __future__ import annotations

from typing import Final

from textual.timer import Timer

from gymtui.client.desk.verdicts import policy_of
from gymtui.protocol import MemberRef
from gymtui.ui.box.answers import Override, reasons_of
from gymtui.ui.box.masked import Masked
from gymtui.ui.box.mode import Mode
from gymtui.ui.box.pin import OverrideBox, PinMode, about
from gymtui.ui.burst import Scan

UNUSED: Final = 60.0  # seconds until questions that nobody answers are gone; a manager has to come first


class OverrideMode(Mode):
    """All that is typed is an answer, but for a card that is known here. Every key of another command ends it."""

    style = "-overriding"
    subject = "The override"

    box: OverrideBox
    _unused: Timer | None = None

    def __init__(self, box: OverrideBox, override: Override) -> None:
        super().__init__(box)
        self.override = override

    @classmethod
    def begin(cls, box: OverrideBox) -> None:
        """Asks about whoever the verdict line says was refused. Where it cannot, it says what is missing, and the box
        is masked: whoever has pressed the key may be typing already."""
        if isinstance(box.mode, cls | PinMode):
            return
        if isinstance(box.mode, Masked):
            box.pop(box.mode)
        box.take()
        box.typed("")
        verdict = box.verdict
        if verdict is None or verdict.member is None or verdict.next_command != "override":
            box.push(Masked(box))
            detail = "nobody has just been refused by the rules"
            box.say(box.refusal("Override", detail, f"{box.key('back')}, then check the member in first"))
        elif box.connection.phase != "live":
            box.push(Masked(box))
            box.say(about(verdict.member).needs_server(box.now()))
        else:
            box.push(cls(box, cls._first(box, verdict.command_id, verdict.member)))

    @staticmethod
    def _first(box: OverrideBox, refused: str, whom: MemberRef) -> Override:
        """From the beginning; where name and PIN were no pair, from the name, which may be the wrong one of them."""
        user = box.connection.user if box.connection.role == "manager" else None
        if box.sent_override is not None and box.sent_override[0] == refused:
            return box.sent_override[1].again(user or "")
        return Override(whom=whom, manager=user or "", reasons=reasons_of(policy_of(box.desk.replica.gym)))

    # --- what is asked --------------------------------------------------------------------------------------------

    @property
    def prompt(self) -> str:
        return self.override.step.upper()

    @property
    def placeholder(self) -> str:
        override, name = self.override, self.box.named(self.override.whom.full_name)
        if override.step == "manager":
            who = f"Enter takes {override.answer}, or type another manager's name" if override.answer else ""
            return who or "type the manager's user name"
        if override.answer:
            return f"Enter takes “{override.answer}”, or type another reason"
        return f"type why, or ↓ suggests a reason, to let in {name}"

    @property
    def is_busy(self) -> bool:
        return True

    # --- how long -------------------------------------------------------------------------------------------------

    def begun(self) -> None:
        self._wait_again()

    def ended(self) -> None:
        if self._unused is not None:
            self._unused.stop()

    def suspended(self) -> None:
        self._end()

    def _end(self) -> None:
        self.box.take()
        self.box.pop(self)

    def _wait_again(self) -> None:
        self.ended()
        self._unused = self.box.set_timer(UNUSED, self._lapse)

    def _lapse(self) -> None:
        """Nobody has answered; a PIN is waited for as long as it takes."""
        if self.box.mode is self:
            self._end()
        else:
            self._wait_again()

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
        """Undo takes the question back, and nothing else; the key that has asked it keeps it."""
        if name != "override":
            self._end()
        return name in ("undo", "override")

    async def entered(self, text: str) -> None:
        objection = self.override.objection(text) if text else None
        if self.box.owner(text) is not None:
            below = self.box.below(self)
            self._end()
            await below.entered(text)
        elif objection is not None:
            step = "type it again; a card, go back and scan it again"
            matter = about(self.override.whom)
            says = matter.says("refused", self.box.now(), detail=objection, next_step=step, next_command="override")
            self.box.say(says)
        else:
            self._answered(self.override.answered(text))

    async def scanned(self, scan: Scan) -> None:
        """A card that is known here ends the questions; any other line is no answer to one."""
        if self.box.owner(scan.text) is not None:
            await super().scanned(scan)
            return
        step = "type the answer; a card, go back and scan it again"
        about_it = about(self.override.whom)
        self.box.say(about_it.says("refused", self.box.now(), detail="that was scanned", next_step=step))

    def _answered(self, override: Override) -> None:
        self._wait_again()
        if override.step == "pin":
            self.override = override.back() or override
            self.box.push(PinMode(self.box, override))
        else:
            self.override = override
