"""A few schedules of work and breakage; `python -m tests.faults.model` plays thousands."""

from __future__ import annotations

from tests.faults.model import check


def test_whatever_happens_every_promise_is_kept() -> None:
    check(8, seed=1)
