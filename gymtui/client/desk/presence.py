"""Presence, read your own writes: the journal, answers that came ahead of it, and what waits in the outbox."""

from __future__ import annotations

from gymtui.client.desk.outbox_queue import OutboxQueue
from gymtui.client.replica.replica import Replica
from gymtui.client.replica.visits import since
from gymtui.client.state import Inside
from gymtui.protocol import CheckInEvent, MemberRef
from gymtui.rules import Uncounted
from gymtui.visit_hands import place_in


class Presence:
    """Answers for one member at a time; an event that is answered is in force before the journal has it."""

    def __init__(self, replica: Replica, queue: OutboxQueue) -> None:
        self._replica = replica
        self._queue = queue
        self._ahead: dict[str, CheckInEvent] = {}  # by member: a reply comes before the batch with its event
        self._restored = replica.undo_log.reopened()

    def visit(self, member_id: str) -> CheckInEvent | None:
        """The open visit that the server knows of."""
        ahead = self._ahead.get(member_id)
        if ahead is not None:
            return ahead if ahead.status == "checked_in" else None
        return self._replica.visits.visit(member_id)

    def since(self, member_id: str) -> int | None:
        """When the visit began (ms) that is open once everything waiting has been done; None where there is none."""
        visit = self.visit(member_id)
        return self._queue.in_since(member_id, None if visit is None else since(visit), self._restored)

    def everyone(self) -> list[Inside]:
        """All who are in once everything waiting has been done, the newest first."""
        visits = {visit.member.id: visit for visit in reversed(self._replica.visits.present())}
        visits |= self._ahead
        here = {id: visit.member for id, visit in visits.items()}
        here |= {member.id: member for member in self._replica.visits.present_members()}
        for id in {row.member_id for row in self._queue if row.member_id is not None} - here.keys():
            if member := self._replica.members.member(id):
                here[id] = member.ref
        found = [self._inside(member, visits.get(id)) for id, member in here.items()]
        return sorted((inside for inside in found if inside is not None), key=lambda inside: -inside.since)

    @property
    def uncounted(self) -> Uncounted:
        """Who comes and goes once everything waiting has been done, as the server does not know yet."""
        here = self._replica.visits.present_ids() - self._ahead.keys()
        here |= {id for id, visit in self._ahead.items() if visit.status == "checked_in"}
        ids = {row.member_id for row in self._queue if row.member_id is not None}
        then = {id for id in ids if self._queue.in_since(id, 0 if id in here else None, self._restored) is not None}
        return Uncounted(comes=len(then - here), goes=len((ids & here) - then))

    def _inside(self, member: MemberRef, visit: CheckInEvent | None) -> Inside | None:
        is_open = visit is not None and visit.status == "checked_in"
        known = since(visit) if visit and is_open else None
        began = self._queue.in_since(member.id, known, self._restored)
        if began is None:
            return None
        place = (visit.location or place_in(visit)) if visit and is_open else None
        came_as = visit.member if visit and is_open and visit.member != member else None
        return Inside(member=member, since=began, place=place, queued=began != known, came_as=came_as)

    def answered(self, command_id: str, event: CheckInEvent) -> None:
        """The server has done a command; its event is on the way."""
        self._restored.pop(command_id, None)
        # A visit that clashed is over already, and the open one is as it was.
        if "clash" not in event.flags and event.seq > self._replica.position[1]:
            self._ahead[event.member.id] = event

    def reopens(self, undo_id: str, since: int | None) -> None:
        """This undo opens a visit again that began at `since`; None: it opens none, or is not to be."""
        if since is None:
            self._restored.pop(undo_id, None)
        else:
            self._restored[undo_id] = since

    def catch_up(self, _: object) -> None:
        """The journal has moved: it speaks for itself again."""
        seq = self._replica.position[1]
        self._ahead = {id: event for id, event in self._ahead.items() if event.seq > seq}

    def start_again(self) -> None:
        """The journal was taken up elsewhere: what was ahead of the old place says nothing about the new one, and an
        undo that was answered may be waiting again."""
        self._ahead.clear()
        self._restored = self._replica.undo_log.reopened()
