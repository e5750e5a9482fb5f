"""The outbox in memory: each command that waits for its answer, once, with where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from gymtui import clock
from gymtui.client.desk.corrections import corrected
from gymtui.client.desk.desk_clock import DeskClock
from gymtui.client.replica.desk_members import Expected
from gymtui.client.replica.outbox import KINDS, OF_MEMBERS, Answer, Outgoing, Queued
from gymtui.client.replica.replica import Replica
from gymtui.client.replica.undo_log import Undoable
from gymtui.codec import Unreadable, convert
from gymtui.protocol import CheckIn, CheckOut, SaveCard, SaveMember, Undo

HAPPENED: Final = 120_000  # milliseconds after which what was done is told as something that has happened


class Pending(Struct, eq=False):
    """A command that waits for its answer: the `row` on disk, and where it stands.

    `in_flight`: it is on its way to the server. `is_told_unsent`: the person knows that it is not sent yet, as of every
    command that was here before this program was started. `warning` and `remarks` are what the person was told at once
    about it. `given`: by the timer of the desk's clock (seconds), where the server's time was not known; `is_timed`:
    when it was given is known as well as it ever will be.
    """

    row: Outgoing
    in_flight: bool = False
    is_told_unsent: bool = True
    warning: str | None = None
    remarks: tuple[str, ...] = ()
    given: float | None = None
    is_timed: bool = False


_NOBODY: Final[dict[str, Pending]] = {}


class OutboxQueue:
    """Mirrors the outbox of a replica, so that a key stroke asks no disk.

    It is as long as what waits, and gives the rows of that in order; what was set aside is beside it. `clock` knows the
    server's time, as far as that is known.
    """

    def __init__(self, replica: Replica, clock: DeskClock) -> None:
        self._replica = replica
        self._clock = clock
        self._now = clock.now
        self._pending: dict[str, Pending] = {}
        self.reload()

    def reload(self) -> None:
        """As the replica has it: a journal that was taken up elsewhere may have to hear again of what was settled."""
        before, self._pending = self._pending, {}
        self._aside: dict[str, Outgoing] = {}
        self._by_member: dict[str, dict[str, Pending]] = {}
        self._replica.members.forget_all()
        for row in map(_readable, self._replica.outbox.rows()):
            if row.state == "waiting":
                self._insert(before.get(row.id) or Pending(row))
            else:
                self._aside[row.id] = row

    def __len__(self) -> int:
        return len(self._pending)

    def __iter__(self) -> Iterator[Outgoing]:
        return (pending.row for pending in self._pending.values())

    @property
    def aside(self) -> list[Outgoing]:
        """What is not sent any more, until a person has looked at it."""
        return list(self._aside.values())

    def add(self, pending: Pending, done: Undoable | None = None) -> None:
        """On disk when it returns, as what can be taken back if it can; ReplicaError where it cannot be."""
        self._replica.enqueue(pending.row, done)
        self._insert(pending)

    def correct(self) -> bool:
        """The server's time is known: what has not been sent yet has the time when it was given, in memory also where
        the disk does not take that (ReplicaError). False: nothing is another."""
        found, earliest = [], 0
        for pending in self._pending.values():
            if not pending.is_timed:
                before, pending.is_timed = pending.row, True
                pending.row = corrected(before, pending.given, self._clock, earliest)
                found += [pending.row] if pending.row is not before else []
            earliest = max(earliest, pending.row.at)
        if found:
            self._replica.outbox.correct(found)
        return bool(found)

    def is_untold_end(self, pending: Pending) -> bool:
        """Is it the last that waits, and was never on its way?"""
        return pending.is_told_unsent and next(reversed(self._pending.values()), None) is pending

    def change(self, pending: Pending, row: Outgoing) -> None:
        """What was never on its way says something else from now on (ReplicaError)."""
        pending.row = row
        self._replica.outbox.correct([row])

    def settle(self, pending: Pending, event: Answer | None = None) -> None:
        """It is answered, with what came of it; also where the disk does not take that (ReplicaError), for
        the next start to ask again."""
        self._remove(pending)
        self._replica.settle(pending.row.id, self._now(), event)

    def set_aside(self, pending: Pending, reason: str) -> None:
        """A dead letter: kept for a person to look at, and not sent any more before the next start at least
        (ReplicaError)."""
        self._remove(pending)
        pending.row = replace(pending.row, state="set_aside", reason=reason)
        self._aside[pending.row.id] = pending.row
        self._replica.outbox.set_aside(pending.row.id, reason)

    def acknowledge(self, row: Outgoing) -> None:
        """What was set aside is forgotten."""
        self._replica.outbox.discard(row.id)
        del self._aside[row.id]

    def retry(self, row: Outgoing) -> None:
        """What was set aside waits again, behind all that waits already."""
        self._replica.outbox.send_again(row.id)
        del self._aside[row.id]
        self._insert(Pending(replace(row, state="waiting", reason=None)))

    def ready(self, room: int) -> Iterator[Pending]:
        """Up to `room` commands to send, in order.

        Two of one member never travel at once: where the first has to be tried
        again, the second must not overtake it; and what is behind it waits too, so that the journal has the desk's
        order."""
        busy: set[str] = set()
        for pending in self._pending.values():
            member_id = pending.row.member_id
            if not pending.in_flight:
                if room <= 0 or member_id in busy:
                    return
                room -= 1
                yield pending
            if member_id is not None:
                busy.add(member_id)

    def request(self, row: Outgoing) -> Queued:
        """What is sent: what was done some while ago has happened, and is recorded, whatever the rules say now."""
        request = row.request
        if isinstance(request, CheckIn | CheckOut | SaveMember) and self._now() - row.at > HAPPENED:
            return replace(request, offline=True)
        return request

    def has_given(self, member_id: str) -> bool:
        """Does a command about a visit of this member wait that this program has given, before it knew the server's
        time?"""
        return any(pending.given is not None for pending in self._visiting(member_id))

    def about(self, member_id: str | None) -> list[Pending]:
        """All that waits for this member."""
        return list(self._by_member.get(member_id or "", _NOBODY).values())

    def _visiting(self, member_id: str) -> list[Pending]:
        """What waits for this member and is about a visit."""
        return [pending for pending in self.about(member_id) if pending.row.kind not in OF_MEMBERS]

    def in_since(self, member_id: str, since: int | None, restored: Mapping[str, int]) -> int | None:
        """When the open visit began, or None, once all that waits for this member has been done to a visit open
        `since`. `restored` has the beginning of the visit that an undo opens again, by the undo's id."""
        rows = [pending.row for pending in self._visiting(member_id)]
        undone = {row.request.command_id for row in rows if isinstance(row.request, Undo)}
        for row in rows:
            if row.id in undone:
                continue
            if row.kind == "undo":
                target = row.request
                if isinstance(target, Undo) and target.command_id not in self._pending:
                    since = restored.get(row.id)
            else:
                since = row.at if row.kind == "check_in" else None
        return since

    def _insert(self, pending: Pending) -> None:
        row = pending.row
        self._pending[row.id] = pending
        if row.member_id is not None:
            self._by_member.setdefault(row.member_id, {})[row.id] = pending
        if row.kind in OF_MEMBERS and isinstance(request := row.request, SaveMember | SaveCard):
            self._replica.members.expect(row.id, Expected(request, clock.to_text(row.at), request.queued_by or ""))

    def _remove(self, pending: Pending) -> None:
        row = pending.row
        self._pending.pop(row.id, None)
        if row.member_id is not None:
            self._replica.members.answered(row.id, row.member_id)
            mine = self._by_member.get(row.member_id, {})
            mine.pop(row.id, None)
            if not mine:
                self._by_member.pop(row.member_id, None)


def _readable(row: Outgoing) -> Outgoing:
    """One that nobody can make anything of any more is set aside, and keeps nobody back."""
    try:
        convert(row.payload, KINDS[row.kind])
    except Unreadable as error:
        return replace(row, state="set_aside", reason=f"This desk cannot read it any more: {error}.")
    return row
