"""The PIN of an override: asked for until it is right, or Esc."""

from __future__ import annotations

from typing import Protocol

from gymtui.client.desk.verdicts import Matter
from gymtui.client.state import Verdict
from gymtui.protocol import MemberRef
from gymtui.ui.box.answers import Override
from gymtui.ui.box.masked import Masked
from gymtui.ui.box.mode import Box, Mode


class OverrideBox(Box, Protocol):
    """A box that remembers what it has sent last: the command's id, and the answers."""

    sent_override: tuple[str, Override] | None


class PinMode(Masked):
    """Lies over the other questions. The PIN goes straight from the box to the server and is kept nowhere; where it was
    wrong, or nobody answers, whoever types it again types it unseen."""

    box: OverrideBox

    def __init__(self, box: OverrideBox, override: Override) -> None:
        super().__init__(box)
        self.override = override
        self._is_over = False  # but something has been typed since

    @property
    def prompt(self) -> str:
        return "PIN"

    @property
    def placeholder(self) -> str:
        return f"type the PIN of {self.override.manager}: Enter lets in {self.box.named(self.override.whom.full_name)}"

    def typed(self, text: str) -> None:
        if self._is_over and not text:
            self.left()

    async def typed_out(self, text: str) -> None:
        objection = self.override.objection(text)
        if self._is_over:
            self.left()
        elif objection is not None:
            self._object(objection)
        else:  # it may look like a card: the server knows
            self._send(text)

    def settled(self, verdict: Verdict) -> None:
        sent = self.box.sent_override
        if sent is None or sent[0] != verdict.command_id or verdict.kind == "queued":
            return
        if verdict.kind != "refused" or verdict.next_command != "override":
            self._is_over = True
            self.typed(self.box.text)

    def left(self) -> Mode:
        asking = super().left()
        below = self.box.below(asking)
        self.box.pop(asking)
        return below

    def _send(self, pin: str) -> None:
        verdict = self.box.desk.override(self.override.whom, self.override.with_pin(pin))
        self.box.sent_override = verdict.command_id, self.override
        self.box.say(verdict)
        self.settled(verdict)

    def _object(self, objection: str) -> None:
        step = "type it again; a card, scan it again"
        matter = about(self.override.whom)
        self.box.say(matter.says("refused", self.box.now(), detail=objection, next_step=step, next_command="override"))


def about(whom: MemberRef) -> Matter:
    """A no of the console's own to letting somebody in."""
    return Matter(command_id="", action="check_in", subject=whom.full_name, member=whom)
