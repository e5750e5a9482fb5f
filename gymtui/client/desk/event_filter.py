"""What somebody types to see some of the events alone, `type:in desk:2 ana`, in a feed or behind `gymtui tail`. Pure.

Words of one name are alternatives (`desk:1 desk:2`), whatever else is typed has to be so at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from msgspec import UNSET, Struct

from gymtui.protocol import CheckInEvent, Event, Gym, Hand, Member, MemberRef, Notification, Refusal, RollCallUpdate
from gymtui.search.folding import words
from gymtui.visit_hands import hands, is_at, is_by

Test = Callable[[Event], bool]

KINDS: Final[dict[type[Event], str]] = {
    Refusal: "refused",
    Notification: "notice",
    RollCallUpdate: "roll-call",
    Member: "member",
    Gym: "gym",
}
TYPES: Final = ("in", "out", *KINDS.values())
NAMES: Final = {"type": "in", "member": "ana", "desk": "2", "by": "mia"}  # with an example of each
_WORD: Final = re.compile(r'(?:([a-z_-]+):)?("[^"]*"?|\S+)?\s*', re.IGNORECASE)


class WrongFilter(Exception):
    """What was typed picks nothing that there is; a sentence says why."""


class EventFilter(Struct, frozen=True):
    """Lets through what passes one test of each group; without any, everything. `text` is what was typed."""

    text: str = ""
    groups: tuple[tuple[Test, ...], ...] = ()

    def passes(self, event: Event) -> bool:
        """Is it one of those that are asked for?"""
        return all(any(test(event) for test in group) for group in self.groups)


def read_filter(text: str) -> EventFilter:
    """The filter of a text. WrongFilter where a word in it is none, or nothing stands behind one."""
    named: dict[str, list[Test]] = {}
    alone: list[list[Test]] = []
    for name, value in _typed(text):
        if name is None:
            alone += [[_says(word)] for word in words(value)]
        else:
            named.setdefault(name, []).append(_TESTS[name](value))
    return EventFilter(text.strip(), tuple(map(tuple, [*named.values(), *alone])))


def _typed(text: str) -> Iterator[tuple[str | None, str]]:
    for name, quoted in (found.groups() for found in _WORD.finditer(text.strip()) if found[0]):
        value, said = (quoted or "").strip('"'), (name or "").lower()
        if not said:
            yield ("type" if value.lower() == "refused" else None), value
        elif said not in NAMES:
            raise WrongFilter(f"there is no “{said}:”; {_instead(said, NAMES, ':')}")
        elif not words(value):
            raise WrongFilter(f"{said}: needs a word right behind it, as in {said}:{NAMES[said]}")
        else:
            yield said, value


def _instead(typed: str, known: Iterable[str], sign: str = "") -> str:
    """Which of the known words may have been meant: the one that it begins, or else the nearest."""
    from difflib import get_close_matches  # noqa: PLC0415  few mistype

    begun = [word for word in known if word.startswith(typed.lower())]
    near = begun or get_close_matches(typed.lower(), known, n=1, cutoff=0.5)
    if near:
        return f"did you mean {near[0]}{sign}?"
    return "there are " + " ".join(f"{word}{sign}" for word in known)


# --- what a word asks ------------------------------------------------------------------------------------------------


def _type(value: str) -> Test:
    kind = value.lower()
    if kind not in TYPES:
        raise WrongFilter(f"there is no type “{value}”; {_instead(value, TYPES)}")
    return lambda event: kind_of(event) == kind


def kind_of(event: Event) -> str:
    """Its type, in the word that is typed for it."""
    if isinstance(event, CheckInEvent):
        return "in" if event.status == "checked_in" else "out"
    return KINDS[type(event)]


def _member(value: str) -> Test:
    asked = words(value)
    return lambda event: _have(people_of(event), asked)


def _says(word: str) -> Test:
    return lambda event: _have(_said(event), [word])


_TESTS: Final[dict[str, Callable[[str], Test]]] = {
    "type": _type,
    "member": _member,
    "desk": lambda value: lambda event: is_at(_hands(event), value),
    "by": lambda value: lambda event: is_by(_hands(event), value),
}


# --- what an event says ----------------------------------------------------------------------------------------------


def _have(texts: Iterable[str | None], asked: Iterable[str]) -> bool:
    known = [word for text in texts if text for word in words(text)]
    return all(any(word.startswith(part) for word in known) for part in asked)


def _hands(event: Event) -> tuple[Hand, ...]:
    match event:
        case CheckInEvent():
            return hands(event)
        case Refusal() | RollCallUpdate():
            return (Hand(event.by, event.desk),)
        case Gym():
            return () if event.by is UNSET else (Hand(event.by, None),)
        case _:
            return ()


def happened_at(event: Event) -> str | None:
    """When, as it stands on the wire: of a visit, what its last row did; a member and the gym have no time."""
    if isinstance(event, CheckInEvent):
        return event.check_in_time if event.status == "checked_in" else event.check_out_time
    return None if isinstance(event, Member | Gym) else event.at


def people_of(event: Event) -> Iterator[str | None]:
    """Names and numbers of those whom it is about."""
    match event:
        case CheckInEvent():
            yield from _named(event.member)
        case Refusal():
            yield from _named(event.member)
        case RollCallUpdate():
            yield from (event.name, *_named(event.member))
        case Member():
            yield from _named(event.ref)
        case _:
            pass


def _named(member: MemberRef | None) -> tuple[str | None, ...]:
    return () if member is None else (member.full_name, member.membership_number)


def _said(event: Event) -> Iterator[str | None]:
    yield kind_of(event)
    yield from people_of(event)
    for hand in _hands(event):
        yield from (hand.by, hand.desk)
    match event:
        case CheckInEvent():
            yield from (event.location, *event.flags)
        case Refusal():
            yield from (event.reason, event.code, "" if event.unknown_card is UNSET else event.unknown_card.words)
        case Notification():
            yield from (event.level, event.title, event.message)
        case RollCallUpdate():
            yield from (event.step, "drill" if event.drill else "")
        case Member():
            yield event.plan
        case Gym():
            yield from (event.name, event.timezone)
