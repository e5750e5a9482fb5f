"""What has been answered of an override's questions. Pure: each step makes the next `Override`."""

from __future__ import annotations

import re
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from gymtui import protocol
from gymtui.protocol import MemberRef, Policy

Step = Literal["reason", "manager", "pin"]

STEPS: Final[tuple[Step, ...]] = ("reason", "manager", "pin")
USUAL: Final = ("renews today", "pays today", "our mistake", "a trial visit")  # to choose from; any other is typed
REASON: Final = 200  # characters at the most
_PIN: Final = re.compile("[0-9]{4,12}")


class Override(Struct, frozen=True, kw_only=True):
    """Who is let in, and what has been answered so far. `manager` begins as the user who is logged in, where that is a
    manager."""

    whom: MemberRef
    manager: str = ""
    reason: str = ""
    step: Step = "reason"
    reasons: tuple[str, ...] = USUAL

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
        reasons = self.reasons
        at = reasons.index(self.reason) + step if self.reason in reasons else 0
        return replace(self, reason=reasons[max(0, min(at, len(reasons) - 1))])

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


def reasons_of(policy: Policy) -> tuple[str, ...]:
    """The gym's own reasons, the usual ones where it has none."""
    own = [reason.strip()[:REASON] for reason in (policy.override_reasons or "").split(";")]
    return tuple(dict.fromkeys(filter(None, own))) or USUAL
