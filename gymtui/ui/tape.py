"""The newest events of the journal, and a place in it where somebody has stopped to read. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Final

from gymtui.protocol import Event, Snapshot

KEPT: Final = 2000  # events that a pause holds back, and that a feed which is made anew begins with


class Tape:
    """While it is paused it goes on, and counts the rows that came by their positions: the number is true also where
    there were more than are kept, or a snapshot came in the place of some."""

    def __init__(self) -> None:
        self.events: deque[Event] = deque(maxlen=KEPT)
        self._position = ("", 0)
        self._paused_at: tuple[str, int] | None = None
        self._is_torn = False  # a snapshot has come in the place of some since the pause

    @property
    def is_paused(self) -> bool:
        return self._paused_at is not None

    @property
    def held(self) -> int:
        """How many rows came since the pause."""
        return 0 if self._paused_at is None else self._position[1] - self._paused_at[1]

    def came(self, events: Sequence[Event], position: tuple[str, int]) -> None:
        """What has happened, up to that position (`epoch`, `seq`)."""
        self.events.extend(events)
        self._position = position

    def restarted(self, part: Snapshot) -> None:
        """The journal was taken up further on, with a few rows of the recent past; another one ends a pause."""
        self.events.clear()
        self.events.extend(reversed(part.recent))
        self._is_torn = True
        if self._position[0] != part.epoch:
            self._paused_at = None
        self._position = (part.epoch, part.seq)

    def pause(self) -> None:
        self._paused_at, self._is_torn = self._position, False

    def go_on(self) -> Sequence[Event] | None:
        """What came since the pause; None where that is not all of it, and what is shown begins anew."""
        since = self._paused_at or self._position
        self._paused_at = None
        new = [event for event in self.events if event.seq > since[1]]
        return None if self._is_torn or len(new) == KEPT else new
