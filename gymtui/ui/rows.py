"""An event of the journal as one row of the feed."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from gymtui.protocol import CheckInEvent, Event, Notification, Refusal

RowKind = Literal["in", "out", "undone", "refused", "notice"]

SYMBOLS: dict[RowKind, str] = {"in": "▲", "out": "▽", "undone": "↩", "refused": "✗", "notice": "◆"}
NOTED = ("override", "warned", "offline", "clash", "late")


class Row(Struct, frozen=True, kw_only=True):
    """What a row says; `at` is the time as it stands on the wire, `~` marks what is assumed."""

    seq: int
    kind: RowKind
    at: str
    who: str
    outcome: str
    place: str
    by: str
    note: str

    @property
    def symbol(self) -> str:
        return SYMBOLS[self.kind]


def row_of(event: Event) -> Row | None:
    """The row for an event; None for what is no matter of the feed (members and the gym itself)."""
    match event:
        case CheckInEvent():
            return _visit(event)
        case Refusal():
            who = event.member.full_name if event.member else "unknown card"
            return Row(
                seq=event.seq,
                kind="refused",
                at=event.at,
                who=who,
                outcome="refused",
                place=event.desk or "",
                by=event.by,
                note=event.reason,
            )
        case Notification():
            text = f"{event.title}: {event.message}" if event.message else event.title
            return Row(
                seq=event.seq, kind="notice", at=event.at, who=text, outcome=event.level, place="", by="", note=""
            )
        case _:
            return None


def _visit(event: CheckInEvent) -> Row:
    kind: RowKind = "in" if event.status == "checked_in" else "out"
    outcome: str = kind
    if "undone" in event.flags:
        kind, outcome = "undone", "undone"
    elif "assumed_out" in event.flags:
        outcome = "~out"
    return Row(
        seq=event.seq,
        kind=kind,
        at=event.check_in_time if kind == "in" else event.check_out_time or event.check_in_time,
        who=event.member.full_name,
        outcome=outcome,
        place=event.location or event.desk or "",
        by=event.by,
        note=" ".join(flag for flag in event.flags if flag in NOTED),
    )
