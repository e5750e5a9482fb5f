"""Which desks are connected, and on disk when each was: what a desk says of a time can be compared with it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection
from typing import Final

from msgspec import Struct

from gymtui import clock
from server.store import Outcome, Transaction
from server.store.group_commit import GroupCommit, Unasked

EVERY: Final = 20.0  # seconds between two marks: what a crash takes along of the time in which the desks were heard


class Presence(Struct, eq=False):
    """A connection of a desk since a time (ms); `device` is what it has proven to be, None where that is nothing;
    `heard` says when it was heard last."""

    desk: str
    device: bytes | None
    user: str
    since: int
    heard: Callable[[], int]


class Roster:
    """Keeps what the gym's `Desks` know. What the disk does not take was not: while nothing can be written no desk was
    heard of, and none that has waited for that is told afterwards that the server was there."""

    def __init__(self, database: GroupCommit, *, now: clock.Clock = clock.now) -> None:
        self._database = database
        self._now = now
        self._served = now()
        self._here: defaultdict[str, set[Presence]] = defaultdict(set)
        self._unwritten: set[Presence] = set()

    @property
    def desks(self) -> Collection[str]:
        """The names of those that are connected."""
        return self._here.keys()

    @property
    def served(self) -> int:
        """Since when there is this server (ms), as far as the disk knows."""
        return self._served

    def heard(self) -> dict[str, int]:
        """When each desk that is connected was heard last (ms)."""
        return {desk: max(presence.heard() for presence in here) for desk, here in self._here.items() if here}

    def since(self, desk: str | None, device: bytes | None) -> int | None:
        """Since when that desk has been connected (ms); None where it is not."""
        here = (presence for presence in self._here.get(desk or "", ()) if presence.device == device)
        return min((presence.since for presence in here), default=None)

    def come(self, desk: str, device: bytes | None, user: str, heard: Callable[[], int]) -> Presence:
        """Somebody who may give commands is connected at this desk."""
        presence = Presence(desk, device, user, self._now(), heard)
        self._here[desk].add(presence)
        self._unwritten.add(presence)
        self.mark()
        return presence

    def go(self, presence: Presence, *, said_goodbye: bool) -> None:
        """That connection has ended; by itself, or not."""
        self._here[presence.desk].discard(presence)
        self._unwritten.discard(presence)
        if not self._here[presence.desk]:
            del self._here[presence.desk]
        who, since, until = (presence.desk, presence.device, presence.user), presence.since, presence.heard()
        gone = Unasked(lambda tx: tx.desks.go(*who, since, until, said_goodbye=said_goodbye))
        self._database.submit(gone, _whatever)

    async def run(self) -> None:
        """For ever."""
        while True:
            self.mark()
            await asyncio.sleep(EVERY)

    def mark(self) -> None:
        """There is a server, and whoever has come since the last mark is there."""
        served, now = self._served, self._now()
        come = [(p, (p.desk, p.device, p.user, p.since)) for p in self._unwritten]

        def work(tx: Transaction) -> None:
            tx.desks.serve(served, now)
            for _, presence in come:
                tx.desks.come(*presence, served)

        def done(outcome: Outcome) -> None:
            if outcome.error is not None:
                self._begin_again()
            self._unwritten.difference_update([p for p, _ in come] if outcome.error is None else ())

        self._database.submit(Unasked(work), done)

    def _begin_again(self) -> None:
        """This is another server from now on, and everybody has come to it just now."""
        self._served = self._now()
        self._unwritten = {presence for here in self._here.values() for presence in here}
        for presence in self._unwritten:
            presence.since = self._served


def _whatever(_: Outcome) -> None:
    """Where its end is not on disk, a desk was there as long as the server: the last mark says how long."""
