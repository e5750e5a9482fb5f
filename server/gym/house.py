"""The house's own notices: that the gym fills, that a desk has gone while it is open, and that the last backup is old;
each once a day.

What is about one member (a membership that ends, a card that is nearly used up) a desk says at the check-in.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from gymtui import clock, gym_day
from gymtui.protocol import Gym, Level, Notification, Stats
from gymtui.rules import Crowd
from server.store import Outcome, StoreError, Transaction
from server.store.group_commit import GroupCommit

log = logging.getLogger(__name__)

EVERY: Final = 20.0  # seconds between two rounds
GONE: Final = 5 * 60_000  # milliseconds without a connection after which a desk is missed
DAY: Final = 24 * 60 * 60_000  # milliseconds
OLD: Final = 7 * DAY  # milliseconds: a backup, or a gym that has none
KIND: Final = "house"

Notice = tuple[str, Level, str]  # what it is about, once a day; how bad; what is said


class LastBackup(NamedTuple):
    """`at` says when the gym was copied last (ms; None: never; StoreError), `tell_age` is told how many seconds ago."""

    at: Callable[[], int | None]
    tell_age: Callable[[float], object]


class HouseNotices:
    """Looks at the counters, at which `desks` are connected and, where this program makes them, at the last `backup`.
    The idempotency key names the thing and the gym's day: two servers, or rounds, say it once."""

    def __init__(
        self,
        database: GroupCommit,
        desks: Callable[[], Collection[str]],
        backup: LastBackup | None,
        *,
        now: clock.Clock,
    ) -> None:
        self._database = database
        self._desks = desks
        self._backup = backup
        self._now = now
        self._seen: dict[str, int] = {}  # when each desk was connected last (ms)

    async def run(self) -> None:
        """For ever."""
        while True:
            try:
                await self.look()
            except StoreError as unavailable:
                log.warning("%s", unavailable)
            await asyncio.sleep(EVERY)

    async def look(self) -> None:
        """One round."""
        store, now = self._database.store, self._now()
        gym, stats = await self._database.query(store.gym), await self._database.query(store.stats)
        wall = datetime.fromtimestamp(now / 1000, ZoneInfo(gym.timezone))
        self._seen |= dict.fromkeys(self._desks(), now)
        self._seen |= await self._heard_elsewhere(now)
        for about, level, title in (*_filling(gym, stats), *self._gone(gym, stats, wall), *await self._old()):
            key = f"{KIND}:{about}:{gym_day.day_of(wall, gym.policy)}"
            await tell(self._database, key, level, title)

    async def _heard_elsewhere(self, now: int) -> dict[str, int]:
        """The desks that another server has heard lately, or the one before this, and when (ms): where it is gone, and
        they do not come here, they are missed too."""
        heard = await self._database.query(self._database.store.last_heard, now - GONE)
        return {last.desk: last.at for last in heard if self._seen.get(last.desk, 0) < last.at}

    def _gone(self, gym: Gym, stats: Stats, wall: datetime) -> Iterator[Notice]:
        """While the gym is open and somebody is in; a desk that is missed is missed once."""
        now = self._now()
        for desk, at in list(self._seen.items()):
            if now - at >= GONE:
                del self._seen[desk]
                if stats.currently_in and gym_day.is_open(gym.policy, wall):
                    since = datetime.fromtimestamp(at / 1000, wall.tzinfo)
                    yield f"desk:{desk}", "warning", f"{desk} is not connected since {since:%H:%M}"

    async def _old(self) -> list[Notice]:
        """A gym that was never copied is as old as its id."""
        if self._backup is None:
            return []
        made = await asyncio.to_thread(self._backup.at)
        founded = clock.time_of(await self._database.query(self._database.store.gym_id))
        since = made if made is not None else founded
        if since is None:  # an id that says nothing of its time
            return []
        age = max(0, self._now() - since)
        self._backup.tell_age(age / 1000)
        if age < OLD:
            return []
        told = f"The last backup is {age // DAY} days old" if made is not None else "This gym has no backup"
        return [("backup", "warning", f"{told}: gymtui admin backup FILE makes one")]


async def tell(database: GroupCommit, key: str, level: Level, title: str, *, about: str | None = None) -> None:
    """Tells every desk, once for this idempotency key."""

    def work(tx: Transaction) -> Outcome | None:
        if tx.settled(key) is None:
            id, at = clock.new_id(tx.at), clock.to_text(tx.at)
            notice = Notification(id=id, level=level, title=title, message="", at=at, about=about, seq=tx.next_seq)
            tx.append(notice, kind=KIND, user="", command_id=key)
        return None

    await database.write(work)


def _filling(gym: Gym, stats: Stats) -> Iterator[Notice]:
    if gym.capacity is None:
        return
    crowd = Crowd(stats.currently_in, gym.capacity)
    if crowd.is_full:
        yield "full", "error", f"The gym is full: {stats.currently_in} of {gym.capacity} in"
    elif crowd.is_nearly_full:
        yield "nearly full", "warning", f"The gym is nearly full: {stats.currently_in} of {gym.capacity} in"
