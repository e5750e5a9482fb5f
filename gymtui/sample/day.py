"""A gym's day, made up: who comes in and who leaves, minute by minute, in the shape of real clubs.

Arrivals by hour are the weekday shares of sixteen Swiss clubs; a stay is log-normal with a mean of 69 minutes and a
standard deviation of 25, between 10 and 180 (both measured at those clubs).
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Collection, Iterator, Sequence
from random import Random
from typing import Final, Literal, NamedTuple

OPENS, CLOSES = 6, 21  # hours
SHARES: Final = (3.7, 4.1, 5.4, 7.4, 7.0, 6.9, 7.8, 4.5, 5.0, 6.4, 7.2, 10.1, 10.7, 7.5, 4.4)  # % an hour from `OPENS`
ARRIVALS: Final = 0.5  # a minute, on average: with those who leave, one event a minute
STAY, STAY_SD, STAY_MIN, STAY_MAX = 69.0, 25.0, 10.0, 180.0  # minutes
SWIPES_OUT: Final = 0.41  # of those who leave; the others are checked out by the desk a while later
FORGOTTEN: Final = 20.0  # minutes, on average, until the desk does
SCANS_AGAIN: Final = 0.03
UNKNOWN: Final = 0.01


class Step(NamedTuple):
    """At `minute` since the day began, somebody scans `code` on the way in or out."""

    minute: float
    way: Literal["in", "out"]
    code: str


def steps(
    codes: Sequence[str], random: Random, *, start_hour: int = 16, inside: Collection[str] = ()
) -> Iterator[Step]:
    """Day after day of scans without end, in order of time; `codes` are the members' numbers, those `inside` are in
    already and leave within an average stay."""
    outside = set(codes).difference(inside)
    order = sorted(codes)
    sigma = math.sqrt(math.log(1 + (STAY_SD / STAY) ** 2))
    mu = math.log(STAY) - sigma**2 / 2
    minute = (start_hour - OPENS) * 60.0
    later = [Step(minute + random.uniform(0, STAY), "out", code) for code in sorted(inside)]
    heapq.heapify(later)
    while True:
        minute += random.expovariate(_arrivals(minute))
        while later and later[0].minute <= minute:
            step = heapq.heappop(later)
            if step.way == "out":
                outside.add(step.code)
            yield step
        if random.random() < UNKNOWN:
            yield Step(minute, "in", f"{random.randrange(10**12):012d}")
            continue
        code = random.choice(order)
        if code not in outside:
            continue
        outside.discard(code)
        yield Step(minute, "in", code)
        if random.random() < SCANS_AGAIN:
            heapq.heappush(later, Step(minute + 0.3, "in", code))
        stay = min(max(random.lognormvariate(mu, sigma), STAY_MIN), STAY_MAX)
        seen = 0.0 if random.random() < SWIPES_OUT else random.expovariate(1 / FORGOTTEN)
        heapq.heappush(later, Step(minute + stay + seen, "out", code))


def _arrivals(minute: float) -> float:
    """Arrivals a minute at that time of the day; the night between two days is left out."""
    hour = int(minute // 60) % len(SHARES)
    return ARRIVALS * SHARES[hour] * len(SHARES) / sum(SHARES)
