"""May this member come in? Pure, and the same on a desk and on the server.

`decide` looks at the member, at the gym's policy and at the clock on the gym's wall; whether the member is in
already is no matter of policy and not asked here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from msgspec import Struct

from gymtui.protocol import Action, ErrorCode, Member, Policy


class Ruling(Struct, frozen=True):
    """What the rules say: `code` and `reason` (a few words, `membership expired 3 Nov`) unless nothing is wrong."""

    action: Action
    code: ErrorCode | None = None
    reason: str | None = None


ALLOWED = Ruling("allow")
NOON = time(12)
OVERNIGHT = timedelta(hours=6)  # the longest visit over midnight that is no forgotten one


def decide(member: Member, policy: Policy, at: datetime) -> Ruling:
    """The hardest thing the policy says about anything that is wrong; the earlier of two that are as hard."""
    rulings = [Ruling(_action(policy, code), code, reason) for code, reason in _wrong(member, at)]
    for action in ("refuse", "warn"):
        for ruling in rulings:
            if ruling.action == action:
                return ruling
    return ALLOWED


def _action(policy: Policy, code: ErrorCode) -> Action:
    action: Action = getattr(policy, code)
    return action


def _wrong(member: Member, at: datetime) -> Iterator[tuple[ErrorCode, str]]:
    today = at.date()
    if member.status == "banned":
        yield "banned", "banned from the gym"
    if member.status == "inactive":
        yield "member_inactive", "membership not active"
    if member.valid_until is not None and today > date.fromisoformat(member.valid_until):
        yield "membership_expired", f"membership expired {day(date.fromisoformat(member.valid_until), today)}"
    if member.valid_from is not None and today < date.fromisoformat(member.valid_from):
        yield "member_inactive", f"membership starts {day(date.fromisoformat(member.valid_from), today)}"
    if member.status == "frozen":
        yield "membership_frozen", "membership frozen"
    if member.visits_left is not None and member.visits_left <= 0:
        yield "no_visits_left", "no visits left"
    if member.payment_overdue:
        yield "payment_overdue", "payment overdue"
    if member.waiver_signed is False:
        yield "waiver_missing", "waiver not signed"
    if member.hours is not None and not within(member.hours, at.time()):
        yield "outside_hours", f"outside its hours, {member.hours}"


def is_forgotten(began: datetime, at: datetime) -> bool:
    """Is a visit that is still open at that time one whose exit nobody has seen? It began on another day on the gym's
    wall, and not in the hours before midnight only."""
    return at.date() > began.date() and at - began > OVERNIGHT


def since(began: datetime, now: datetime) -> str:
    """`17:02`; `yesterday 18:02`, `3 Nov 18:02` where it was another day."""
    days = (now.date() - began.date()).days
    if days == 0:
        return f"{began:%H:%M}"
    return f"yesterday {began:%H:%M}" if days == 1 else f"{day(began.date(), now.date())} {began:%H:%M}"


def within(hours: str, at: time) -> bool:
    """Is it `06:00-14:00`? The end does not belong to it, and may be 24:00; `22:00-02:00` goes over midnight, and
    `00:00-00:00` all round the clock, as whatever ends where it begins. Else a ValueError."""
    begin, end = (part.strip() for part in hours.split("-"))
    opens, closes = time.fromisoformat(begin), end_of(end)
    if opens.tzinfo or closes.tzinfo:
        raise ValueError(f"these are no hours on a gym's wall: {hours}")
    return opens <= at < closes if opens < closes else at >= opens or at < closes


def end_of(text: str) -> time:
    """The time at which something ends: `24:00` is the next midnight. Else a ValueError."""
    return time.min if text == "24:00" else time.fromisoformat(text)


def day(day: date, today: date) -> str:
    """`3 Nov`, with its year where that is not this one."""
    text = f"{day.day} {day:%b}"
    return text if day.year == today.year else f"{text} {day.year}"
