"""What a benchmark says: figures with their spread, the machine that they are of, and how two runs compare."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import median
from typing import Literal

from msgspec import Struct

Judged = Literal["", "better", "worse"]


class Figure(Struct, frozen=True, kw_only=True):
    """One thing that was measured, a value a repeat, in this unit. Less is better, unless it says `more`; what is only
    `told` (how long somebody waited on a busy machine) is compared all the same."""

    what: str
    unit: str
    values: tuple[float, ...]
    more: bool = False

    @property
    def median(self) -> float:
        return median(self.values)

    @property
    def spread(self) -> tuple[float, float]:
        """The least and the most of the repeats."""
        return min(self.values), max(self.values)

    def against(self, earlier: Figure) -> tuple[float, Judged]:
        """How many times the earlier one it is; and whether all repeats of the one lie beyond all of the other, where
        each has several."""
        ratio = self.median / earlier.median if earlier.median else math.nan
        if min(len(self.values), len(earlier.values)) < 2:
            return ratio, ""
        (low, high), (low_then, high_then) = self.spread, earlier.spread
        is_up, is_down = low > high_then, high < low_then
        return ratio, "better" if (is_up if self.more else is_down) else "worse" if is_up or is_down else ""


class Machine(Struct, frozen=True, kw_only=True):
    """Where it was measured, and how busy that was with other things."""

    date: str
    processor: str
    cores: int
    python: str
    versions: Mapping[str, str]
    load_before: float
    load_after: float


class Run(Struct, frozen=True, kw_only=True):
    """All of it; `failed` says why a part could not be measured."""

    machine: Machine
    parts: Mapping[str, Sequence[Figure]]
    failed: Mapping[str, str] = {}


Round = Mapping[tuple[str, str], float]
"""What one repeat has measured: a value for what, in which unit."""


def figures(rounds: Iterable[Round], *, more: Sequence[str] = ()) -> list[Figure]:
    """The repeats side by side; of the units in `more` a larger number is better."""
    values: dict[tuple[str, str], list[float]] = {}
    for each in rounds:
        for key, value in each.items():
            values.setdefault(key, []).append(value)
    return [
        Figure(what=what, unit=unit, values=tuple(found), more=unit in more) for (what, unit), found in values.items()
    ]


def percentile(values: Iterable[float], percent: int) -> float:
    """The value that so many in a hundred do not exceed; NaN where there are none."""
    ordered = sorted(values)
    return ordered[-(-len(ordered) * percent // 100) - 1] if ordered else math.nan


def waited(what: str, seconds: Iterable[float]) -> Round:
    """How long half of them waited at the most, and all but one in a hundred."""
    ordered = sorted(seconds)
    return {(f"{what}, p{percent}", "ms"): percentile(ordered, percent) * 1e3 for percent in (50, 99)}


def matched(now: Run, earlier: Run) -> Iterator[tuple[str, Figure, Figure]]:
    """What was measured in both, by part."""
    for part, found in now.parts.items():
        then = {(each.what, each.unit): each for each in earlier.parts.get(part, ())}
        for each in found:
            if (before := then.get((each.what, each.unit))) is not None:
                yield part, each, before
