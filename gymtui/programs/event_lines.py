"""An event as one line: words in columns, a message of the wire, or cells of a table."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import datetime, tzinfo
from io import StringIO
from typing import Final

from msgspec import UNSET

from gymtui import clock, codec
from gymtui.importing.csv_cells import cell_of, joined
from gymtui.printable import printable
from gymtui.protocol import CheckInEvent, Event, Gym, Member, MemberRef, Notification, Refusal, RollCallUpdate

Form = Callable[[Event, tzinfo, int], str]
"""Makes a line of an event, by the clock on the gym's wall; the time (ms) is for one that has none of its own."""

CSV_HEADING: Final = "at,type,full_name,membership_number,location,desk,by,note,seq"


def line(event: Event, zone: tzinfo, now: int) -> str:
    """One event as words in columns, `09:00:00  in        Ana Silva  100042  Main door  desk 2`, by the clock on the
    gym's wall; `now` (ms) is for one that has no time of its own."""
    at, word, *others = words_of(event)
    then = wall(clock.to_text(now) if at is None else at, zone)
    return printable("  ".join([then, f"{word:8}", *(text for text in others if text)]))


def words_of(event: Event) -> tuple[str | None, ...]:
    """When, what, who, and what else there is to say."""
    match event:
        case CheckInEvent(status="checked_in"):
            return event.check_in_time, "in", *_who(event.member), event.location, event.desk, *event.flags
        case CheckInEvent():
            return event.check_out_time, "out", *_who(event.member), event.desk, *event.flags
        case Refusal():
            # The message of an older server has the number that nobody has, which may be a PIN.
            is_plain = event.member is None and event.code != "unknown_member"
            why = event.message if is_plain else event.reason
            nobody = "?" if event.unknown_card is UNSET else event.unknown_card.words
            return event.at, "refused", *_who(event.member, nobody), why, event.desk
        case Notification():
            return event.at, event.level, event.title, event.message
        case RollCallUpdate():
            what = f"{event.step.replace('_', ' ')}{', drill' if event.drill else ''}"
            return event.at, "roll-call", what, *_who(event.member, event.name or ""), event.desk
        case Member():
            return None, "member", *_who(event.ref), event.plan
        case Gym():
            return None, "gym", event.name, event.timezone


def wall(at: str, zone: tzinfo, form: str = "%H:%M:%S") -> str:
    """The time of day, or what else of it the form has; dashes for a time that there is not."""
    try:
        return datetime.fromtimestamp(clock.to_ms(at) / 1000, zone).strftime(form)
    except (ValueError, OverflowError, OSError):
        return "--:--:--"


def moment(at: str | None) -> int | None:
    """The time (ms), where that is one."""
    try:
        return None if at is None else clock.to_ms(at)
    except (ValueError, OverflowError):
        return None


def _who(member: MemberRef | None, nobody: str = "?") -> tuple[str, str | None]:
    return (nobody, None) if member is None else (member.full_name, member.membership_number)


def as_csv(event: Event, zone: tzinfo, now: int) -> str:
    """One event as cells under `CSV_HEADING`; none is a formula, nor what a terminal obeys."""
    at, word, *_ = words_of(event)
    text = StringIO()
    then = wall(clock.to_text(now) if at is None else at, zone, "%Y-%m-%d %H:%M:%S")
    cells = (then, word, *_cells(event), str(event.seq))
    csv.writer(text, lineterminator="").writerow([cell_of(printable(cell or "")) for cell in cells])
    return text.getvalue()


def _cells(event: Event) -> tuple[str | None, ...]:
    """Who, with which number, where, at which desk, by whom, and what else there is to say."""
    match event:
        case CheckInEvent():
            return *_who(event.member), event.location, event.desk, event.by, joined(event.flags)
        case Refusal():
            nobody = "" if event.unknown_card is UNSET else event.unknown_card.words
            return *_who(event.member, nobody), None, event.desk, event.by, event.reason
        case RollCallUpdate():
            note = f"{event.step.replace('_', ' ')}{', drill' if event.drill else ''}"
            return *_who(event.member, event.name or ""), None, event.desk, event.by, note
        case Notification():
            return None, None, None, None, None, f"{event.title}: {event.message}"
        case Member():
            return *_who(event.ref), None, None, None, event.plan
        case Gym():
            return None, None, None, None, event.by or None, event.name


def as_json(event: Event) -> str:
    """One event as a message of the wire. What a terminal would obey is written as JSON writes it, `\\u009b`."""
    text = codec.message(event).decode()
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if printable(c) == c else _escape(c) for c in text)


def _escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{high:02x}{low:02x}" for high, low in zip(units[::2], units[1::2], strict=True))


FORMS: Final[dict[str, Form]] = {"text": line, "jsonl": lambda event, zone, now: as_json(event), "csv": as_csv}
