"""Retention of visits: those that ended long ago go, and what was counted of them stays counted."""

from __future__ import annotations

from collections.abc import Sequence

from gymtui import clock
from gymtui.protocol import CheckInEvent
from server.store import Counts, Transaction


def has_ended(event: CheckInEvent, before: int) -> bool:
    """Is it over since before a time (ms)?"""
    return event.check_out_time is not None and clock.to_ms(event.check_out_time) < before


def forget(tx: Transaction, ids: Sequence[str], before: int, oldest: int) -> int:
    """Takes out those of them that are over since then, and of which the journal, whose first row is `oldest`, says
    nothing any more; gives how many."""
    found = [visit.event for id in ids if (visit := tx.visit(id)) is not None]
    old = [event for event in found if has_ended(event, before) and event.seq < oldest]
    counts = [_counts(event) for event in old]
    check_ins, stays, stay = (sum(each) for each in zip(*counts, strict=True)) if counts else (0, 0, 0)
    tx.forget_visits([event.id for event in old], Counts(check_ins=check_ins, stays=stays, stay=stay))
    return len(old)


def _counts(event: CheckInEvent) -> tuple[int, int, int]:
    """Check-ins, stays and their length, as the counters have them: an end that was assumed is none that was seen."""
    if {"clash", "undone"} & set(event.flags):
        return 0, 0, 0
    if event.check_out_time is None or "assumed_out" in event.flags:
        return 1, 0, 0
    return 1, 1, clock.to_ms(event.check_out_time) - clock.to_ms(event.check_in_time)
