"""Who belongs to the gym of the pictures, and its day so far."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from random import Random
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from gymtui import clock
from gymtui.protocol import CheckInEvent, ConflictNote, Conflicts, Event, Hand, Member, Peak
from gymtui.sample.people import members
from tests.factories import NOW, STATS, member, refusal, visit

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
    msgspec.convert({**person, "id": f"m{number}", "membership_number": str(number)}, Member)
    for number, person in enumerate(members(240, Random(7), date(2026, 11, 18)), 100_500)
]
PEOPLE: Final = {who.id: who for who in (ANA, BEN, EVA, MAYA, ZOE, NOOR, *CROWD)}

HOUR: Final = 3_600_000  # milliseconds
SEQ: Final = 8400  # where the journal stands as the last forty minutes begin
DOORS: Final = ("Main door", "Pool gate", "Side door")
DESKS: Final = ({"by": "maria", "desk": "desk 2"}, {"by": "tom", "desk": "desk 1"})


def earlier() -> Iterator[CheckInEvent]:
    """Who has been in for longer."""
    random = Random(11)
    yield visit(SEQ, ZOE, minutes=22)
    for number, who in enumerate(CROWD[40:160], 1):
        place: dict[str, Any] = {"location": random.choice(DOORS), **random.choice(DESKS)}
        yield visit(SEQ - number, who, minutes=43 + number, **place)


def lately() -> Iterator[Event]:
    """What has happened in the last forty minutes, in `seq` order; the last of it a minute ago."""
    random = Random(7)
    for number, who in enumerate(CROWD[:40]):
        seq, minute = SEQ + 1 + number, NOW - max(1, 41 - number) * 60_000
        if number % 13 == 5:
            yield refusal(seq, who, at=clock.to_text(minute + 17_000))
            continue
        at = clock.to_text(minute + random.randrange(59_000))
        flags = {3: ("offline",), 22: ("undone",), 36: ("warned",)}.get(number, ())
        place: dict[str, Any] = {"location": random.choice(DOORS), **random.choice(DESKS)}
        came = visit(seq, who, check_in_time=at, flags=flags, **place)
        is_over = number % 4 == 1 or number == 22
        yield replace(came, status="checked_out", check_out_time=at) if is_over else came


def last_visits(who: Member) -> Iterator[CheckInEvent]:
    """The newest first."""
    for days, minutes in ((1, 74), (3, 68), (6, 91), (8, 55)):
        came = visit(days, who, minutes=days * 1440 + 7 * days)
        left = clock.to_ms(came.check_in_time) + minutes * 60_000
        yield replace(came, status="checked_out", check_out_time=clock.to_text(left))


def yesterday() -> Iterator[CheckInEvent]:
    """The last forty who came yesterday, every third of whom nobody saw leave, and one who came by mistake."""
    for number, who in enumerate(CROWD[:40]):
        came = NOW - 19 * HOUR - number * 7 * 60_000 - 40 * 60_000
        left = came + (35 + number * 13 % 70) * 60_000
        flags = ("assumed_out",) if number % 3 == 1 else ("undone",) if number == 6 else ()
        came_in, place = DESKS[number % 2], DESKS[number % 5 % 2]
        hands: dict[str, Any] = place | {"by": "", "desk": None} if "assumed_out" in flags else place
        yield visit(
            SEQ - 900 - number,
            who,
            check_in_time=clock.to_text(came),
            check_out_time=clock.to_text(came if "undone" in flags else left),
            status="checked_out",
            flags=flags,
            let_in=Hand(came_in["by"], came_in["desk"]),
            **hands,
        )


def peak() -> Peak:
    """When it is busy: the gym's mornings and evenings, and quiet weekends."""
    shape = (0,) * 6 + (37, 41, 54, 74, 70, 69, 78, 45, 50, 64, 72, 101, 107, 75, 44) + (0,) * 3
    parts = (1.0, 0.97, 1.04, 0.98, 0.86, 0.62, 0.55)
    heat = tuple(tuple(round(hour * part, 1) for hour in shape) for part in parts)
    days = [round(sum(hours)) for hours in heat]
    return Peak(
        weeks=8,
        heat=heat,
        this_week=(1010, 988, 1204, 0, 0, 0, 0),
        last_week=tuple(days),
        last_week_so_far=3032,
        expected_in=141.5,
        as_of_seq=SEQ,
    )


def misfits() -> Iterator[ConflictNote]:
    """What the Pool gate did alone in the morning, and did not fit at noon."""
    first, second, third, fourth, fifth = CROWD[160:165]
    told = clock.to_text(NOW - 5 * HOUR)
    in_since = "checked in a second time; in since Wed 18 Nov {}, desk 1 (tom). That visit stands."
    for who, ago, sentence in (
        (first, 6 * HOUR, in_since.format("10:51")),
        (ANA, 6.2 * HOUR, in_since.format("11:02")),
        (BEN, 6.6 * HOUR, "came in, which the rules refuse or warn of (membership expired 3 Nov). The visit counts."),
        (second, 7.1 * HOUR, in_since.format("09:58")),
        (
            None,
            7.3 * HOUR,
            "the undo came to the server Wed 18 Nov 12:24, and was refused. There is no check-in or "
            "check-out by that id to undo.",
        ),
        (third, 7.7 * HOUR, "came in, which the rules refuse or warn of (payment overdue). The visit counts."),
        (fourth, 7.9 * HOUR, in_since.format("09:20")),
        (fifth, 9 * 24 * HOUR, "the check-in came to the server 8 days later. It is recorded."),
    ):
        yield ConflictNote(
            at=clock.to_text(NOW - round(ago)),
            recorded_at=told,
            member=who.ref if who else None,
            desk="Pool gate",
            by="nina",
            sentence=sentence,
        )


EARLIER: Final = tuple(earlier())
LATELY: Final = tuple(lately())
YESTERDAY: Final = tuple(yesterday())
MISFITS: Final = Conflicts(tuple(misfits()), more=False)
LAST: Final = CROWD[39].full_name.split()[-1]  # of the newest row of the feed then
TODAY: Final = replace(
    STATS, hours=(0, 0, 0, 0, 0, 0, 44, 61, 72, 97, 84, 79, 103, 60, 66, 81, 99, 148, *[0] * 6), same_weekday=1115
)
