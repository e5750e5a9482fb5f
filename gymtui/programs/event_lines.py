"""An event as one line: words in columns, JSON, or cells of a table."""

from __future__ import annotations

from datetime import datetime, tzinfo

from msgspec import UNSET

from gymtui import clock, codec
from gymtui.printable import printable
from gymtui.protocol import CheckInEvent, Event, Gym, Member, MemberRef, Notification, Refusal, RollCallUpdate


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


def wall(at: str, zone: tzinfo) -> str:
    """The time of day; dashes for a time that there is not."""
    try:
        return f"{datetime.fromtimestamp(clock.to_ms(at) / 1000, zone):%H:%M:%S}"
    except (ValueError, OverflowError, OSError):
        return "--:--:--"


def _who(member: MemberRef | None, nobody: str = "?") -> tuple[str, str | None]:
    return (nobody, None) if member is None else (member.full_name, member.membership_number)


def as_json(event: Event) -> str:
    """One event as a message of the wire. What a terminal would obey is written as JSON writes it, `\\u009b`."""
    text = codec.message(event).decode()
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if printable(c) == c else _escape(c) for c in text)


def _escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{high:02x}{low:02x}" for high, low in zip(units[::2], units[1::2], strict=True))
