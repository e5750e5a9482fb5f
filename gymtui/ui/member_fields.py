"""What is kept of a member, a line each: how it is read, and what a text that is typed for it comes to. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from typing import Any, Final

from gymtui import rules
from gymtui.protocol import Member
from gymtui.typed_day import typed_day
from gymtui.ui.settings import NONE, Setting

YES, NO = "yes", "no"
STATUSES: Final = ("active", "frozen", "inactive", "banned")
A_DAY: Final = f"a day such as 31 Dec 2026, or {NONE}"

TEXTS: Final = {  # fields that are what was typed
    "full_name": ("Name", "a name"),
    "phone": ("Phone", f"a number, or {NONE}"),
    "email": ("E-mail", f"an address, or {NONE}"),
    "plan": ("Plan", f"what it is called, or {NONE}"),
    "notes": ("Notes, all of them", f"a text, or {NONE}"),
    "hours": ("Hours", f"such as 06:00-14:00, or {NONE}"),
    "membership_number": ("Number", f"a number, or {NONE}"),
    "home_location": ("Home", f"a place, or {NONE}"),
}
DAYS: Final = {"valid_from": "First day", "valid_until": "Last day", "birth_date": "Birthday"}
TRUTHS: Final = {"payment_overdue": "Payment overdue", "waiver_signed": "Waiver signed", "guest": "Guest"}

Change = dict[str, Any]  # as `Membership.change` takes it


class MemberLine(Setting, frozen=True, kw_only=True):
    """One of them. `comes_to` is the change that a text asks for, and a ValueError says why it cannot be one; `told` is
    that change in words; `is_staffs`: whoever is no manager may do it too."""

    comes_to: Callable[[str], Change]
    told: Callable[[str], str] | None = None
    is_staffs: bool = False

    def objection(self, text: str) -> str | None:
        try:
            self.comes_to(text)
        except ValueError as error:
            return str(error)
        return None

    def offers(self, text: str) -> str:
        if self.told is None:
            return super().offers(text)
        return f"Enter: {self.told(text)}"


def fields_of(member: Member, today: date) -> Iterator[MemberLine]:
    for name, (label, hint) in TEXTS.items():
        yield _line(name, label, getattr(member, name) or "", hint, partial(_text, name))
    for name, label in DAYS.items():
        value = getattr(member, name) or ""
        read = partial(_day_or_none, None if name == "birth_date" else today)  # which is long ago
        yield _line(name, label, value, A_DAY, read, words=said(value) if value else "none")
    left = "" if member.visits_left is None else str(member.visits_left)
    yield _line("visits_left", "Visits left", left, f"a number, or {NONE}", _whole_or_none, words=left or "any number")
    for name, label in TRUTHS.items():
        known = getattr(member, name)
        value = "" if known is None else YES if known else NO
        yield _line(name, label, value, f"{YES} or {NO}", _truth, choices=(YES, NO))
    hint = ", ".join(STATUSES[:-1]) + f" or {STATUSES[-1]}"
    yield _line("status", "Status", member.status, hint, partial(_one_of, STATUSES), choices=STATUSES)


def _line(
    name: str,
    label: str,
    value: str,
    hint: str,
    read: Callable[[str], object],
    *,
    choices: tuple[str, ...] = (),
    words: str = "",
) -> MemberLine:
    """A field, and how a text is read as its value."""

    def comes_to(text: str) -> Change:
        return {name: read(text)}

    words = words or value or "none"
    return MemberLine(key=name, label=label, value=value, words=words, hint=hint, choices=choices, comes_to=comes_to)


def _text(name: str, text: str) -> str | None:
    if text == NONE:
        if name == "full_name":
            raise ValueError("a member has a name")
        return None
    if name == "hours":
        try:
            rules.within(text, rules.NOON)
        except ValueError as error:
            raise ValueError("those are no hours") from error
    return text


def _day_or_none(today: date | None, text: str) -> str | None:
    return None if text == NONE else typed_day(text, today).isoformat()


def _whole_or_none(text: str) -> int | None:
    if text.startswith("-"):
        raise ValueError("that is no number")
    return None if text == NONE else whole(text)


def whole(text: str) -> int:
    if not re.fullmatch(r"[+-]?\d{1,3}", text.strip()):
        raise ValueError("that is no number up to 999")
    return int(text)


def _truth(text: str) -> bool:
    return _one_of((YES, NO), text) == YES


def _one_of(choices: tuple[str, ...], text: str) -> str:
    if text not in choices:
        raise ValueError("that is none of them")
    return text


def said(day: str) -> str:
    """`26 Dec 2026`; as it is where it is no day."""
    try:
        return rules.day(date.fromisoformat(day), date.min)
    except ValueError:
        return day
