"""When it is busy, in figures and words: which hours fit, how hot each is, and how this week goes. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from gymtui import rules
from gymtui.protocol import Peak, Stats

LEVELS: Final = 4  # of heat, from which on nobody sees a difference
DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class PeakReport(Struct, frozen=True, kw_only=True):
    """What the server said, and why it says no more just now."""

    peak: Peak | None = None
    problem: str | None = None


def window(heat: Sequence[Sequence[float]], room: int) -> range:
    """The hours of the day that are shown: those in which anybody comes, or of these as many as there is room for, the
    busiest that follow each other."""
    totals = [sum(hours) for hours in zip(*heat, strict=True)]
    busy = [hour for hour, total in enumerate(totals) if total] or [0]
    first, last = busy[0], busy[-1] + 1
    if last - first <= room:
        return range(first, last)
    begins = max(range(first, last - room + 1), key=lambda hour: sum(totals[hour : hour + room]))
    return range(begins, begins + room)


def level(value: float, top: float) -> int:
    """How hot: 0 where nobody comes, `LEVELS` at the top."""
    return min(LEVELS, 1 + int(value / top * LEVELS)) if value and top else 0


def busiest(hours: Sequence[float]) -> str:
    """`busiest 18–19 h with 43`; where nobody does, that it is of the weeks before."""
    if not any(hours):
        return "no visits in the weeks before"
    hour = max(range(len(hours)), key=hours.__getitem__)
    return f"busiest {hour:02d}–{(hour + 1) % 24:02d} h with {hours[hour]:.0f}"


def week_words(peak: Peak) -> str:
    """`412 this week, 398 last week by now, +4 %`."""
    now, then = sum(peak.this_week), peak.last_week_so_far
    said = f"{now:,} this week, {then:,} last week by now"
    return f"{said}, {(now - then) / then:+.0%}".replace("%", " %") if then else said


def now_words(peak: Peak, stats: Stats | None) -> str:
    """`47 in now: 41 seen, ~6 assumed; 38 expected`."""
    if stats is None:
        return "–"
    seen = rules.occupancy(stats.currently_in, stats.assumed or 0)
    said = f"{stats.currently_in:,} in now" + (f": {seen}" if seen else "")
    return said if peak.expected_in is None else f"{said}; {peak.expected_in:,.0f} expected"
