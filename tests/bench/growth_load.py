"""Growth of the load: what a delivery costs with ever more subscribers, and with ever more events a second."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tests.bench.effort import Effort
from tests.bench.fan_out import Poured, poured
from tests.bench.figures import Figure, Round, figures, percentile
from tests.bench.subjects import gymtui, plain_gym

SUBSCRIBERS: Final = (100, 500, 1000, 2000, 5000)
AT_RATE: Final = 200  # events a second over each of these
RATES: Final = (200, 1000, 2000, 5000, 10_000)
OVER: Final = 100  # subscribers at each of these
SECONDS: Final = 2.0


async def measure(folder: Path, effort: Effort) -> list[Figure]:
    """One curve behind the other."""
    return figures([await _round(folder, effort) for _ in range(effort.repeats)])


async def _round(folder: Path, effort: Effort) -> Round:
    found: dict[tuple[str, str], float] = {}
    for subscribers, rate in [*((many, AT_RATE) for many in SUBSCRIBERS), *((OVER, rate) for rate in RATES)]:
        it = await _load(folder, effort.of(subscribers), effort.of(rate), effort.seconds(SECONDS))
        what = f"{effort.of(rate):,} events/s x {effort.of(subscribers):,}"
        found |= {
            (f"an event, {what}", "CPU µs"): it.per_event * 1e6,
            (f"a delivery, {what}", "CPU µs"): it.per_delivery * 1e6,
            (f"an event to a subscriber, {what}, p99", "ms"): percentile(it.waits, 99) * 1e3,
            (f"deliveries lost, {what}", "of all"): it.lost,
        }
    return found


async def _load(folder: Path, subscribers: int, rate: int, seconds: float) -> Poured:
    events = round(rate * seconds) + 1
    with gymtui(plain_gym(folder, events)) as subject:
        return await poured(subject, subscribers, rate, range(events))
