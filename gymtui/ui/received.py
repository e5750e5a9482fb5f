"""What came, as it came: the newest frames of the server, for whoever looks at an event byte for byte. Pure."""

from __future__ import annotations

from collections import deque
from typing import Final

import msgspec
from msgspec import Raw, Struct

from gymtui.protocol import Batch

ROOM: Final = 1 << 20  # bytes of frames


class Received:
    """As many of the newest frames as there is room for; what is in one is looked for only where somebody asks."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._frames: deque[bytes] = deque()
        self._bytes = 0

    def keep(self, frame: bytes) -> None:
        """One of events, which could be read."""
        self._frames.append(frame)
        self._bytes += len(frame)
        while self._bytes > self._room:
            self._bytes -= len(self._frames.popleft())

    def forget(self) -> None:
        """All of them: what comes is of another journal."""
        self._frames.clear()
        self._bytes = 0

    def payload(self, seq: int) -> bytes | None:
        """Of that row of the journal; None where it came too long ago, or in a snapshot."""
        found = (_payload(frame, seq) for frame in reversed(self._frames))
        return next((payload for payload in found if payload is not None), None)


class _Frame(Struct, frozen=True):
    """What holds rows of the journal, up to `seq`."""

    type: str
    payload: Raw
    seq: int
    prev_seq: int = 0


class _Batch(Struct, frozen=True):
    batches: dict[str, list[Raw]]


class _Row(Struct, frozen=True):
    seq: int | None = None


def _payload(data: bytes, seq: int) -> bytes | None:
    frame = msgspec.json.decode(data, type=_Frame)
    if not frame.prev_seq < seq <= frame.seq:
        return None
    rows = [frame.payload]
    if frame.type == Batch.type:
        rows = [row for of_type in msgspec.json.decode(frame.payload, type=_Batch).batches.values() for row in of_type]
    return next((bytes(row) for row in rows if msgspec.json.decode(row, type=_Row).seq == seq), None)
