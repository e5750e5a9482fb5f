"""A day of the gym to be played again: what had happened by a time, and how many were in. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from gymtui.client.desk.event_filter import happened_at
from gymtui.clock import to_ms
from gymtui.protocol import CheckInEvent, Event, Refusal

SPEEDS = (1.0, 10.0, 60.0, 300.0, 1800.0)


class Count(Struct, frozen=True):
    """How many are in, have come, have left and were refused since the day began."""

    inside: int = 0
    came: int = 0
    left: int = 0
    refused: int = 0


class Reel(Struct, frozen=True, kw_only=True):
    """`events` in the order of the journal, with their `times` (ms), which never go back, and what is so after each;
    the day is `[begins, ends)`."""

    begins: int = 0
    ends: int = 1
    events: tuple[Event, ...] = ()
    times: tuple[int, ...] = ()
    counts: tuple[Count, ...] = (Count(),)  # one more than events: before the first

    def index(self, at: int) -> int:
        """How many events have happened by then."""
        return bisect_right(self.times, at)

    def count(self, at: int) -> Count:
        return self.counts[self.index(at)]

    def beside(self, at: int, other: Reel) -> Count:
        """What was so in another day, as long after it began."""
        return other.count(at - self.begins + other.begins)

    def occupancy(self, columns: int) -> list[int]:
        """How many are in at the end of each of so many spans of the day."""
        span = (self.ends - self.begins) / max(1, columns)
        return [self.count(round(self.begins + span * (column + 1)) - 1).inside for column in range(columns)]


class Player(Struct, frozen=True, kw_only=True):
    """Where one is in a reel (ms), and how many times as fast as the gym was."""

    at: int = 0
    speed: float = 60.0
    plays: bool = True

    def after(self, elapsed: int, reel: Reel) -> Player:
        """So many milliseconds later; it stops at the end."""
        if not self.plays:
            return self
        at = self.at + round(elapsed * self.speed)
        return replace(self, at=min(at, reel.ends), plays=at < reel.ends)

    def moved(self, by: int, reel: Reel) -> Player:
        return replace(self, at=max(reel.begins, min(self.at + by, reel.ends)))

    def stepped(self, step: int, reel: Reel) -> Player:
        """At the next event and stopped, or at the one before."""
        others = [at for at in reel.times if (at > self.at if step > 0 else at < self.at)]
        at = (others[0] if step > 0 else others[-1]) if others else self.at
        return replace(self, at=at, plays=False)

    def turned(self, step: int) -> Player:
        """The next of the speeds that there are, or the one before."""
        others = [speed for speed in SPEEDS if (speed > self.speed if step > 0 else speed < self.speed)]
        return replace(self, speed=(min(others) if step > 0 else max(others)) if others else self.speed)


def reel_of(events: Iterable[Event], inside: Iterable[str], begins: int, ends: int) -> Reel:
    """The reel of a day's events, at whose beginning the visits `inside` were open."""
    told, times, counts = list(events), list[int](), [Count(inside=len(present := set(inside)))]
    last = begins
    for event in told:
        at = happened_at(event)
        last = max(last, min(ends - 1, last if at is None else to_ms(at)))
        times.append(last)
        counts.append(_counted(counts[-1], event, present))
    return Reel(begins=begins, ends=ends, events=tuple(told), times=tuple(times), counts=tuple(counts))


def _counted(before: Count, event: Event, present: set[str]) -> Count:
    """`present` is changed."""
    if isinstance(event, Refusal):
        return replace(before, refused=before.refused + 1)
    if not isinstance(event, CheckInEvent):
        return before
    was_in, is_in, undone = event.id in present, event.status == "checked_in", "undone" in event.flags
    (present.add if is_in else present.discard)(event.id)
    came = before.came + (is_in and not was_in and not undone) - (was_in and not is_in and undone)
    left = before.left + (was_in and not is_in and not undone) - (is_in and not was_in and undone)
    return Count(inside=len(present), came=came, left=left, refused=before.refused)


def news(reel: Reel, before: int, now: int) -> Sequence[Event] | None:
    """What has happened between two times; None where the second comes first."""
    return reel.events[reel.index(before) : reel.index(now)] if now >= before else None
