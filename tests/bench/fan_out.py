"""Fan-out: what a delivery costs the server, beside the library's own `broadcast` in the same run.

The server does the whole of it (decodes, decides, commits, answers, tells everyone); the peers only relay. Everyone has
core 0, the load the others. What is waited is of the wall, and says little on a machine that has other work.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

from msgspec import Struct

from tests.bench.effort import Effort
from tests.bench.figures import Figure, Round, figures, percentile
from tests.bench.lines import EVENTS, Line, Subscriber, hang_up, pour
from tests.bench.machine import cpu
from tests.bench.subjects import Subject, gymtui, peer, plain_gym

RATE: Final = 1000  # events a second
FEW, MANY = 100, 500  # subscribers
WARM: Final = 0.1  # of the events, before anything is measured
STILL: Final = 10.0  # seconds without an event: those that have not come are lost
LOOK: Final = 0.01


class Poured(Struct, frozen=True, kw_only=True):
    """What one load has cost: seconds of processor time, and from when each event was due until a subscriber had it."""

    events: int
    subscribers: int
    lost: int
    cpu: float
    waits: list[float]

    @property
    def per_delivery(self) -> float:
        """Seconds of processor time."""
        return self.cpu / (self.events * self.subscribers - self.lost)

    @property
    def per_event(self) -> float:
        return self.cpu / self.events


async def poured(subject: Subject, subscribers: int, rate: float, numbers: range) -> Poured:
    """The check-ins of these members, so many a second, over so many subscribers."""
    crowd = [await Subscriber.at(subject.subscribe) for _ in range(subscribers)]
    seeing = await Line.at(subject.subscribe, EVENTS)  # one more, that says when they come
    saying = await Line.at(subject.publish, EVENTS)
    warm, messages = round(len(numbers) * WARM), subject.messages(numbers)
    await pour(messages[:warm], rate, saying)
    await _all_there(crowd, warm)
    before = cpu(subject.pid)
    await pour(messages[warm:], rate, saying, seeing)
    await _all_there(crowd, len(messages))
    used = cpu(subject.pid) - before
    lost = len(messages) * subscribers - sum(each.events for each in crowd)
    hang_up(*crowd, seeing, saying)
    return Poured(events=len(messages) - warm, subscribers=subscribers, lost=lost, cpu=used, waits=seeing.waits)


async def _all_there(crowd: list[Subscriber], events: int) -> None:
    """Until everyone has so many, or nothing comes any more."""
    came, still = -1, 0.0
    while still < STILL:
        now = sum(each.events for each in crowd)
        if now >= events * len(crowd):
            return
        came, still = (now, still + LOOK) if now == came else (now, 0.0)
        await asyncio.sleep(LOOK)


async def measure(folder: Path, effort: Effort) -> list[Figure]:
    """The server with few and many subscribers, and the peers with as many, so many times over."""
    return figures([await _round(folder, effort) for _ in range(effort.repeats)], more=["times ours"])


async def _round(folder: Path, effort: Effort) -> Round:
    few, many, rate = effort.of(FEW), effort.of(MANY), effort.of(RATE)
    events = round(rate * effort.seconds(2.0))

    async def over(subject: Subject, subscribers: int, first: int = 0, share: float = 1.0) -> Poured:
        return await poured(subject, subscribers, rate, range(first, first + round(events * share) + 1))

    with gymtui(plain_gym(folder, 2 * events + 2)) as it:
        us_few, us = await over(it, few), await over(it, many, events + 1)
    with peer("batch") as it:
        batch_few, batch = await over(it, few), await over(it, many)
    with peer("each") as it:
        each = await over(it, many, share=0.25)  # it is behind at once, and catches up long
    load, alone, others = f"{rate:,} events/s x {many}", _alone(us_few, us), _alone(batch_few, batch)
    return {
        (f"a million deliveries, {load}, all of the work", "CPU s"): us.per_delivery * 1e6,
        (f"a million deliveries, {rate:,} events/s x {few}, all of the work", "CPU s"): us_few.per_delivery * 1e6,
        (f"a delivery more, by {few} and {many} subscribers", "CPU µs"): alone * 1e6,
        ("an event to nobody, by the same", "CPU µs"): (us.per_event - alone * many) * 1e6,
        ("an event to a subscriber, p50", "ms"): percentile(us.waits, 50) * 1e3,
        ("an event to a subscriber, p99", "ms"): percentile(us.waits, 99) * 1e3,
        ("deliveries lost", "of all"): us.lost,
        (f"`broadcast` an event a frame, a million deliveries, {load}", "CPU s"): each.per_delivery * 1e6,
        (f"`broadcast` of a batch, a million deliveries, {load}", "CPU s"): batch.per_delivery * 1e6,
        (f"`broadcast` of a batch, a delivery more, by {few} and {many}", "CPU µs"): others * 1e6,
        ("`broadcast` an event a frame takes", "times ours"): each.per_delivery / us.per_delivery,
        ("ours takes, in all", "times `broadcast` of a batch"): us.per_delivery / batch.per_delivery,
        ("ours takes, a delivery more", "times `broadcast` of a batch"): alone / others,
    }


def _alone(few: Poured, many: Poured) -> float:
    """Seconds of processor time that one more delivery of an event costs."""
    return (many.per_event - few.per_event) / max(1, many.subscribers - few.subscribers)
