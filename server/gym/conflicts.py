"""Conflicts: what desks recorded offline and did not fit, as sentences for a manager to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

import msgspec
from msgspec import UNSET

from gymtui import clock, rules
from gymtui.protocol import CheckInEvent, ConflictNote, Gym, Hand, Member, Refusal
from gymtui.visit_hands import let_in
from server.store import Conflict, Store

DEEDS: Final = {
    "check_in": "the check-in",
    "check_out": "the check-out",
    "undo": "the undo",
    "save_member": "the change",
}


def report(store: Store, since: int) -> list[str]:
    """A line on each conflict that was recorded since a time (ms), in the gym's own time, the oldest first."""
    gym = store.gym()
    told = notes(gym, partial(_member, store), reversed(store.conflicts(since)))
    return [_line(note, ZoneInfo(gym.timezone)) for note in told]


def newest(store: Store, since: int, limit: int) -> tuple[list[ConflictNote], bool]:
    """The last `limit` of them for a client, the newest first, and whether there are more; the sentences are in the
    gym's own time too."""
    found = store.conflicts(since, limit + 1)
    return list(notes(store.gym(), partial(_member, store), found[:limit])), len(found) > limit


def notes(gym: Gym, member: Callable[[str], Member | None], conflicts: Iterable[Conflict]) -> Iterator[ConflictNote]:
    """Each of them for a person, in its order and when it is asked for; `member` finds somebody by id."""
    for conflict in conflicts:
        event = conflict.event
        is_warned = isinstance(event, CheckInEvent) and "warned" in event.flags
        yield _note(conflict, gym, member(event.member.id) if is_warned and event.member is not None else None)


def _member(store: Store, id: str) -> Member | None:
    found = store.get_member(id)
    return None if found is None else msgspec.json.decode(found[0], type=Member)


def _note(conflict: Conflict, gym: Gym, member: Member | None) -> ConflictNote:
    zone, event = ZoneInfo(gym.timezone), conflict.event
    return ConflictNote(
        at=clock.to_text(conflict.at),
        recorded_at=clock.to_text(conflict.recorded_at),
        member=event.member,
        desk=event.desk,
        by=event.by,
        sentence=(
            _refused(conflict, event, zone) if isinstance(event, Refusal) else _recorded(conflict, event, gym, member)
        ),
    )


def _line(note: ConflictNote, zone: ZoneInfo) -> str:
    """`Sun 22 Nov 09:30  Ana Silva (4711), desk 1 (ana): …`"""
    ref = note.member
    who = "somebody" if ref is None else f"{ref.full_name} ({ref.membership_number or 'no number'})"
    return f"{day_and_time(clock.to_ms(note.at), zone)}  {who}, {_place(note)}: {note.sentence}"


def _refused(conflict: Conflict, event: Refusal, zone: ZoneInfo) -> str:
    deed = DEEDS.get(conflict.kind, "the command")
    return f"{deed} came to the server {day_and_time(conflict.recorded_at, zone)}, and was refused. {event.message}"


def _recorded(conflict: Conflict, event: CheckInEvent, gym: Gym, member: Member | None) -> str:
    zone, said = ZoneInfo(gym.timezone), []
    if conflict.other is not None:
        said.append(f"checked in a second time; in since {_beginning(conflict.other, zone)}. That visit stands.")
    if "reissued" in event.flags:
        owner = "another member" if conflict.holder is None else conflict.holder.full_name
        deed, card = DEEDS.get(conflict.kind, "it"), event.member.membership_number
        said.append(f"{deed} was by the card {card}, which belongs to {owner} now. It is recorded as the desk knew it.")
    if "unproven" in event.flags:
        said.append("was said to have come in, which nothing proves and the rules refuse: not let in.")
    elif "warned" in event.flags:
        wall = datetime.fromtimestamp(conflict.at / 1000, zone)
        reason = (
            None
            if member is None
            else rules.hardest(rules.decide(member, gym.policy, wall), rules.house(gym.policy, wall)).reason
        )
        said.append(f"came in, which the rules refuse or warn of{f' ({reason})' if reason else ''}. The visit counts.")
    if "backdated" in event.flags:
        told = f"{DEEDS.get(conflict.kind, 'it')} was told {day_and_time(conflict.recorded_at, zone)}"
        said.append(f"{told}, and not by a desk that was alone. It is recorded at the time that was said.")
    if "late" in event.flags:
        days = (conflict.recorded_at - conflict.at) // clock.DAY
        said.append(f"{DEEDS.get(conflict.kind, 'it')} came to the server {days} days later. It is recorded.")
    if "clock" in event.flags:
        told = "another time" if event.desk_time is UNSET else _date_and_time(clock.to_ms(event.desk_time), zone)
        said.append(f"the desk's clock was wrong, and said {told}. This time is the nearest that is known.")
    return " ".join(said)


def _beginning(visit: CheckInEvent, zone: ZoneInfo) -> str:
    """When a visit began, and where, as far as that is known."""
    began, hand = day_and_time(clock.to_ms(visit.check_in_time), zone), let_in(visit)
    return began if hand is None else f"{began}, {_place(hand)}"


def day_and_time(ms: int, zone: ZoneInfo) -> str:
    """`Sun 22 Nov 09:30`"""
    wall = datetime.fromtimestamp(ms / 1000, zone)
    return f"{wall:%a} {wall.day} {wall:%b %H:%M}"


def _date_and_time(ms: int, zone: ZoneInfo) -> str:
    """`1 Jan 2000 00:10`"""
    wall = datetime.fromtimestamp(ms / 1000, zone)
    return f"{wall.day} {wall:%b %Y %H:%M}"


def _place(event: Hand | ConflictNote) -> str:
    return f"{event.desk or 'no desk'} ({event.by or 'the gym itself'})"
