"""PINs, by which managers let people in against the rules.

Wrong ones are counted in the database: whoever guesses has no more tries of another server, or of one started again.
"""

from __future__ import annotations

import logging

from server.auth import hashing
from server.auth.attempt_limit import one_more, pin_wait
from server.auth.auth import Auth, Denied
from server.auth.hashing import Busy
from server.auth.source import Source
from server.store import StoreUnavailable, Transaction, Work
from server.store.group_commit import GroupCommit

log = logging.getLogger(__name__)


class Pins:
    """Checks PINs of the users that `auth` knows."""

    def __init__(self, auth: Auth, database: GroupCommit) -> None:
        self._auth = auth
        self._database = database

    async def check(self, asker: str, manager: str, pin: str) -> str:
        """The manager's name as it is kept, where the PIN that the user `asker` gives is theirs; else Denied, and
        nobody is told which of the two it was. StoreUnavailable where the try cannot be counted just now."""
        user, stored = self._auth.pin_of(manager)
        whose = "" if user is None else user.name  # not what was typed: it may be the PIN itself
        source = Source(asker, "")
        try:
            self._auth.pins.refuse_if_full(source)
            await self._count(asker, whose)
            good = await self._auth.pins.run(source, hashing.is_hash_of, stored, pin)
        except Busy as busy:
            raise Denied("Many PINs are being looked at just now: please try again.", wait=1) from busy
        if not good or user is None or user.disabled or user.role != "manager":
            log.warning("%s has given a wrong PIN for %s.", asker, whose or "nobody here")
            raise Denied("No manager has that name and PIN: nobody was let in.")
        await self._write(lambda tx: tx.forget_pin_tries(asker, whose))
        return user.name

    async def _count(self, asker: str, manager: str) -> None:
        """Counts it as wrong until it is proven good: of many at once only the first are heard, and to end the server
        before it answers gives no try back. Denied, and it is not counted, where the asker has to wait."""
        waits: list[int | None] = []

        def work(tx: Transaction) -> None:
            tries = tx.pin_tries(asker, manager)
            waits.append(wait := pin_wait(tries, tx.at))
            if wait == 0:
                tx.put_pin_tries(one_more(tries, tx.at))

        await self._write(work)
        wait = waits[-1]
        if wait is None:
            whom = manager or "a manager"
            raise Denied(f"Too many wrong PINs: none is taken from {asker} until {whom} has logged in.")
        if wait:
            raise Denied(f"Too many wrong PINs: please wait {wait} seconds.", wait=wait)

    async def _write(self, work: Work) -> None:
        outcome = await self._database.write(work)
        if outcome.error is not None:
            raise StoreUnavailable(outcome.error.message)
