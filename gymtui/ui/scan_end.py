"""How a scanner says that a code is over: CR, LF or Tab, or two of them. Pure; times are an event's, in seconds."""

from __future__ import annotations

from typing import Final

BURST: Final = 0.05  # seconds between two keys of a scanner at the most; nobody's finger finds the Tab so soon
PAIR: Final = 0.1  # seconds in which CR and LF, or Tab and CR, are one end

ENDS: Final = ("enter", "ctrl+j", "tab")  # ctrl+j is LF: what "Enter" is for a scanner set up for Linux


class ScanEnd:
    """Reads one key after the other: which of them is an Enter, and which is the rest of one."""

    def __init__(self) -> None:
        self._typed_at = self._ended_at = float("-inf")
        self._ended_with = ""
        self._burst = 0  # printable keys that came at once, up to now

    def typed(self, time: float) -> None:
        """A printable key."""
        self._burst = self._burst + 1 if time - self._typed_at <= BURST else 1
        self._typed_at = time
        self._ended_with = ""

    def read(self, key: str, time: float) -> str | None:
        """What the key is: `enter`, itself, or None for the second half of an end."""
        if key not in ENDS:
            return key
        if self._ended_with not in ("", key) and time - self._ended_at <= PAIR:
            return None
        if key == "tab" and time - self._typed_at > BURST:
            return key
        self._burst = self._burst if time - self._typed_at <= BURST else 0
        self._ended_at, self._ended_with = time, key
        return "enter"

    def was_scan(self, length: int) -> bool:
        """Did the code of that many characters, which has just ended, come at once, its Enter too?"""
        burst, self._burst = self._burst, 0
        return 0 < length <= burst
