"""An event of the journal as one row of the feed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, Literal

from msgspec import UNSET, Struct
from msgspec.structs import replace

from gymtui.protocol import CheckInEvent, Notification, Refusal, RollCallUpdate
from gymtui.roll_call import is_ended_with_another
from gymtui.ui.privacy import initials

News = CheckInEvent | Refusal | Notification | RollCallUpdate  # what a feed tells
RowKind = Literal["in", "warned", "out", "undone", "clash", "again", "refused", "notice"]

SYMBOLS: dict[RowKind, str] = {
    "in": "▲",
    "warned": "!",
    "out": "▽",
    "undone": "↩",
    "clash": "≡",
    "again": "↩",
    "refused": "✗",
    "notice": "◆",
}
IN_ALREADY: Final = "already in "  # what the reason of a harmless repeat begins with
REFUSED: Final[tuple[RowKind, str]] = ("refused", "refused")
AGAIN: Final[tuple[RowKind, str]] = ("again", "already in")
NOT_AT_THE_DOOR: Final[dict[str, tuple[RowKind, str]]] = {"changed_meanwhile": ("clash", "not saved")}
NOTED = ("override", "warned", "offline", "late", "clock", "backdated", "corrected")


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


def told_once(before: News | None, events: Iterable[News]) -> Iterator[News]:
    """Without the end of another roll-call that was ended with one before it: two desks that were cut off from
    each other may each have begun one, and a person ends both at once."""
    for event in events:
        if not (isinstance(event, RollCallUpdate) and _ends_with(event, before)):
            yield event
        before = event


def _ends_with(event: RollCallUpdate, before: News | None) -> bool:
    if is_ended_with_another(event):
        return True
    if not isinstance(before, RollCallUpdate):  # as earlier desks end them
        return False
    row, row_before = (replace(_step(step), seq=0, at="") for step in (event, before))
    return event.step == "end" and row == row_before


def row_of(event: News, *, masked: bool = False) -> Row:
    """`masked`: with initials for a name."""
    row = _row(event)
    is_person = not isinstance(event, Notification) and event.member is not None
    return replace(row, who=initials(row.who)) if masked and is_person else row


def _row(event: News) -> Row:
    match event:
        case CheckInEvent():
            return _visit(event)
        case Refusal():
            return _refusal(event)
        case RollCallUpdate():
            return _step(event)
        case Notification():
            text = f"{event.title}: {event.message}" if event.message else event.title
            told = "told" if event.level == "info" else event.level
            return Row(seq=event.seq, kind="notice", at=event.at, who=text, outcome=told, place="", by="", note="")


def _step(event: RollCallUpdate) -> Row:
    """Who is safe, or that a roll-call has begun or is over."""
    who = event.member.full_name if event.member else event.name
    word = "drill" if event.drill else "roll-call"
    outcome = {"start": "begun", "safe": "safe", "not_safe": "not safe", "end": "over"}[event.step]
    note = f"{event.found or 0} found, {event.missing or 0} missing" if event.step == "end" else ""
    return Row(
        seq=event.seq,
        kind="notice",
        at=event.at,
        who=who or word.capitalize(),
        outcome=outcome,
        place=event.desk or "",
        by=event.by,
        note=note if who is None else word,
    )


def _refusal(event: Refusal) -> Row:
    """Who is in already is not refused: the verdict does not say so either. Nor is who was to be changed, and was not:
    nobody stands at the door."""
    is_in = event.code == "already_checked_in" and event.reason.startswith(IN_ALREADY)
    kind, outcome = AGAIN if is_in else NOT_AT_THE_DOOR.get(event.code, REFUSED)
    return Row(
        seq=event.seq,
        kind=kind,
        at=event.at,
        who=event.member.full_name if event.member else _nobody(event),
        outcome=outcome,
        place=event.desk or "",
        by=event.by,
        note=event.reason.removeprefix(IN_ALREADY) if is_in else event.reason,
    )


def _nobody(event: Refusal) -> str:
    """The card that nobody has (a server of before tells it in the message, which is shown to nobody), or how many
    commands were refused at once."""
    if event.count is not UNSET:
        return f"{event.count:,} commands"
    return "unknown card" if event.unknown_card is UNSET else event.unknown_card.words


def _visit(event: CheckInEvent) -> Row:
    kind, outcome = _what(event)
    notes = [flag for flag in event.flags if flag in NOTED]
    return Row(
        seq=event.seq,
        kind=kind,
        at=event.check_out_time or event.check_in_time,
        who=event.member.full_name,
        outcome=outcome,
        place=event.location or event.desk or "",
        by=event.by,
        note=" ".join([_why(event), *notes] if kind == "clash" else notes),
    )


def _why(clash: CheckInEvent) -> str:
    return "not let in" if "unproven" in clash.flags else "in already"


def _what(event: CheckInEvent) -> tuple[RowKind, str]:
    """What has become of a visit, and the word for it. When something was undone is not on the wire: such a row has
    the time of what the visit is now."""
    is_open = event.status == "checked_in"
    if "undone" in event.flags:
        return "undone", "undone out" if is_open else "undone in"
    if "clash" in event.flags:
        return "clash", "clash"
    if "assumed_out" in event.flags:
        return "out", "~out"
    if is_open and "warned" in event.flags:
        return "warned", "in"
    return ("in", "in") if is_open else ("out", "out")
