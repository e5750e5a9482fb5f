"""The masked box: dots for what is typed, until Esc."""

from __future__ import annotations

from gymtui.ui.box.mode import Mode
from gymtui.ui.burst import Scan


class Masked(Mode):
    """Somebody who has pressed F8 goes on typing a name and a PIN, also where nobody asks for them: that goes nowhere.

    No key but Esc unmasks the box, and a card of the gym that comes at once, as from a scanner: that is taken.
    """

    style = "-overriding"
    subject = "The override"

    @property
    def prompt(self) -> str:
        return "MASKED"

    @property
    def placeholder(self) -> str:
        return f"what is typed here goes nowhere: {self.box.key('back')}, or scan a card"

    @property
    def secret(self) -> bool:
        return True

    @property
    def is_busy(self) -> bool:
        return True

    def suspended(self) -> None:
        """Half a PIN does not wait behind another screen."""
        self.box.take()

    def commanded(self, name: str | None) -> bool:
        if name in (None, "override"):
            return False
        self._refuse("nothing else is done meanwhile")
        return True

    async def entered(self, text: str) -> None:
        if text:
            await self.typed_out(text)

    async def scanned(self, scan: Scan) -> None:
        if self.box.owner(scan.text) is not None:
            await self.left().scanned(scan)
        else:  # a password manager types like a reader
            await self.entered(scan.text)

    async def typed_out(self, text: str) -> None:
        """Enter, on what is no card that was scanned."""
        self._refuse("what was typed went nowhere")

    def left(self) -> Mode:
        """Ends it, with what it was for; gives the mode that has the keys then."""
        below = self.box.below(self)
        self.box.pop(self)
        return below

    def _refuse(self, why: str) -> None:
        self.box.say(self.box.refusal("Override", why, f"{self.box.key('back')} first"))
