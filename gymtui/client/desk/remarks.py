"""What to tell somebody who comes in, beside what the rules say: alerts, a last visit, an end that is near. Pure."""

from __future__ import annotations

from calendar import isleap
from collections.abc import Iterator
from datetime import date
from typing import Final

from msgspec import UNSET

from gymtui import rules
from gymtui.protocol import Member

FEW: Final = 2  # visits on a punch card from which on they are said
SOON: Final = 7  # days before its end in which a membership's end is said


def remarks_on(member: Member, visits_left: int | None, today: date) -> tuple[str, ...]:
    """In the order in which they matter; `visits_left` is what the card has after this visit, `today` the gym's day.

    ValueError where a date of the membership is none.
    """
    return tuple(_remarks(member, visits_left, today))


def _remarks(member: Member, visits_left: int | None, today: date) -> Iterator[str]:
    dealt_with = () if member.acknowledged is UNSET else {each.alert for each in member.acknowledged}
    yield from (alert for alert in member.alerts if alert not in dealt_with)
    if member.guest:
        yield "guest"
    if visits_left == 0:
        yield "last visit used"
    elif visits_left is not None and visits_left <= FEW:
        yield f"{visits_left} {'visit' if visits_left == 1 else 'visits'} left"
    is_day_pass = member.guest and member.valid_from == member.valid_until
    if member.valid_until is not None and not is_day_pass:
        until = date.fromisoformat(member.valid_until)
        if 0 <= (until - today).days <= SOON:
            yield "membership ends today" if until == today else f"membership ends {rules.day(until, today)}"
    if member.birth_date is not None and is_birthday(date.fromisoformat(member.birth_date), today):
        yield "birthday today"


def is_birthday(born: date, today: date) -> bool:
    """Is it that day of the year? Whoever was born on 29 February has it on the 28th where there is no 29th."""
    if (born.month, born.day) == (2, 29) and not isleap(today.year):
        return (today.month, today.day) == (2, 28)
    return (born.month, born.day) == (today.month, today.day)
