"""A roll-call, folded from its steps: who is safe, who is missing. Pure, and the same in whatever order steps come.

Two desks that were cut off from each other may each have begun one. Whoever hears of both has one roll-call, with the
marks of both; a mark is a set's element that only `not_safe` takes out again, and only where it has been seen.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from msgspec import Struct

from gymtui import clock
from gymtui.names import folded
from gymtui.protocol import RollCallUpdate

LASTS: Final = clock.DAY  # milliseconds after which one that nobody has ended is over


class RollCallNow(Struct, frozen=True, kw_only=True):
    """The roll-call that is on: `ids` of all that it is made of, since the time of day `since` (ms), begun `by`
    somebody, at `desk`. It is a drill where each of them is. `marks` are in force, by whom they are about (`key_of`).
    """

    ids: tuple[str, ...]
    since: int
    by: str
    desk: str | None
    drill: bool
    marks: dict[str, tuple[RollCallUpdate, ...]]


def key_of(step: RollCallUpdate) -> str:
    """Whom a mark is about: the member's id, or the name as it is compared."""
    return step.member.id if step.member is not None else named(step.name or "")


def named(name: str) -> str:
    """The key of somebody who is no member."""
    return f"name:{folded(name)}"


def fold(steps: Iterable[RollCallUpdate], now: int) -> RollCallNow | None:
    """The roll-call that is on at `now` (ms), where there is one."""
    known = sorted(steps, key=lambda step: (at_ms(step), step.command_id))
    over = {step.roll_call_id for step in known if step.step == "end"}
    beginnings = [
        step for step in known if step.step == "start" and step.roll_call_id not in over and now - at_ms(step) < LASTS
    ]
    if not beginnings:
        return None
    ids = {step.roll_call_id for step in beginnings}
    mistaken = {step.takes_back for step in known if step.step == "not_safe"}
    marks: dict[str, tuple[RollCallUpdate, ...]] = {}
    for step in known:
        if step.step == "safe" and step.roll_call_id in ids and step.command_id not in mistaken:
            marks[key_of(step)] = (*marks.get(key_of(step), ()), step)
    first = beginnings[0]
    return RollCallNow(
        ids=tuple(step.roll_call_id for step in beginnings),
        since=at_ms(first),
        by=first.by,
        desk=first.desk,
        drill=all(step.drill for step in beginnings),
        marks=marks,
    )


def end_of(steps: Iterable[RollCallUpdate], ids: Collection[str]) -> RollCallUpdate | None:
    """The first step with a count that has ended one of these."""
    ends = (step for step in steps if step.step == "end" and step.roll_call_id in ids and step.found is not None)
    return min(ends, key=at_ms, default=None)


def is_ended_with_another(event: object) -> bool:
    """Is it the end of one that was one with another, whose end tells of both?"""
    return isinstance(event, RollCallUpdate) and event.ends_with is not None


def at_ms(step: RollCallUpdate) -> int:
    """When a step was done (ms); 0, a long time ago, where that cannot be read."""
    try:
        return clock.to_ms(step.at)
    except (ValueError, OverflowError):
        return 0
