"""What the tests of this share: events over the WebSocketService, and whose mistake is whose."""

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
        if self.full:
            raise OSError("disk is full")
        super().apply(events, seq)
        self.events += events

    @property
    def seqs(self) -> list[int]:
        return [event.seq for event in self.events]
