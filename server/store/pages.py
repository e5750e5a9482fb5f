"""Pagination: how much goes into one message."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate


def fitting(payloads: Iterable[bytes], room: int) -> int:
    """How many of the encoded payloads, from the first, a list of `room` bytes holds; the first has room in any."""
    sizes = accumulate(len(payload) + 1 for payload in payloads)
    return max(1, sum(size <= room for size in sizes))
