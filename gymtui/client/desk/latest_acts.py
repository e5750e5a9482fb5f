"""What was done last and can be taken back: at this desk, or by anybody for a manager."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from gymtui.client.replica.undo_log import Undoable
from gymtui.clock import to_ms
from gymtui.names import people
from gymtui.protocol import CheckInEvent, Event

SETTLED: Final = frozenset({"undone", "corrected", "clash", "assumed_out"})  # flags of what nobody takes back


class Act(Struct, frozen=True, kw_only=True):
    """A check-in or a check-out `at` a time (ms), the last that was done with its visit; or a change of a member, in
    words."""

    done: Undoable
    at: int
    desk: str
    change: str | None = None

    @property
    def what(self) -> str:
        if self.change is not None:
            return self.change
        return "check-in" if self.done.since is None else "check-out"


def latest_acts(events: Iterable[Event], most: int, *, user: str | None) -> list[Act]:
    """The last of them, the newest first; of this `user`, None: of anybody."""
    last: dict[str, CheckInEvent] = {}
    for event in sorted(events, key=lambda event: event.seq, reverse=True):
        if isinstance(event, CheckInEvent):
            last.setdefault(event.id, event)
    can_be = (e for e in last.values() if SETTLED.isdisjoint(e.flags) and (user is None or user in people(e.by)))
    return [_act(event) for event, _ in zip(can_be, range(most), strict=False)]


def _act(event: CheckInEvent) -> Act:
    began = to_ms(event.check_in_time)
    ended = None if event.check_out_time is None else to_ms(event.check_out_time)
    done = Undoable(event.command_id, event.member, None if ended is None else began)
    return Act(done=done, at=began if ended is None else ended, desk=event.desk or "")
