"""What has come of messages and nobody has read yet, of all connections: there is an end to it.

One connection may have a megabyte on its way, and some whole messages behind one that takes long to answer. Where all
of them together have too much, the one that has most is cut; whoever sends what a desk sends has next to nothing.
"""

from __future__ import annotations

from typing import Final, Protocol

from websockets.frames import CloseCode

from gymtui.protocol import MAX_REQUEST

ROOM: Final = 16 * 1024 * 1024  # bytes of all connections together,
LITTLE: Final = MAX_REQUEST  # of which so much of each is not counted


class Sending(Protocol):
    """A connection from which something comes."""

    @property
    def unread(self) -> int:
        """Bytes of it that wait in memory."""

    def cut(self, code: int) -> None: ...


class Unread:
    """Who has much waiting, and how much that was when something came last."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._waiting: dict[Sending, int] = {}
        self._bytes = 0

    def note(self, sending: Sending, count: int) -> None:
        """So much waits of it now."""
        if count <= LITTLE and sending not in self._waiting:
            return
        self._forget(sending)
        if count > LITTLE:
            self._waiting[sending] = count
            self._bytes += count
        if self._bytes > self._room:
            self._make_room()

    def leave(self, sending: Sending) -> None:
        """It is gone, and what it had sent."""
        self._forget(sending)

    def _make_room(self) -> None:
        """Where it is still as much, now that some of it has been read."""
        self._waiting = {each: each.unread for each in self._waiting}
        self._bytes = sum(self._waiting.values())
        while self._bytes > self._room:
            most = max(self._waiting, key=self._waiting.__getitem__)
            self._forget(most)
            most.cut(CloseCode.MESSAGE_TOO_BIG)

    def _forget(self, sending: Sending) -> None:
        self._bytes -= self._waiting.pop(sending, 0)
