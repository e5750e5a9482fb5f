"""Who would come in: the rules, put to every member at one moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from gymtui.protocol import ErrorCode, Member, Policy
from gymtui.rules import decide

WORDS: Final[dict[ErrorCode, str]] = {
    "membership_expired": "expired",
    "membership_frozen": "frozen",
    "member_inactive": "not active",
    "banned": "banned",
    "no_visits_left": "without a visit left",
    "payment_overdue": "overdue",
    "waiver_missing": "without a waiver",
    "outside_hours": "outside their hours",
}


def at_the_door(members: Iterable[Member], policy: Policy, at: datetime) -> str:
    """`412 would come in, 31 be refused (18 expired, 13 frozen)`. `at` is the time on the gym's wall."""
    rulings = [decide(member, policy, at) for member in members]
    codes = Counter(ruling.code if ruling.action == "refuse" else None for ruling in rulings)
    come_in, refused = codes.pop(None, 0), codes.total()
    why = ", ".join(f"{count:,} {WORDS.get(code, code)}" for code, count in codes.most_common() if code)
    return f"{come_in:,} would come in, {refused:,} be refused" + (f" ({why})" if why else "")
