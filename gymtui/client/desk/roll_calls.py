"""The roll-call at a desk: who is to be found and who is safe, by its own copy of the gym, with or without the server.

Each step is a command of the outbox, on disk here before it counts. What waits there and what the journal has told are
folded together, so a mark holds from the key on, and at every desk once the server has it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, Final

from msgspec import Struct

from gymtui.client.connection.service import WebSocketService
from gymtui.client.desk.desk_clock import DeskClock
from gymtui.client.desk.outbox_queue import OutboxQueue, Pending
from gymtui.client.desk.presence import Presence
from gymtui.client.desk.verdicts import policy_of
from gymtui.client.replica.outbox import Outgoing
from gymtui.client.replica.replica import Replica
from gymtui.client.replica.visits import RECENT
from gymtui.clock import to_ms, to_text
from gymtui.codec import encode
from gymtui.protocol import CheckInEvent, MemberRef, RollCall, RollCallUpdate
from gymtui.roll_call import RollCallNow, at_ms, end_of, fold, key_of, named
from gymtui.rules import is_assumed_in
from gymtui.visit_hands import place_in

PERHAPS: Final = 60 * 60_000  # milliseconds for which somebody whose exit nobody saw may well be in the house


class Sought(Struct, frozen=True, kw_only=True):
    """Somebody of the list: `key` tells one from another, `since` is when they came (ms), None for somebody who was
    marked and is in no list. `assumed`: nobody has seen them leave, but they may have. `safe` are the marks."""

    key: str
    name: str
    number: str | None = None
    since: int | None = None
    place: str | None = None
    assumed: bool = False
    safe: tuple[RollCallUpdate, ...] = ()


class RollCallList(Struct, frozen=True, kw_only=True):
    """The roll-call that is on, and its people: who is missing first, each part by name."""

    now: RollCallNow
    people: tuple[Sought, ...]

    @property
    def missing(self) -> tuple[Sought, ...]:
        return tuple(person for person in self.people if not person.safe)

    @property
    def found(self) -> tuple[Sought, ...]:
        return tuple(person for person in self.people if person.safe)


class RollCalls:
    """Begins, marks and ends. Each of these raises ReplicaError where this desk's disk does not take it."""

    def __init__(
        self,
        service: WebSocketService,
        replica: Replica,
        queue: OutboxQueue,
        queue_changed: Callable[[], None],
        presence: Presence,
        *,
        clock: DeskClock,
        new_id: Callable[[], str],
        name: str | None,
    ) -> None:
        self._service = service
        self._replica = replica
        self._queue = queue
        self._queue_changed = queue_changed
        self._presence = presence
        self._clock = clock
        self._new_id = new_id
        self._name = name

    @property
    def now(self) -> RollCallNow | None:
        """The roll-call that is on, where there is one."""
        return fold(self._steps(), self._clock.now())

    def end_of(self, roll_call: RollCallNow) -> RollCallUpdate | None:
        """The step that has ended it, with its count, wherever that was done; None where there is none."""
        return end_of(self._steps(), roll_call.ids)

    @property
    def list(self) -> RollCallList | None:
        """The same with its people."""
        now = self.now
        if now is None:
            return None
        people = {person.key: person for person in (*self._perhaps(), *self._inside())}
        for key, marks in now.marks.items():
            people[key] = _marked(people.get(key), key, marks)
        order = sorted(people.values(), key=lambda person: (bool(person.safe), person.name.casefold(), person.key))
        return RollCallList(now=now, people=tuple(order))

    def start(self, *, drill: bool) -> None:
        """Begins one, where none is on."""
        if self.now is None:
            self._give(self._new_id(), step="start", drill=drill)

    def mark(self, who: MemberRef | str) -> None:
        """That one is safe: a member, or somebody by a name."""
        now = self.now
        key = named(who) if isinstance(who, str) else who.id
        if now is None or key in now.marks:
            return
        whom = {"name": who} if isinstance(who, str) else {"member_id": who.id, "name": None}
        self._give(now.ids[0], step="safe", drill=now.drill, **whom)

    def take_back(self, key: str) -> None:
        """The marks of that one were a mistake; those that this desk has not heard of stay."""
        now = self.now
        for mark in () if now is None else now.marks.get(key, ()):
            self._give(mark.roll_call_id, step="not_safe", drill=mark.drill, takes_back=mark.command_id)

    def end(self) -> None:
        """It is over, with the count as it is here; of several that are one it is counted once."""
        if (told := self.list) is None:
            return
        first, count = told.now.ids[0], {"found": len(told.found), "missing": len(told.missing)}
        for id in told.now.ids:
            self._give(id, step="end", drill=told.now.drill, ends_with=None if id == first else first, **count)

    def _give(self, roll_call_id: str, **fields: Any) -> None:
        at = self._clock.now()
        request = RollCall(roll_call_id=roll_call_id, occurred_at=to_text(at), queued_by=self._service.user, **fields)
        row = Outgoing(id=self._new_id(), kind="roll_call", payload=encode(request), member_id=None, at=at)
        self._queue.add(Pending(row))
        self._queue_changed()

    # --- what it is made of -------------------------------------------------------------------------------------------

    def _steps(self) -> Iterator[RollCallUpdate]:
        yield from self._replica.roll_calls.steps()
        yield from self._waiting()

    def _waiting(self) -> Iterator[RollCallUpdate]:
        """What the server has not answered yet, as it will say it."""
        for row in self._queue:
            if row.kind == "roll_call" and isinstance(asked := row.request, RollCall):
                yield self._as_told(row, asked)

    def _as_told(self, row: Outgoing, asked: RollCall) -> RollCallUpdate:
        ref, member = None, self._replica.members.member(asked.member_id or "")
        if asked.member_id is not None:
            ref = MemberRef(asked.member_id, "somebody") if member is None else member.ref
        return RollCallUpdate(
            roll_call_id=asked.roll_call_id,
            step=asked.step,
            drill=asked.drill,
            member=ref,
            name=asked.name,
            takes_back=asked.takes_back,
            at=asked.occurred_at or to_text(row.at),
            by=asked.queued_by or "",
            desk=self._name,
            command_id=row.id,
            found=asked.found,
            missing=asked.missing,
            seq=0,
        )

    def _inside(self) -> Iterator[Sought]:
        now, stay = self._clock.now(), policy_of(self._replica.gym).max_stay_minutes
        longest = math.inf if stay is None else stay * 60_000
        for inside in self._presence.everyone():
            member = inside.member
            yield Sought(
                key=member.id,
                name=member.full_name,
                number=member.membership_number,
                since=inside.since,
                place=inside.place or (self._name if inside.queued else None),
                assumed=is_assumed_in(inside.since, now) or now - inside.since >= longest,
            )

    def _perhaps(self) -> Iterator[Sought]:
        """Whom the gym has taken for gone within the hour, though nobody saw them go."""
        now = self._clock.now()
        for event in self._replica.visits.recent(RECENT):
            if not isinstance(event, CheckInEvent) or "assumed_out" not in event.flags or not event.check_out_time:
                continue
            if now - to_ms(event.check_out_time) < PERHAPS:
                yield Sought(
                    key=event.member.id,
                    name=event.member.full_name,
                    number=event.member.membership_number,
                    since=to_ms(event.check_in_time),
                    place=event.location or place_in(event),
                    assumed=True,
                )


def _marked(person: Sought | None, key: str, marks: tuple[RollCallUpdate, ...]) -> Sought:
    """The person with the marks; one who is in no list is known by the first of them."""
    first = min(marks, key=at_ms)
    if person is None:
        ref = first.member
        name = (ref.full_name if ref else first.name) or "somebody"
        person = Sought(key=key, name=name, number=ref.membership_number if ref else None)
    return Sought(
        key=key_of(first),
        name=person.name,
        number=person.number,
        since=person.since,
        place=person.place,
        assumed=person.assumed,
        safe=marks,
    )
