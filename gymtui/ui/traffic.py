"""What goes over a connection, in figures: rates, delays, batches, refusals. Pure: each time comes with the call."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Collection, Sequence
from typing import Final

from msgspec import UNSET, Struct, UnsetType

from gymtui import clock
from gymtui.protocol import CheckInEvent, Event, Notification, Refusal

SECONDS: Final = 60  # whole seconds that a rate and its sparkline look back on
MINUTE: Final = 60_000  # milliseconds
LATELY: Final = 5 * MINUTE  # milliseconds in which what came late says how late things come
STILL: Final = 3000  # milliseconds without a look at the figures: this program stood still
SAMPLES: Final = 1000  # delays and batches, the newest, that a percentile is taken of
AFTERWARDS: Final = frozenset({"undone", "offline", "backdated", "late", "clash", "assumed_out"})  # of what was earlier


class Percentiles(Struct, frozen=True):
    """The 50th, 95th and 99th by nearest rank."""

    p50: float
    p95: float
    p99: float


class Figures(Struct, frozen=True, kw_only=True):
    """All of it at one moment. `rates` are events of the last whole seconds, the newest last; times are seconds."""

    rates: tuple[int, ...] = ()
    peak: int = 0
    total: int = 0
    round_trip: Percentiles | None = None
    delay: Percentiles | None = None
    late: float | None = None  # the 95th percentile of the delays of the last five minutes
    batches: int = 0
    batch_size: Percentiles | None = None
    largest_batch: int = 0
    refusals: tuple[tuple[str, int], ...] = ()
    refused_lately: int = 0  # in the last minute
    last_at: int | None = None  # when the newest of them came (ms)

    @property
    def last_second(self) -> int:
        return self.rates[-1] if self.rates else 0

    @property
    def last_minute(self) -> float:
        """Events a second over the last minute, or since the first whole second."""
        return sum(self.rates) / len(self.rates) if self.rates else 0.0


class Traffic:
    """Counts what comes. Times of day are milliseconds. While nobody asked for the figures, as somebody does each
    second, this program stood still: what waited for it meanwhile came late by its own fault, and is no delay."""

    def __init__(self, now: int) -> None:
        self._second = now // 1000
        self._coming = 0
        self._rates: deque[int] = deque(maxlen=SECONDS)
        self._peak = self._total = self._batches = self._largest = 0
        self._round_trips: deque[float] = deque(maxlen=SAMPLES)
        self._delays: deque[tuple[int, float]] = deque(maxlen=SAMPLES)  # when, and of how long
        self._sizes: deque[int] = deque(maxlen=SAMPLES)
        self._refusals: Counter[str] = Counter()
        self._refused = 0  # in the second that goes on
        self._refusals_by_second: deque[int] = deque(maxlen=SECONDS - 1)
        self._last: int | None = None
        self._looked, self._awake = now, 0

    def came(self, events: Sequence[Event], now: int, *, since: int, offset: int) -> None:
        """A batch has come. Its delays count for what happened after `since`, when this connection came: what is older
        was only sent again. `offset` is how much the server's clock is ahead of this one."""
        self._advance(now)
        self._wake(now)
        since, self._last = max(since, self._awake), now
        self._coming += len(events)
        self._total += len(events)
        self._batches += 1
        self._largest = max(self._largest, len(events))
        self._sizes.append(len(events))
        for event in events:
            if isinstance(event, Refusal):
                self._refusals[event.code.replace("_", " ")] += 1
                if event.offline is UNSET:  # what a desk tells afterwards is no rush of now
                    self._refused += 1
            at = happened_at(event)
            if at is not None and at - offset >= since:
                self._delays.append((now, max(0, now + offset - at) / 1000))

    def ponged(self, round_trip: float) -> None:
        self._round_trips.append(round_trip)

    def figures(self, now: int) -> Figures:
        self._advance(now)
        self._wake(now)
        self._looked = now
        lately = percentiles([delay for came, delay in self._delays if now - came < LATELY])
        return Figures(
            rates=tuple(self._rates),
            peak=self._peak,
            total=self._total,
            round_trip=percentiles(self._round_trips),
            delay=percentiles([delay for _, delay in self._delays]),
            late=None if lately is None else lately.p95,
            batches=self._batches,
            batch_size=percentiles(self._sizes),
            largest_batch=self._largest,
            refusals=tuple(self._refusals.most_common()),
            refused_lately=sum(self._refusals_by_second) + self._refused,
            last_at=self._last,
        )

    def _wake(self, now: int) -> None:
        """What happened before this program woke up is no measure of how late it came."""
        if now - self._looked >= STILL:
            self._awake = self._looked = now

    def _advance(self, now: int) -> None:
        """Ends the seconds that are over; a clock that was set back ends none."""
        passed = now // 1000 - self._second
        if passed > 0:
            self._peak = max(self._peak, self._coming)
            self._rates.append(self._coming)
            self._rates.extend([0] * min(passed - 1, SECONDS))
            self._refusals_by_second.append(self._refused)
            self._refusals_by_second.extend([0] * min(passed - 1, SECONDS))
            self._coming = self._refused = 0
        self._second += passed


def happened_at(event: Event) -> int | None:
    """The time of day at which it happened, where the event says so and was told at once."""
    match event:
        case CheckInEvent() if AFTERWARDS.isdisjoint(event.flags):
            at = event.check_out_time or event.check_in_time
        case Notification() | Refusal(offline=UnsetType()):
            at = event.at
        case _:
            return None
    try:
        return clock.to_ms(at)
    except (ValueError, OverflowError):
        return None  # whoever shows the row says so


def percentiles(samples: Collection[float]) -> Percentiles | None:
    """None where there are no samples."""
    if not samples:
        return None
    ordered = sorted(samples)
    return Percentiles(*(ordered[-(-len(ordered) * percent // 100) - 1] for percent in (50, 95, 99)))
