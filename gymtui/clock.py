"""Times and ids as they stand on the wire. Inside, a time is an integer: milliseconds since 1970 in UTC."""

from __future__ import annotations

import itertools
import re
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

DAY: Final = 24 * 3600 * 1000  # milliseconds

Clock = Callable[[], int]
"""Tells the time of day in milliseconds; an argument wherever time matters, so that a test can stand in for it."""


def now() -> int:
    return time.time_ns() // 1_000_000


# The one that counts while a machine sleeps: Linux, then macOS; elsewhere the only one that never goes back does.
_STEADY: Final[int | None] = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))


def steady() -> float:
    """Seconds since some moment: nobody can set them, and they go on while the machine sleeps."""
    return time.monotonic() if _STEADY is None else time.clock_gettime(_STEADY)


@lru_cache(1024)  # the rows of one commit have one time
def to_text(ms: int) -> str:
    """RFC 3339 in UTC with milliseconds: `2026-11-22T09:00:00.000Z`."""
    return f"{datetime.fromtimestamp(ms // 1000, UTC).isoformat()[:19]}.{ms % 1000:03d}Z"


def to_ms(text: str) -> int:
    """The time a text of RFC 3339 names; ValueError where there is no such time."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)


_UUID7: Final = r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
_made = itertools.count(secrets.randbits(41))  # `next` of it is one step, whatever other threads do


def new_id(at: int | None = None) -> str:
    """A UUIDv7 (RFC 9562): 48 bits of milliseconds, a counter of 42 bits that begins anywhere, 32 random bits. So ids
    sort by their time, and those that one process makes for one millisecond in the order in which they were made."""
    bits = next(_made) << 32 | secrets.randbits(32)
    high = ((now() if at is None else at) & 0xFFFF_FFFF_FFFF) << 16 | 0x7000 | bits >> 62
    low = 0x8000_0000_0000_0000 | bits & 0x3FFF_FFFF_FFFF_FFFF
    text = f"{high:016x}{low:016x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def time_of(id: str) -> int | None:
    """The time (ms) that a UUIDv7 was made at, by the clock of whoever made it; None for any other id."""
    return int(id.replace("-", "")[:12], 16) if re.fullmatch(_UUID7, id) else None
