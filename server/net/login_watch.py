"""What the gym is told of wrong passwords and PINs: a line in the log for each, and a notice where there are many."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import Counter
from functools import partial
from typing import Final, Literal, NamedTuple

from gymtui import clock
from gymtui.printable import printable
from gymtui.protocol import LOGINS
from server.auth.auth import Auth
from server.auth.source import Source
from server.gym.house import tell
from server.store import Access, StoreUnavailable, Transaction
from server.store.group_commit import GroupCommit

log = logging.getLogger(__name__)

EVERY: Final = 10.0  # seconds between two rounds
MANY: Final = 30  # wrong passwords of one address in a round that the gym is told of
ROWS: Final = 20  # of a round in the audit at the most: a flood fills no disk
NOBODY: Final = "nobody here"
HOUR: Final = 3600 * 1000

Result = Literal["denied", "too_many", "busy"]


class Try(NamedTuple):
    """What let nobody in, as it is counted."""

    address: str
    who: str
    result: Result


class LoginWatch:
    """Hears of each try that let nobody in."""

    def __init__(self, auth: Auth, database: GroupCommit, *, now: clock.Clock) -> None:
        self._auth = auth
        self._database = database
        self._now = now
        self._wrong: Counter[Try] = Counter()  # of this round

    def note(self, result: Result, name: str, source: Source) -> None:
        """One more. Who is no user here is not named: it may be a password that was typed in the wrong place."""
        known = self._auth.known_name(name)
        who = NOBODY if known is None else json.dumps(known)
        log.warning("login refused from %s: %s, %s", printable(source.address) or "nowhere", result, who)
        self._wrong[Try(source.address, known or NOBODY, result)] += 1

    async def run(self) -> None:
        """For ever."""
        while True:
            await asyncio.sleep(EVERY)
            try:
                await self.look()
            except StoreUnavailable as unavailable:
                log.warning("%s", unavailable)

    async def look(self) -> None:
        """One round: many wrong passwords are told of once an hour, and each wait for a PIN once."""
        wrong, self._wrong = self._wrong, Counter()
        if wrong:
            await self._database.write(partial(_keep, wrong))
        if wrong.total() >= MANY:
            addresses: Counter[str] = Counter()
            for each, count in wrong.items():
                addresses[each.address] += count
            most = printable(addresses.most_common(1)[0][0])
            title = f"Somebody tries passwords: {wrong.total()} wrong ones in {EVERY:g} s, most of them from {most}"
            await self._tell(f"passwords:{self._now() // HOUR}", title)
        for asker, manager, count, at in self._auth.pin_limit.stopped():
            wait = self._auth.pin_limit.wait(asker, manager)
            until = f"{manager or 'a manager'} has logged in" if wait is None else f"{wait} s from now"
            title = f"{count} wrong PINs from {asker}: none is taken for {manager or 'nobody here'} until {until}"
            await self._tell(f"pin:{asker}:{manager}:{at}", title)

    async def _tell(self, key: str, title: str) -> None:
        await tell(self._database, f"{LOGINS}:{key}", "warning", title, about=LOGINS)


def _keep(wrong: Counter[Try], tx: Transaction) -> None:
    """Each kind of try is one row with how often; those that there are too many kinds of are one together."""
    kept = wrong.most_common(ROWS)
    for each, count in kept:
        tx.note_access(Access(what="login", who=each.who, origin=each.address, outcome=each.result, count=count))
    if (rest := wrong.total() - sum(count for _, count in kept)) > 0:
        tx.note_access(Access(what="login", who=NOBODY, origin="many addresses", outcome="denied", count=rest))
