"""Limits of wrong attempts: a password waits half a minute after five, a PIN longer each time, then for a manager."""

from __future__ import annotations

import hashlib
import secrets
from array import array
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from msgspec.structs import replace

from server.auth.auth import Auth
from server.auth.source import Source
from server.store import PinTries, StoreUnavailable
from server.store.group_commit import GroupCommit

ATTEMPTS: Final = 5  # wrong ones before the next has to wait
PAUSE: Final = 30_000  # milliseconds it then waits
SLOTS: Final = 65_536
PIN_PAUSES: Final = (PAUSE, 300_000)  # milliseconds after the fifth wrong PIN, and after the sixth; then, for good
DAY: Final = 24 * 3600 * 1000


class AttemptLimit:
    """Counts failures by the pair of source and name tried: by the name alone, anybody could lock a user out.

    A table of one size, in which a secret `key` says where a pair is counted: however many names a stranger makes up,
    no count is pushed out of it, and none can be aimed at. `now` gives milliseconds.
    """

    def __init__(self, now: Callable[[], int], *, key: bytes | None = None) -> None:
        self._now = now
        self._key = key or secrets.token_bytes(32)
        self._counts = array("B", bytes(SLOTS))
        self._last = array("q", bytes(8 * SLOTS))

    def wait(self, source: Source, name: str) -> int:
        """Seconds until the next attempt is heard; 0: at once."""
        slot = self._slot(source, name)
        left = self._last[slot] + PAUSE - self._now() if self._counts[slot] >= ATTEMPTS else 0
        return -(-left // 1000) if left > 0 else 0

    def failed(self, source: Source, name: str) -> None:
        slot, now = self._slot(source, name), self._now()
        is_fresh = now - self._last[slot] > 10 * PAUSE
        self._counts[slot] = 1 if is_fresh else min(self._counts[slot] + 1, ATTEMPTS)
        self._last[slot] = now

    def forget(self, source: Source, name: str) -> None:
        self._counts[self._slot(source, name)] = 0

    def _slot(self, source: Source, name: str) -> int:
        return _slot(self._key, source, name)


class GymAttempts:
    """The same of all servers of the gym together, where there are others: their table is in the database."""

    def __init__(self, auth: Auth, database: GroupCommit) -> None:
        self._auth = auth
        self._peers = database.store.peers
        self._query = database.query

    async def wait(self, source: Source, name: str) -> int:
        """Seconds until the next attempt is heard; 0: at once, and it is counted as a failure. StoreUnavailable."""
        if self._peers is None:
            return 0
        left = await self._query(self._peers.tried, self._slot(source, name), attempts=ATTEMPTS, pause=PAUSE)
        return -(-left // 1000)

    async def forget(self, source: Source, name: str) -> None:
        if self._peers is not None:
            with suppress(StoreUnavailable):  # whoever has proven who they are is let in
                await self._query(self._peers.forgive, self._slot(source, name))

    def _slot(self, source: Source, name: str) -> int:
        return _slot(self._auth.refresh_key, source, name)


def _slot(key: bytes, source: Source, name: str) -> int:
    pair = f"{source.name}\0{name}".encode(errors="surrogatepass")
    return int.from_bytes(hashlib.blake2b(pair, key=key, digest_size=8).digest()) % SLOTS


def pin_wait(tries: PinTries, now: int) -> int | None:
    """Seconds until the next PIN is heard at `now` (ms); 0: at once; None: once that manager has logged in."""
    if tries.count < ATTEMPTS:
        return 0
    if tries.count >= ATTEMPTS + len(PIN_PAUSES):
        return None
    left = tries.at + PIN_PAUSES[tries.count - ATTEMPTS] - now
    return -(-left // 1000) if left > 0 else 0


def one_more(tries: PinTries, now: int) -> PinTries:
    """With another wrong PIN at `now` (ms); those of other days are forgotten while nobody has to wait."""
    is_fresh = tries.count < ATTEMPTS and now - tries.at > DAY
    return replace(tries, count=1 if is_fresh else tries.count + 1, at=now)
