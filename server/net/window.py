"""A window of the journal as it goes over the wire: one frame, or one for each of those who see it differently."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gymtui import codec
from gymtui.protocol import MAX_PART, Member, Stats
from server.gym.sight import Sight
from server.net.connection import frame
from server.store import Row


class Framed(NamedTuple):
    """A message in its frame, and its own bytes without that."""

    frame: bytes
    size: int


class Window:
    """The rows in `(prev_seq, seq]`, encoded by type; `size` is in bytes."""

    def __init__(self, batches: dict[str, list[bytes]], prev_seq: int, seq: int, size: int) -> None:
        self.prev_seq = prev_seq
        self.seq = seq
        self.size = size
        self._batches = batches
        self._seen: dict[Sight, Framed] = {}
        self._framed: dict[tuple[bytes, ...], Framed] = {}

    def framed(self, sight: Sight) -> Framed:
        """What is written to whoever has this sight: made once, and the same for all to whom it says the same."""
        if sight not in self._seen:
            members = tuple(sight.members(self._batches.get(Member.type, ())))
            if members not in self._framed:
                batches = self._batches | ({Member.type: list(members)} if members else {})
                message = codec.batch(batches, self.prev_seq, self.seq)
                self._framed[members] = Framed(frame(message), len(message))
            self._seen[sight] = self._framed[members]
        return self._seen[sight]


def windows(rows: Sequence[Row], prev_seq: int, stats: Stats) -> Iterator[Window]:
    """Rows as windows of at most `MAX_PART` bytes, each with what it covers, the last with the counters; without rows,
    the counters alone."""
    batches: dict[str, list[bytes]] = {}
    size, seq = 0, prev_seq
    for row in rows:
        if size + len(row.payload) > MAX_PART and size:
            yield Window(batches, prev_seq, seq, size)
            batches, size, prev_seq = {}, 0, seq
        batches.setdefault(row.type, []).append(row.payload)
        size += len(row.payload) + 1
        seq = row.seq
    batches[Stats.type] = [codec.encode(stats)]
    yield Window(batches, prev_seq, seq, size)
