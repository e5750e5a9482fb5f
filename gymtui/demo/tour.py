"""The guided minute: one hint at a time, gone once it has been done."""

from __future__ import annotations

from typing import Final, Literal

from gymtui.client.state import Verdict

Step = Literal["name", "scan", "out", "undo", "connection", "chaos"]
SCANNED: Final = "100042"
HINTS: Final[dict[Step, str]] = {  # with the names of commands where their keys belong
    "name": "Type part of a name, such as ma, then Enter",
    "scan": f"A scanner is a keyboard: type {SCANNED}, Enter",
    "out": "{check-out}, then a name: that one leaves",
    "undo": "{undo} takes the last one back",
    "connection": "{connection} shows connection and queue",
    "chaos": "F12 breaks something: watch, and go on",
}
END: Final = "F12 breaks something else; {quit} ends all of it"


class Tour:
    """What is left to be shown."""

    def __init__(self) -> None:
        self._left = list(HINTS)

    @property
    def over(self) -> bool:
        """Has everything been done, or skipped?"""
        return not self._left

    @property
    def place(self) -> str:
        """`2/6`: the second of six, whatever was done before its turn; nothing at the end."""
        return "" if self.over else f"{[*HINTS].index(self._left[0]) + 1}/{len(HINTS)}"

    @property
    def hint(self) -> str:
        """The line for the screen; a command's name in braces stands for its key."""
        return END if self.over else HINTS[self._left[0]]

    def did(self, step: Step) -> None:
        """That has been done, whether or not it was its turn."""
        if step in self._left:
            self._left.remove(step)

    def skip(self) -> None:
        """The next one need not be done."""
        del self._left[:1]

    def hear(self, verdict: Verdict) -> None:
        """The first word on a command tells what was done; what found nobody was nothing of this."""
        if verdict.member is None:
            return
        match verdict.action:
            case "check_out":
                self.did("out")
            case "undo":
                self.did("undo")
            case "save_member" | "save_card":
                pass
            case "check_in" if verdict.member.membership_number == SCANNED:
                self.did("scan")
            case "check_in":
                self.did("name")
            case "roll_call" | "hand_over" | "refusal":
                pass
