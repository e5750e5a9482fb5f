"""The windows of the last moments: whoever could not take one when it came gets the same bytes a little later.

Without them each of many slow readers would have the journal read, and framed, for itself: what makes one slow is a
rush, and that would make it worse.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from gymtui.protocol import Member
from server.net.window import Window
from server.store import Row

ROOM: Final = 4 * 1024 * 1024  # bytes of events
DELETED: Final = b'"deleted":true'  # no text in an encoded member looks so: its quotes have a backslash


class Lately:
    """As many of the newest windows as there is `room` for, without a gap between them."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._windows: dict[int, Window] = {}  # by the row before each
        self._bytes = 0

    def keep(self, window: Window) -> None:
        """The newest one."""
        self._windows[window.prev_seq] = window
        self._bytes += window.size
        while self._bytes > self._room:
            self._bytes -= self._windows.pop(next(iter(self._windows))).size

    def forget(self) -> None:
        """All of them: the journal says it in another way by now."""
        self._windows.clear()
        self._bytes = 0

    def behind(self, seq: int) -> Window | None:
        """The window that begins with the row behind that one."""
        return self._windows.get(seq)

    def first_behind(self, seq: int) -> int | None:
        """The row before the first window that begins later than with the row behind that one."""
        return next((begins for begins in self._windows if begins > seq), None)


def tell_of_deleted(rows: Iterable[Row]) -> bool:
    """Is somebody deleted by them, or erased? Nobody is told any more what was said of them before."""
    return any(row.type == Member.type and DELETED in row.payload for row in rows)
