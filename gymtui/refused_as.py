"""What a desk that was alone refused somebody for, in a few words: all that its code tells afterwards."""

from __future__ import annotations

from typing import Final

from gymtui.protocol import ErrorCode

REFUSED_AS: Final[dict[ErrorCode, str]] = {
    "banned": "banned from the gym",
    "member_inactive": "membership not active",
    "membership_expired": "membership expired",
    "membership_frozen": "membership frozen",
    "no_visits_left": "no visits left",
    "payment_overdue": "payment overdue",
    "waiver_missing": "waiver not signed",
    "outside_hours": "outside its hours",
    "gym_closed": "the gym was closed",
    "gym_full": "the gym was full",
    "card_lost": "the card was reported lost",
    "not_checked_in": "not checked in",
}
UNKNOWN: Final = "nobody here has that number"


def more(count: int) -> str:
    """Of those who were only counted."""
    return f"{count:,} more while the desk was alone"
