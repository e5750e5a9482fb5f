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
from server.auth.attempt_limit import pin_wait
from server.auth.auth import Auth
from server.auth.source import Source
from server.gym.house import tell
from server.store import Access, PinTries, StoreUnavailable, Transaction
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
        for tries in await self._database.query(self._database.store.all_pin_tries):
            if (wait := pin_wait(tries, self._now())) != 0:
                await self._tell(f"pin:{tries.asker}:{tries.manager}:{tries.at}", _stopped(tries, wait))

    async def _tell(self, key: str, title: str) -> None:
        await tell(self._database, f"{LOGINS}:{key}", "warning", title, about=LOGINS)


def _stopped(tries: PinTries, wait: int | None) -> str:
    until = f"{tries.manager or 'a manager'} has logged in" if wait is None else f"{wait} s from now"
    whom = tries.manager or "nobody here"
    return f"{tries.count} wrong PINs from {tries.asker}: none is taken for {whom} until {until}"


def _keep(wrong: Counter[Try], tx: Transaction) -> None:
    """Each kind of try is one row with how often; those that there are too many kinds of are one together."""
    kept = wrong.most_common(ROWS)
    for each, count in kept:
        tx.note_access(Access(what="login", who=each.who, origin=each.address, outcome=each.result, count=count))
    if (rest := wrong.total() - sum(count for _, count in kept)) > 0:
        tx.note_access(Access(what="login", who=NOBODY, origin="many addresses", outcome="denied", count=rest))
