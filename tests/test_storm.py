"""A server goes under a thousand desks: they come back spread out, and soon. The backoff is real, the clock played."""

from __future__ import annotations

from heapq import heappop, heappush
from random import Random

import pytest

from gymtui.client.connection.reconnect import BASE, CEILING, Backoff, Course

pytestmark = pytest.mark.slow

DESKS = 1000
WINDOW = 0.1  # seconds
MOST = 0.2  # of all, in any window
BACK = 45.0  # seconds from the end of the server until the last one is back


def tries(seed: int, *, away: float, course: Course = "back_off") -> tuple[list[float], list[float]]:
    """When (in seconds from the server's end) somebody tried while it was `away`, and when each came back."""
    backoffs = [Backoff(Random(f"{seed} {desk}").random) for desk in range(DESKS)]
    agenda: list[tuple[float, int]] = []
    for desk, backoff in enumerate(backoffs):
        heappush(agenda, (backoff.next(course), desk))
    in_vain, back = [], []
    while agenda:
        at, desk = heappop(agenda)
        if at >= away:
            back.append(at)
        else:
            in_vain.append(at)
            heappush(agenda, (at + backoffs[desk].next("back_off"), desk))
    return in_vain, back


def busiest(times: list[float]) -> int:
    """The most in any window."""
    return max(sum(start <= at < start + WINDOW for at in times[n : n + DESKS]) for n, start in enumerate(times))


@pytest.mark.parametrize("away", [0.5, 1.0, 2.0, 5.0, 10.0, 15.0])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_server_that_was_killed_is_not_stormed(seed: int, away: float) -> None:
    _, back = tries(seed, away=away)
    assert len(back) == DESKS
    assert busiest(back) <= MOST * DESKS
    assert back[-1] <= BACK


def test_nobody_tries_more_often_than_the_pauses_say() -> None:
    in_vain, back = tries(3, away=15.0)
    assert len(back) == DESKS
    assert len(in_vain) < 10 * DESKS  # with pauses of half their length on average, ten take longer than the server


def test_a_server_that_drains_is_come_back_to_within_two_seconds() -> None:
    _, back = tries(4, away=0.0, course="come_back")
    assert busiest(back) <= 0.1 * DESKS
    assert back[-1] <= 2.0


def test_the_pauses_grow_to_their_ceiling_and_stay_there() -> None:
    backoff = Backoff(lambda: 1.0)
    pauses = [backoff.next("back_off") for _ in range(2000)]
    assert pauses[:7] == [BASE, 2 * BASE, 4 * BASE, 8 * BASE, 16 * BASE, 32 * BASE, CEILING]
    assert set(pauses[6:]) == {CEILING}
