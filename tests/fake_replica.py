"""A desk's own copy of the gym without a file: what the test gave it."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace

from gymtui.cards.owned import Owned
from gymtui.client.replica.undo_log import Undoable
from gymtui.protocol import Card, Event, Gym, Member, Stats
from tests.factories import GYM, STATS


class FakeMembers(list[Member]):
    """The members that the test gave."""

    def member(self, id: str) -> Member | None:
        return next((m for m in self if m.id == id), None)

    def by_code(self, code: str) -> Member | None:
        return next((m for m in self if m.membership_number == code), None)

    def owners(self, code: str) -> tuple[Owned, ...]:
        member = self.by_code(code)
        return () if member is None else (Owned(member, Card(code=code)),)

    def owner(self, code: str) -> Owned | None:
        return next(iter(self.owners(code)), None)

    def whose(self, *codes: str) -> tuple[Owned, ...]:
        return tuple(owned for code in codes for owned in self.owners(code))

    def waits(self, member_id: str) -> bool:
        return False


class FakeKnownTime:
    """The last time that is known, on no disk."""

    def __init__(self) -> None:
        self.at = 0

    def read(self) -> int:
        return self.at

    def keep(self, at: int) -> None:
        self.at = at


class FakeReplica:
    """What a desk knows of its gym: the members and events that the test gave it."""

    def __init__(self, members: Sequence[Member], events: Sequence[Event]) -> None:
        self.gym: Gym | None = GYM
        self.stats: Stats | None = STATS
        self.members = FakeMembers(members)
        self.events: Sequence[Event] = events
        self.visits = SimpleNamespace(recent=lambda limit: list(self.events[-limit:]), present=list)
        self.notices = SimpleNamespace(unread=lambda user: [], newest=list)
        self.position = ("epoch-1", 9)
        self.undoable: Undoable | None = None
        self.known_time = FakeKnownTime()
