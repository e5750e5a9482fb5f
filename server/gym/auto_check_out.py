"""Automatic check-out: who has not been seen to leave has left all the same, at the time it should have happened.

Most gyms' doors see fewer than half of the exits; without this, "currently in" is a lie by noon.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from gymtui import clock
from server.gym.assumed_exit import assumed_exit, left_at
from server.gym.commands import perform
from server.store import Outcome, StoreUnavailable, Transaction
from server.store.group_commit import GroupCommit

log = logging.getLogger(__name__)

EVERY: Final = 20.0  # seconds between two rounds


class AutoCheckOut:
    """Ends visits by the gym's policy. The idempotency key names the visit and the row that it stood at: two servers,
    or rounds, end it once, and a visit that an undo has opened again ends again."""

    def __init__(self, database: GroupCommit, *, now: clock.Clock) -> None:
        self._database = database
        self._now = now

    async def run(self) -> None:
        """For ever."""
        while True:
            try:
                await self.look()
            except StoreUnavailable as unavailable:
                log.warning("%s", unavailable)
            await asyncio.sleep(EVERY)

    async def look(self) -> None:
        """One round."""
        store = self._database.store
        gym, now = await self._database.query(store.gym), self._now()
        for visit_id, since in await self._database.query(store.open_since, now):
            left = left_at(gym, since)
            if left is not None and left <= now:
                await self._check_out(visit_id, left)

    async def _check_out(self, visit_id: str, left: int) -> None:
        def work(tx: Transaction) -> Outcome | None:
            visit = tx.visit(visit_id)
            if visit is None or visit.check_out_at is not None:  # somebody was faster
                return None
            return perform(tx, assumed_exit(visit, left))

        await self._database.write(work)
