"""The report of conflicts: what desks did offline and did not fit, asked of the server, for a manager to look at."""

from __future__ import annotations

import logging
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from gymtui import clock, codec
from gymtui.client.connection.service import WebSocketService
from gymtui.client.errors import Disconnected, RequestRefused
from gymtui.protocol import CheckInEvent, ConflictNote, Conflicts, Event, ListConflicts, Refusal

logger = logging.getLogger(__name__)

DAYS: Final = 7  # that are asked for
DAY: Final = 24 * 3600 * 1000  # milliseconds
CONCERNED: Final = frozenset({"offline", "backdated", "undone"})  # of these the report may have one more, or one less


class Report(Struct, frozen=True, kw_only=True):
    """What the server said at `as_of` (ms; None: it has not said anything yet), by when it was done, the newest first;
    `more` where there are older ones. `problem` is why it says no more just now."""

    notes: tuple[ConflictNote, ...] = ()
    more: bool = False
    as_of: int | None = None
    problem: str | None = None


class ConflictReporter:
    """Asks for the report, and keeps the `last` one for when there is nobody to ask."""

    def __init__(self, service: WebSocketService, *, clock: clock.Clock = clock.now) -> None:
        self._service = service
        self._clock = clock
        self.last = Report()

    async def ask(self) -> Report:
        """The report as it is now; where it does not come, the last one and why."""
        now = self._clock() + self._service.clock_offset
        try:
            request = ListConflicts(since=clock.to_text(now - DAYS * DAY))
            told = codec.convert(await self._service.request(request), Conflicts)
            notes = sorted(told.conflicts, key=lambda note: clock.to_ms(note.at), reverse=True)
        except Disconnected:
            self.last = replace(self.last, problem="not connected")
        except RequestRefused as refused:
            self.last = replace(self.last, problem=str(refused).rstrip("."))
        except (codec.Unreadable, ValueError, OverflowError) as error:
            logger.warning("The report of conflicts cannot be read: %s", error)
            self.last = replace(self.last, problem="the server's answer cannot be read")
        else:
            self.last = Report(notes=tuple(notes), more=told.more, as_of=now)
        return self.last


def concerns(event: Event) -> bool:
    """Is the report another one after this event, perhaps?"""
    if isinstance(event, CheckInEvent):
        return not CONCERNED.isdisjoint(event.flags)
    return isinstance(event, Refusal)
