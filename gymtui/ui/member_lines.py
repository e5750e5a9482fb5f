"""A member as whoever changes one reads it: what can be done, a line each with what is typed for it, and then what is
kept. Pure; what a text comes to is known before it is given."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final

from msgspec import UNSET
from msgspec.structs import replace

from gymtui import clock, rules
from gymtui.protocol import Acknowledged, Member
from gymtui.typed_day import typed_day
from gymtui.ui.member_fields import Change, MemberLine, fields_of, said, whole
from gymtui.ui.privacy import HIDDEN

MONTHS: Final = ("1 month", "3 months", "6 months", "12 months")
VISITS: Final = ("10", "5", "1")
OPEN, END = "open", "end"  # a freeze without an end, and the end of one
DEALT_WITH, AWAY = "dealt with", "take away"
DAY: Final = timedelta(days=1)
UNSEEN: Final = "shown to managers"
PRIVATE: Final = {"note", "alert", "full_name", "phone", "email", "birth_date", "home_location", "notes"}


def lines_of(member: Member, today: date, zone: tzinfo = UTC) -> tuple[MemberLine, ...]:
    """All of them, what is done most first; `today` is the gym's day, `zone` that of the clock on its wall."""
    return (*_deeds(member, today), *_alerts(member, zone), *fields_of(member, today))


def without_what_is_private(lines: tuple[MemberLine, ...]) -> tuple[MemberLine, ...]:
    """The same under the privacy mask; what is typed still means what it meant."""
    return tuple(replace(each, words=HIDDEN) if each.key.partition(".")[0] in PRIVATE else each for each in lines)


def without_what_is_not_here(lines: tuple[MemberLine, ...], hidden: Collection[str]) -> tuple[MemberLine, ...]:
    """The same where these fields are for others to see: they may have a value, and nobody here knows."""
    unknown = {*hidden, *(("note",) if "notes" in hidden else ())}
    return tuple(replace(each, words=UNSEEN) if each.key in unknown else each for each in lines)


def _deeds(member: Member, today: date) -> Iterator[MemberLine]:
    until = None if member.valid_until is None else date.fromisoformat(member.valid_until)

    def change(text: str) -> Change:
        return {"valid_until": renewed(until, text, today).isoformat()}

    def told(text: str) -> str:
        was = "no end" if until is None else rules.day(until, today)
        return f"valid until {rules.day(renewed(until, text, today), date.min)}, was {was}"

    yield MemberLine(
        key="renew",
        label="Renew",
        value=member.valid_until or "",
        words="no end" if until is None else f"until {rules.day(until, today)}",
        hint="1 month, 12 months, or a last day: 31 Dec",
        choices=MONTHS,
        first=MONTHS[0],
        comes_to=change,
        told=told,
    )
    yield _freeze(member, today)
    left = member.visits_left
    yield MemberLine(
        key="visits",
        label="Add visits",
        value="" if left is None else str(left),
        words="no punch card" if left is None else f"{left} left",
        hint="how many; -1 takes one off",
        choices=VISITS,
        first=VISITS[0],
        comes_to=lambda text: {"visits_left": whole(text)} if left is None else {"visits": whole(text)},
        told=lambda text: f"{max(0, (left or 0) + whole(text))} visits, were {'none' if left is None else left}",
    )
    yield MemberLine(
        key="note",
        label="Add a note",
        value="",
        words=(member.notes or "none").splitlines()[-1],
        hint="what to write down",
        comes_to=lambda text: {"notes": "\n".join(filter(None, (member.notes, text)))},
    )
    yield MemberLine(
        key="alert",
        label="Add an alert",
        value="",
        words="said at each check-in until it is dealt with",
        hint="what to say at each check-in",
        comes_to=lambda text: {"alerts": (*member.alerts, text)},
    )


def renewed(until: date | None, text: str, today: date) -> date:
    """The last day after that: from today on, or from the day after the last one where that is still to come."""
    months = re.fullmatch(r"(\d{1,3}) ?(m|mo|month|months)?", text.strip())
    if months is None:
        return typed_day(text, today)
    begins = max(today, today if until is None else until + DAY)
    return _months_later(begins, int(months[1])) - DAY


def _months_later(day: date, months: int) -> date:
    """The same day so many months later; where there is none, the first of the next one."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    try:
        return day.replace(year=year, month=month + 1)
    except ValueError:
        return date(year + (month == 11), (month + 1) % 12 + 1, 1)


def _freeze(member: Member, today: date) -> MemberLine:
    is_frozen = member.status == "frozen"
    until = member.frozen_until
    if until is not None and date.fromisoformat(until) <= today:
        is_frozen, until = False, None

    def frozen(text: str) -> Change:
        if text == END:
            return {"status": "active", "frozen_until": None}
        return {"status": "frozen", "frozen_until": None if text == OPEN else _thaw(text, today).isoformat()}

    def told(text: str) -> str:
        if text in (OPEN, END):
            return "frozen, without an end" if text == OPEN else "the freeze ends now"
        return f"frozen until {rules.day(_thaw(text, today), date.min)}"

    words = "not frozen" if not is_frozen else "frozen" if until is None else f"frozen until {said(until)}"
    return MemberLine(
        key="freeze",
        label="Freeze",
        value=(until or OPEN) if is_frozen else "",
        words=words,
        hint=f"1 month, the first day after it (31 Dec), {OPEN}, or {END}",
        choices=(*MONTHS, OPEN, END),
        first=END if is_frozen else MONTHS[0],
        comes_to=frozen,
        told=told,
    )


def _thaw(text: str, today: date) -> date:
    months = re.fullmatch(r"(\d{1,3}) ?(m|mo|month|months)?", text.strip())
    return typed_day(text, today) if months is None else _months_later(today, int(months[1]))


def _alerts(member: Member, zone: tzinfo) -> Iterator[MemberLine]:
    known = {each.alert: each for each in (() if member.acknowledged is UNSET else member.acknowledged)}
    for number, alert in enumerate(dict.fromkeys(member.alerts)):
        yield _alert(member, number, alert, _who(known[alert], zone) if alert in known else "")


def _alert(member: Member, number: int, alert: str, dealt_with: str) -> MemberLine:
    def change(text: str) -> Change:
        if text not in (DEALT_WITH, AWAY):
            raise ValueError("that is none of them")
        if text == DEALT_WITH:
            return {"acknowledged": (alert,)}
        return {"alerts": tuple(each for each in member.alerts if each != alert)}

    return MemberLine(
        key=f"alert.{number}",
        label="Alert",
        value=alert,
        words=f"{alert}{dealt_with}",
        hint=f"{DEALT_WITH}, or {AWAY}",
        choices=(DEALT_WITH, AWAY),
        first=AWAY if dealt_with else DEALT_WITH,
        comes_to=change,
        told=lambda text: f"“{alert}” {'is dealt with' if text == DEALT_WITH else 'is taken away'}",
        is_staffs=True,
    )


def _who(dealt_with: Acknowledged, zone: tzinfo) -> str:
    """Behind an alert: by whom it was dealt with, and when."""
    at = datetime.fromtimestamp(clock.to_ms(dealt_with.at) / 1000, zone)
    return f" — dealt with by {dealt_with.by or 'this desk'}, {rules.day(at.date(), date.min)} {at:%H:%M}"
