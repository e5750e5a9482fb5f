"""Who belongs to the gym of the pictures, and its day so far."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from random import Random
from typing import Any, Final

from msgspec.structs import replace

from gymtui import clock
from gymtui.people import members
from gymtui.protocol import CheckInEvent, Event, Member
from tests.ui_fakes import NOW, STATS, member, refusal, visit

ANA: Final = member(
    100042,
    "Ana Silva",
    plan="Gold",
    valid_until="2027-03-01",
    birth_date="1991-11-18",
    phone="+41 79 555 12 12",
    alerts=("left her bottle at the desk",),
    notes="Comes with her brother on Fridays.",
    seq=1,
)
BEN: Final = member(100107, "Ben Ode", plan="Basic", valid_until="2026-11-03", phone="+41 79 555 40 18", seq=2)
EVA: Final = member(100230, "Eva Brunner", plan="Family", valid_until="2027-01-15", payment_overdue=True, seq=3)
MAYA: Final = member(100081, "Maya Quist", plan="Student", seq=4)
ZOE: Final = member(100311, "Zoé Huber", plan="Gold", seq=5)
NOOR: Final = member(100415, "Noor Haddad", plan="Basic", seq=6)
CROWD: Final = [
    member(int(str(person["membership_number"])) + 500, str(person["full_name"]), plan=person["plan"])
    for person in members(160, Random(7), date(2026, 11, 18))
]
PEOPLE: Final = {who.id: who for who in (ANA, BEN, EVA, MAYA, ZOE, NOOR, *CROWD)}

SEQ: Final = 8400  # where the journal stands as the last forty minutes begin
DOORS: Final = ("Main door", "Pool gate", "Side door")
DESKS: Final = ({"by": "maria", "desk": "desk 2"}, {"by": "tom", "desk": "desk 1"})


def earlier() -> Iterator[CheckInEvent]:
    """Who has been in for longer."""
    random = Random(11)
    yield replace(visit(SEQ, ZOE.full_name, minutes=22), member=ZOE.ref)
    for number, who in enumerate(CROWD[40:], 1):
        place: dict[str, Any] = {"location": random.choice(DOORS), **random.choice(DESKS)}
        yield replace(visit(SEQ - number, who.full_name, minutes=43 + number, **place), member=who.ref)


def lately() -> Iterator[Event]:
    """What has happened in the last forty minutes, in `seq` order; the last of it a minute ago."""
    random = Random(7)
    for number, who in enumerate(CROWD[:40]):
        seq, minute = SEQ + 1 + number, NOW - max(1, 41 - number) * 60_000
        if number % 13 == 5:
            yield replace(refusal(seq, who.full_name), at=clock.to_text(minute + 17_000))
            continue
        at = clock.to_text(minute + random.randrange(59_000))
        flags = {3: ("offline",), 22: ("undone",), 36: ("warned",)}.get(number, ())
        place: dict[str, Any] = {"location": random.choice(DOORS), **random.choice(DESKS)}
        came = replace(visit(seq, who.full_name, check_in_time=at, flags=flags, **place), member=who.ref)
        is_over = number % 4 == 1 or number == 22
        yield replace(came, status="checked_out", check_out_time=at) if is_over else came


def last_visits(who: Member) -> Iterator[CheckInEvent]:
    """The newest first."""
    for days, minutes in ((1, 74), (3, 68), (6, 91), (8, 55)):
        came = visit(days, who.full_name, minutes=days * 1440 + 7 * days)
        left = clock.to_ms(came.check_in_time) + minutes * 60_000
        yield replace(came, member=who.ref, status="checked_out", check_out_time=clock.to_text(left))


EARLIER: Final = tuple(earlier())
LATELY: Final = tuple(lately())
LAST: Final = CROWD[39].full_name  # the newest row of the feed then
TODAY: Final = replace(
    STATS, hours=(0, 0, 0, 0, 0, 0, 44, 61, 72, 97, 84, 79, 103, 60, 66, 81, 99, 148, *[0] * 6), same_weekday=1115
)
