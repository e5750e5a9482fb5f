"""The projection, made once more from the journal alone: what the tables of a gym have to be. For `verify`.

It is a second implementation on purpose: it shares no code with the commands and knows only what their rows say. Where
both agree, neither can have the other's mistake.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec
from msgspec import UNSET, Struct
from msgspec.structs import replace

from gymtui import clock
from gymtui.protocol import EVENTS, CheckInEvent, Gym, Member

_decode: Final[dict[str, Any]] = {name: msgspec.json.Decoder(kind).decode for name, kind in EVENTS.items()}
_member = msgspec.json.Decoder(Member).decode


class ProjectedVisit(Struct, frozen=True, kw_only=True, gc=False):
    """A visit after its last row; times in milliseconds. `punched` is None where its first row is not there."""

    seq: int
    payload: int  # its hash: the bytes of all visits of a club would be too many
    began: int
    ended: int | None
    is_assumed: bool
    punched: bool | None
    whose: int  # a hash too


class Projection:
    """Folds rows, taken in order. `hours` are `[check_ins, stays, stay]`; None where the journal does not begin with
    its first row, for then nobody knows what was counted before."""

    def __init__(self) -> None:
        self.visits: dict[str, ProjectedVisit] = {}
        self.merged: dict[str, str] = {}
        self.gym: bytes | None = None
        self.hours: dict[str, list[int]] | None = None
        self._zone: ZoneInfo | None = None
        self._members: dict[str, bytes] = {}
        self._cards: dict[str, tuple[int, int]] = {}  # visits left, and by which row

    def take(self, seq: int, type: str, kind: str, payload: bytes) -> None:
        """One row. ValueError where it is not what it has to be."""
        event = _decode[type](payload)
        if event.seq != seq:
            raise ValueError(f"says that it is row {event.seq}")
        match event:
            case CheckInEvent():
                self._take_visit(event, kind, payload)
            case Member():
                self._members[event.id] = payload
                self._cards.pop(event.id, None)
            case Gym():
                self.gym, self._zone = payload, ZoneInfo(event.timezone)
                if seq == 1:
                    self.hours = {}
            case _:  # a refusal, a notification: the row is all there is of it
                pass

    def member(self, before: Member) -> Member | None:
        """What the directory must have in the place of `before`; None where no row is about that member."""
        payload, card = self._members.get(before.id), self._cards.get(before.id)
        if payload is None and card is None:
            return None
        member = before if payload is None else _member(payload)
        return member if card is None else replace(member, visits_left=card[0], seq=card[1])

    @property
    def members(self) -> set[str]:
        """The ids of all whom a row is about."""
        return self._members.keys() | self._cards.keys()

    def _take_visit(self, event: CheckInEvent, kind: str, payload: bytes) -> None:
        before = self.visits.get(event.id)
        visit = ProjectedVisit(
            seq=event.seq,
            payload=hash(payload),
            began=clock.to_ms(event.check_in_time),
            ended=None if event.check_out_time is None else clock.to_ms(event.check_out_time),
            is_assumed="assumed_out" in event.flags,
            punched=None if before is None else before.punched,
            whose=hash(event.member.id),
        )
        is_void = kind == "correct" and "undone" in event.flags
        if kind == "check_in" or (kind == "correct" and (before is None or visit.whose != before.whose)):
            visit = replace(visit, punched=event.visits_left is not UNSET)
        if is_void:
            visit = replace(visit, punched=False)
        self.visits[event.id] = visit
        if event.visits_left is not UNSET:
            self._cards[event.member.id] = event.visits_left, event.seq
        if kind == "correct" and before is not None:
            self._count_whole(before, -1)
            self._count_whole(visit, 0 if is_void else 1)
        self._count(kind, before, visit, clashes="clash" in event.flags)

    def _count(self, kind: str, before: ProjectedVisit | None, visit: ProjectedVisit, *, clashes: bool) -> None:
        match kind:
            case "check_in" if not clashes:
                self._add(visit.began, 1, 0, 0)
            case "check_out" if visit.ended is not None and not visit.is_assumed:
                self._add(visit.ended, 0, 1, visit.ended - visit.began)
            case "undo" if visit.ended is not None:
                self._add(visit.began, -1, 0, 0)
            case "undo" if before is not None and before.ended is not None and not before.is_assumed:
                self._add(before.ended, 0, -1, before.began - before.ended)

    def _count_whole(self, visit: ProjectedVisit, by: int) -> None:
        """A visit as it stands, with its stay where its end was seen."""
        self._add(visit.began, by, 0, 0)
        if visit.ended is not None and not visit.is_assumed:
            self._add(visit.ended, 0, by, by * (visit.ended - visit.began))

    def _add(self, at: int, *counts: int) -> None:
        if self.hours is None or self._zone is None:
            return
        hour = self.hours.setdefault(f"{datetime.fromtimestamp(at / 1000, self._zone):%Y-%m-%dT%H}", [0, 0, 0])
        for place, count in enumerate(counts):
            hour[place] += count
