"""The filter: `/` and words, and the feed shows only the rows that have them."""

from __future__ import annotations

from typing import Final

from gymtui.ui.box.front_desk_box import FrontDeskBox
from gymtui.ui.box.mode import SignMode
from gymtui.ui.burst import Scan

SIGN: Final = "/"


class FilterMode(SignMode):
    """Narrows as one types; Enter leaves it narrowed, Esc shows everything again."""

    sign = SIGN
    box: FrontDeskBox

    def narrowed(self, text: str) -> None:
        self.box.narrow(text.removeprefix(SIGN))

    async def entered(self, text: str) -> None:
        if self.box.owner(text) is not None:
            self.box.narrow("")
        await super().entered(text)

    async def scanned(self, scan: Scan) -> None:
        self.box.narrow("")
        await super().scanned(scan)

    async def done(self, text: str) -> None:
        self.box.narrow(text.removeprefix(SIGN))
        await super().done(text)

    def back(self, text: str) -> None:
        self.box.narrow("")
        super().back(text)
