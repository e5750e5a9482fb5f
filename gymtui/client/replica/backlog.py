"""Write-behind: what has come and is not in the file yet, where more comes at once than is written at once. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from itertools import islice
from typing import Final

from gymtui.protocol import CheckInEvent, Event, Notification, Refusal, RollCallUpdate

KEPT: Final = 5000  # events that are kept: more than most gyms have in a day, for the handover counts them
AT_ONCE: Final = 300  # rows that are written at once, in a millisecond or two: no key waits for long
PART: Final = 32  # or one of so many, if that is more: what waits is bounded by what comes

News = CheckInEvent | Refusal | Notification | RollCallUpdate


class Backlog:
    """The last word on each visit (`visits`, by id) and the newest events (`news`), the oldest of both first. A word
    that another one follows before it is written never is."""

    def __init__(self) -> None:
        self.visits: dict[str, CheckInEvent] = {}
        self.news: deque[News] = deque(maxlen=KEPT)

    def __bool__(self) -> bool:
        return bool(self.visits or self.news)

    def copy(self) -> Backlog:
        made = Backlog()
        made.visits, made.news = self.visits.copy(), self.news.copy()
        return made

    def take(self, events: Iterable[Event]) -> None:
        """These have come, in `seq` order; what is no news is passed over."""
        for event in events:
            if isinstance(event, CheckInEvent):
                self.visits.pop(event.id, None)  # it goes behind all that is older
                self.visits[event.id] = event
                self.news.append(event)
            elif isinstance(event, News):
                self.news.append(event)

    def give(self, *, whole: bool) -> tuple[list[CheckInEvent], list[News]]:
        """What is written now, all of it or a share, and waits no longer: visits before news, of which few are left
        where many come."""
        size = len(self.visits) + len(self.news)
        limit = size if whole else max(AT_ONCE, size // PART)
        visits = list(islice(self.visits.values(), limit))
        for visit in visits:
            del self.visits[visit.id]
        return visits, [self.news.popleft() for _ in range(min(limit - len(visits), len(self.news)))]

    def before(self, seq: int) -> int:
        """How far all is written, where `seq` has come: just before the first that waits."""
        waiting = [next(iter(events)) for events in (self.visits.values(), self.news) if events]
        return min(seq, *(event.seq - 1 for event in waiting)) if waiting else seq
