"""Who would come in: the rules, put to every member at one moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from gymtui.protocol import AtTheDoor, Member, Policy
from gymtui.rules import decide

WORDS: Final[dict[str, str]] = {
    "membership_expired": "expired",
    "membership_frozen": "frozen",
    "member_inactive": "not active",
    "starts_later": "starting later",
    "banned": "banned",
    "no_visits_left": "without a visit left",
    "payment_overdue": "overdue",
    "waiver_missing": "without a waiver",
    "outside_hours": "outside their hours",
}


def at_the_door(members: Iterable[Member], policy: Policy, at: datetime) -> AtTheDoor:
    """How many the rules would let in, and refuse, by why. `at` is the time on the gym's wall."""
    codes = Counter(_refused(member, policy, at) for member in members)
    come_in = codes.pop(None, 0)
    return AtTheDoor(come_in=come_in, refused={code: count for code, count in codes.most_common() if code})


def _refused(member: Member, policy: Policy, at: datetime) -> str | None:
    """Why, None where the member comes in: whoever starts later has the code of who is not active, and will be."""
    ruling = decide(member, policy, at)
    if ruling.action != "refuse":
        return None
    return "starts_later" if ruling.code == "member_inactive" and member.status != "inactive" else ruling.code


def in_words(door: AtTheDoor) -> str:
    """`412 would come in, 31 be refused (18 expired, 13 frozen)`."""
    why = ", ".join(f"{count:,} {WORDS.get(code, code)}" for code, count in door.refused.items())
    refused = f"{sum(door.refused.values()):,} be refused" + (f" ({why})" if why else "")
    return f"{door.come_in:,} would come in, {refused}"
