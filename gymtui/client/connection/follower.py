"""Follows the server's journal from a cursor: what is new, what is there already, and what a replay has to bring."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from gymtui.codec import Frame, convert
from gymtui.protocol import Event, Reply, Resume, Resumed, Snapshot


class Journal(Protocol):
    """Where received events go: a projection with its cursor. The position moves with the events, or not at all.
    Whatever a method raises ends the connection, and the next one begins where the position stands."""

    @property
    def position(self) -> tuple[str, int]:
        """`(epoch, seq)` of the last event; `("", 0)` when nothing is known."""

    def apply(self, events: Sequence[Event], seq: int) -> None:
        """Takes events, and moves the position.

        Args:
            events: In `seq` order, each newer than the position; none where nothing in between is for this client.
            seq: Where the position moves to.
        """

    def restore(self, part: Snapshot) -> None:
        """Takes one part of a snapshot; the position moves with the last (`more` is false). Parts of one `epoch` and
        `seq` are one snapshot, over however many connections they come."""


class Bookmark:
    """A journal that keeps its cursor in memory and nothing else: for a program that only shows what passes."""

    def __init__(self) -> None:
        self.position = ("", 0)

    def apply(self, events: Sequence[Event], seq: int) -> None:
        self.position = (self.position[0], seq)

    def restore(self, part: Snapshot) -> None:
        if not part.more:
            self.position = (part.epoch, part.seq)


class Follower:
    """Compares each frame with the journal's position. Where something is missing there is a `Resume` to send; until
    it is answered, and until the last part of a snapshot, what does not fit is left for the server to send again."""

    def __init__(self, journal: Journal, *, full: bool) -> None:
        self._journal = journal
        self._full = full
        self._asked = False
        self._restoring = False
        self._left_out = 0
        self._part: Snapshot | None = None  # the last that came of a snapshot that is not whole
        self.epoch = ""

    @property
    def in_step(self) -> bool:
        """Is the journal the server's, without a gap that is known?"""
        return not self._asked and not self._restoring and self._journal.position[0] == self.epoch != ""

    def greet(self, epoch: str, seq: int) -> Resume | None:
        """A new connection, whose events are live from `seq`."""
        self.epoch = epoch
        self._asked = self._restoring = False
        self._left_out = 0
        if self._journal.position == (epoch, seq):
            self._part = None
            return None
        return self._resume()

    def catch_up(self) -> Resume | None:
        """The journal's position was set back: what it lacks from there on."""
        return None if self._asked or self._restoring else self._resume()

    def take(self, frame: Frame, seq: int) -> tuple[Sequence[Event], Resume | None]:
        """The events of a frame that are new, applied to the journal already."""
        epoch, last = self._journal.position
        prev_seq = seq - 1 if frame.prev_seq is None else frame.prev_seq
        if epoch == self.epoch and prev_seq <= last:  # a replay and what is live may overlap: what is known is dropped
            new = [event for event in frame.events if event.seq > last]
            if seq > last:
                self._journal.apply(new, seq)
            return new, None
        if self._asked or self._restoring:
            self._left_out = max(self._left_out, seq)
            return (), None
        return (), self._resume()

    def resumed(self, reply: Reply) -> None:
        """The answer to `Resume`: from here on what was missing follows. Unreadable where it is no answer."""
        self._restoring = convert(reply.result, Resumed).resumed == "snapshot"
        self._asked = False

    def restore(self, part: Snapshot) -> Resume | None:
        """One part of a snapshot. What came between its parts and did not fit is asked for after the last."""
        self._part = None
        self._journal.restore(part)
        self._part = part if part.more and part.present else None
        self._restoring = part.more
        if part.more:
            return None
        self.epoch = part.epoch
        missed, self._left_out = self._left_out > part.seq, 0
        return self._resume() if missed and not self._asked else None

    def _resume(self) -> Resume:
        self._asked = True
        if self._part is not None and self._part.epoch == self.epoch:  # else a slow line would begin it for ever anew
            last = self._part.present[-1]
            return Resume(epoch=self.epoch, seq=self._part.seq, full=self._full, visit=last.id)
        epoch, seq = self._journal.position
        return Resume(epoch=epoch, seq=seq, full=self._full)
