"""What is done to a member, in words: for whoever does it, and for whoever was not as fast as somebody else."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date, datetime, tzinfo
from typing import Final

import msgspec
from msgspec import Struct

from gymtui import clock, rules
from gymtui.protocol import CardState, ErrorBody, SaveCard, SaveMember
from gymtui.saving import given

CARDS: Final[dict[CardState, str]] = {"in_use": "is in use", "lost": "was lost", "returned": "was returned"}
DAYS: Final = ("_from", "_until", "_date", "_since")  # how fields that are a day are called

logger = logging.getLogger(__name__)


def described(request: SaveMember) -> str:
    """What a change is, behind the member's name: `valid until 26 Dec 2026`, `5 visits added`, `phone changed`."""
    fields = given(request.member)
    if request.seen == 0:
        return "guest for today" if fields.get("guest") else "signed up"
    return ", ".join(_described(request, fields)) or "nothing changed"


def described_card(request: SaveCard) -> str:
    """The same of a card: `card B-77 is in use`."""
    return f"card {request.code} {CARDS[request.state]}"


def _described(request: SaveMember, fields: dict[str, object]) -> Iterator[str]:
    if request.visits:
        yield f"{abs(request.visits)} visits {'added' if request.visits > 0 else 'taken off'}"
    if request.acknowledged:
        yield "alert dealt with"
    if "deleted" in fields:
        yield "taken out of the directory" if fields["deleted"] else "back in the directory"
    elif fields.get("status") == "frozen":
        until = fields.get("frozen_until")
        yield "frozen" if until is None else f"frozen until {_day(str(until))}"
    elif fields.get("valid_until") is not None:
        yield f"valid until {_day(str(fields['valid_until']))}"
    elif names := [name.replace("_", " ") for name in fields if name not in ("id", "frozen_until")]:
        yield f"{', '.join(names)} changed"


def _day(text: str) -> str:
    try:
        return rules.day(date.fromisoformat(text), date.min)
    except ValueError:
        return text


class _Changed(Struct, frozen=True):
    """A field that somebody else has changed."""

    field: str
    value: object = None
    by: str | None = None
    at: str | None = None


def meanwhile(body: ErrorBody, zone: tzinfo, now: int) -> str | None:
    """What somebody else has made of a member: `phone is 079 1 now (mia, 14:02)`; None where that is not said."""
    try:
        fields = msgspec.convert((body.details or {}).get("changed"), list[_Changed])
        return ", ".join(_is_now(each, zone, now) for each in fields) or None
    except (msgspec.ValidationError, ValueError, OverflowError) as error:
        logger.warning("A refusal does not say what has changed: %s", error)
        return None


def _is_now(changed: _Changed, zone: tzinfo, now: int) -> str:
    value = "nothing" if changed.value in (None, "", []) else str(changed.value)
    value = _day(value) if changed.field.endswith(DAYS) else value
    at = None
    if changed.at is not None:
        began, today = (datetime.fromtimestamp(ms / 1000, zone) for ms in (clock.to_ms(changed.at), now))
        at = rules.since(began, today)
    who = ", ".join(part for part in (changed.by, at) if part)
    return f"{changed.field.replace('_', ' ')} is {value} now" + (f" ({who})" if who else "")
