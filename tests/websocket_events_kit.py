"""What the tests of events over the WebSocketService share: a journal that a test can look into."""

from __future__ import annotations

from typing import Any

from gymtui.client.connection.follower import Bookmark
from gymtui.protocol import Event


class Keeping(Bookmark):
    """A journal that a test can look into."""

    def __init__(self, seq: int = 0) -> None:
        super().__init__()
        self.position = ("epoch-1", seq)
        self.events: list[Event] = []
        self.full = False

    def apply(self, events: Any, seq: int) -> None:
        """Keeps the events; OSError where the disk is said to be full."""
        if self.full:
            raise OSError("disk is full")
        super().apply(events, seq)
        self.events += events

    @property
    def seqs(self) -> list[int]:
        """The rows of the journal that were kept, in order."""
        return [event.seq for event in self.events]
