"""The stretch of the journal that a tail prints: from a time on, and up to a row or a time."""

from __future__ import annotations

from collections.abc import Sequence

from gymtui.programs.event_lines import moment, words_of
from gymtui.protocol import Event


class Stretch:
    """From `begins` (ms) on, as far as `last`, a row, or as the first event at `ends` (ms); None: without an end. What
    is recorded afterwards of a time before does not move either of them."""

    def __init__(self, last: int | None = None) -> None:
        self.begins: int | None = None
        self.ends: int | None = None
        self.last = last

    def is_over(self, seq: int) -> bool:
        """Is there nothing more of it behind this row?"""
        return self.last is not None and seq >= self.last

    def end_at(self, seq: int) -> None:
        """There is nothing of it behind this row, or behind an earlier one."""
        self.last = seq if self.last is None else min(seq, self.last)

    def of(self, events: Sequence[Event]) -> Sequence[Event]:
        """Those of the events that belong to it; of a journal these are the next."""
        if self.ends is not None and (behind := _first(events, self.ends)) is not None:
            self.end_at(events[behind].seq - 1)
        if self.last is not None:
            events = [event for event in events if event.seq <= self.last]
        if self.begins is None:
            return events
        if (first := _first(events, self.begins)) is None:
            return ()
        self.begins = None
        return events[first:]


def _first(events: Sequence[Event], time: int) -> int | None:
    for number, event in enumerate(events):
        at = moment(words_of(event)[0])
        if at is not None and at >= time:
            return number
    return None
