"""What other programs write into the gym's database (another server, an import, a new user) is live here too."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from server.auth.auth import Auth
from server.net.hub import Hub
from server.store import Committed, StoreUnavailable
from server.store.group_commit import GroupCommit, Unasked

log = logging.getLogger(__name__)

POLL: Final = 0.1  # seconds between two looks, unless somebody says that there is something to see
RECOUNT: Final = 60.0  # seconds after which the counters are sent anew: a day has ended somewhere


class Following:
    """Looks for what others wrote, and gives it to the `hub`. Where it has another epoch, as after a failover that has
    lost something, all `leave`, and take the gym up anew."""

    def __init__(self, database: GroupCommit, hub: Hub, auth: Auth, leave: Callable[[], None]) -> None:
        self._database = database
        self._hub = hub
        self._auth = auth
        self._leave = leave
        self._loop = asyncio.get_running_loop()
        self._hinted = asyncio.Event()
        self._users_version = 0
        self._recount_at = self._loop.time() + RECOUNT

    def hint(self) -> None:
        """From any thread: there is something to see."""
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._hinted.set)

    async def run(self) -> None:
        """For ever."""
        logged = ""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL):
                    await self._hinted.wait()
            self._hinted.clear()
            try:
                await self._look()
                logged = ""
            except StoreUnavailable as unavailable:
                if logged != (logged := str(unavailable)):  # once, and not ten times a second
                    log.error("%s", logged)

    async def _look(self) -> None:
        store, query = self._database.store, self._database.query
        head = await query(store.head)
        if head.epoch != self._hub.epoch:
            await self._begin_anew()
            return
        if head.seq > self._hub.newest or self._loop.time() >= self._recount_at:
            rows = await query(store.read, self._hub.newest, 10_000)
            self._hub.feed(Committed(rows=rows, stats=await query(store.stats)))
            self._recount_at = self._loop.time() + RECOUNT
        if head.users_version != self._users_version:
            await self._auth.reload()
            self._users_version = head.users_version

    async def _begin_anew(self) -> None:
        outcome = await self._database.write(Unasked(lambda tx: tx.begin_epoch()))
        if outcome.error is not None:
            raise StoreUnavailable(outcome.error.message)
        await self._hub.begin_anew()
        await self._auth.reload()
        log.warning("The database was restored or has gone on elsewhere: its journal has a new epoch, for every desk.")
        self._leave()
