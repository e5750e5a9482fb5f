"""Limits of wrong attempts: a password waits half a minute after five, a PIN longer each time, then for a manager."""

from __future__ import annotations

import hashlib
import secrets
from array import array
from collections.abc import Callable
from typing import Final

from server.auth.source import Source

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
        pair = f"{source.name}\0{name}".encode(errors="surrogatepass")
        return int.from_bytes(hashlib.blake2b(pair, key=self._key, digest_size=8).digest()) % SLOTS


class PinLimit:
    """Counts wrong PINs by who asks and whose PIN it would be; the name of no manager is one more, "". `now` gives
    milliseconds."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._wrong: dict[tuple[str, str], tuple[int, int]] = {}

    def wait(self, asker: str, manager: str) -> int | None:
        """Seconds until the next PIN is heard; 0: at once; None: once that manager has logged in."""
        count, last = self._wrong.get((asker, manager), (0, 0))
        if count < ATTEMPTS:
            return 0
        if count >= ATTEMPTS + len(PIN_PAUSES):
            return None
        left = last + PIN_PAUSES[count - ATTEMPTS] - self._now()
        return -(-left // 1000) if left > 0 else 0

    def stopped(self) -> list[tuple[str, str, int, int]]:
        """Who has to wait, for whose PIN, after how many, since when (ms)."""
        return [(*pair, *wrong) for pair, wrong in self._wrong.items() if self.wait(*pair) != 0]

    def failed(self, asker: str, manager: str) -> None:
        count, last = self._wrong.get((asker, manager), (0, 0))
        count = 1 if count < ATTEMPTS and self._now() - last > DAY else count + 1
        self._wrong[asker, manager] = (count, self._now())

    def forget(self, asker: str, manager: str) -> None:
        self._wrong.pop((asker, manager), None)

    def forgive(self, manager: str) -> None:
        """Whose PIN it is has shown up, or has another one."""
        for pair in [pair for pair in self._wrong if pair[1] in (manager, "")]:
            del self._wrong[pair]
