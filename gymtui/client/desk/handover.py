"""A handover: the shift in a few lines, and a note for the next one, which waits in the outbox like any command."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeGuard

from msgspec import UNSET

from gymtui.client.connection.service import WebSocketService
from gymtui.client.desk.desk_clock import DeskClock
from gymtui.client.desk.history_queue import AHEAD
from gymtui.client.desk.outbox_queue import OutboxQueue, Pending
from gymtui.client.replica.outbox import Outgoing
from gymtui.clock import to_ms, to_text
from gymtui.codec import encode
from gymtui.protocol import HANDOVER, CheckInEvent, Event, HandOver, Notification, Refusal
from gymtui.visit_hands import AFTERWARDS

CONFLICTS = frozenset({"clash", "warned", "late", "clock", "reissued", "backdated"})


class Handover:
    """Writes the note down; ReplicaError where this desk's disk does not take it."""

    def __init__(
        self,
        service: WebSocketService,
        queue: OutboxQueue,
        queue_changed: Callable[[], None],
        *,
        clock: DeskClock,
        new_id: Callable[[], str],
    ) -> None:
        self._service = service
        self._queue = queue
        self._queue_changed = queue_changed
        self._clock = clock
        self._new_id = new_id

    def give(self, note: str, *, ends_shift: bool = True) -> None:
        """On disk when it returns; every desk has it once the server does."""
        at = self._clock.now()
        request = HandOver(note=note, occurred_at=to_text(at), queued_by=self._service.user, ends_shift=ends_shift)
        row = Outgoing(id=self._new_id(), kind="hand_over", payload=encode(request), member_id=None, at=at)
        self._queue.add(Pending(row))
        self._queue_changed()


def shift(events: Iterable[Event], desk: str | None, day: int, queue: Iterable[Outgoing] = ()) -> tuple[int, list[str]]:
    """Since when (ms) the shift at this desk goes, and what was done in it, a line a thing; what waits in its `queue`
    was done too. It goes since the desk's last handover, or since the `day` began (ms)."""
    known = sorted(events, key=lambda event: event.seq)
    ends = [at for event in known if isinstance(event, Notification) and _is_of(event, desk) if (at := _at(event))]
    since = max([day, *ends])
    here = [event for event in known if _desk_of(event) == desk and (_at(event) or 0) >= since]
    return since, list(_lines(here, Counter(row.kind for row in queue if row.at >= since)))


def known_from(newest: Sequence[Event], day: int, counted: int) -> int:
    """From when on (ms) these events, the newest first, are all that a desk can have heard of: since the `day` began,
    or since the oldest of them, where the gym has `counted` more visits than they tell of."""
    came = {event.id for event in newest if _is_check_in(event) and (_at(event) or 0) >= day}
    return day if len(came) >= counted or not newest else max(day, _at(newest[-1]) or day)


def _is_of(notice: Notification, desk: str | None) -> bool:
    return notice.title.startswith(HANDOVER) and (desk is None or notice.title.endswith(f", {desk}"))


def _desk_of(event: Event) -> str | None:
    return event.desk if isinstance(event, CheckInEvent | Refusal) else None


def _is_check_in(event: Event) -> TypeGuard[CheckInEvent]:
    return isinstance(event, CheckInEvent) and event.status == "checked_in"


def _at(event: Event) -> int | None:
    try:
        match event:
            case CheckInEvent():
                return to_ms(event.check_out_time or event.check_in_time)
            case Refusal() | Notification():
                return to_ms(event.at)
            case _:
                return None
    except (ValueError, OverflowError):
        return None


def _lines(events: list[Event], waiting: Counter[str]) -> Iterator[str]:
    visits = [event for event in events if isinstance(event, CheckInEvent)]
    right = [visit for visit in visits if "corrected" in visit.flags]
    undone = [visit for visit in visits if "undone" in visit.flags and visit not in right]
    made = [visit for visit in visits if AFTERWARDS.isdisjoint(visit.flags) and "clash" not in visit.flags]
    came = sum(visit.status == "checked_in" for visit in made) + waiting["check_in"]
    left = sum(visit.status == "checked_out" for visit in made) + waiting["check_out"]
    unsent = sum(waiting[kind] for kind in ("check_in", "check_out", "undo"))
    yield (
        f"{came} checked in, {left} checked out, {len(undone) + waiting['undo']} taken back"
        + (f", {len(right)} put right" if right else "")
        + (f" ({unsent} of it not sent yet)" if unsent else "")
    )
    refused = [event for event in events if isinstance(event, Refusal)]
    unsent = sum(_count(event) for event in refused if event.seq >= AHEAD)
    yield (
        f"{sum(map(_count, refused))} refused"
        + (f" ({unsent} of it not sent yet)" if unsent else "")
        + _named(event.member.full_name for event in refused if event.member)
    )
    overridden = [visit for visit in visits if "override" in visit.flags]
    yield f"{len(overridden)} let in against the rules" + _named(visit.member.full_name for visit in overridden)
    conflicts = [visit for visit in visits if CONFLICTS & set(visit.flags)]
    yield f"{len(conflicts)} to look at" + _named(visit.member.full_name for visit in conflicts)


def _count(refusal: Refusal) -> int:
    """How many were refused by it."""
    return 1 if refusal.count is UNSET else refusal.count


def _named(names: Iterable[str]) -> str:
    """The first three of them."""
    known = list(dict.fromkeys(names))
    more = f" and {len(known) - 3} more" if len(known) > 3 else ""
    return f": {', '.join(known[:3])}{more}" if known else ""
