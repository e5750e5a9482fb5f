"""What to do next about a command that was refused, by the code of the refusal."""

from __future__ import annotations

from typing import Final

# What the rules refuse, a manager may allow; without the server there is only this to do.
UNLESS_ALLOWED: Final[dict[str, str]] = {
    "member_inactive": "look at the membership",
    "banned": "call a manager",
    "membership_expired": "renew the membership",
    "membership_frozen": "end the freeze",
    "payment_overdue": "take the payment",
    "waiver_missing": "have the waiver signed",
    "no_visits_left": "sell a new card",
    "outside_hours": "come back within these hours",
    "gym_closed": "come back when it is open",
    "gym_full": "wait until somebody leaves",
    "guest_limit": "a manager may take one more",
}

NEXT_STEPS: Final[dict[str, str]] = UNLESS_ALLOWED | {
    "unknown_member": "scan again, or search by name",
    "unknown_visit": "choose the member by name",
    "not_checked_in": "check in first",
    "card_lost": "ask who it is, and check in by name",
    "ambiguous": "choose the member by name",
    "not_allowed": "call a manager",
    "changed_meanwhile": "look at it, and change it again",
}


def shorter(sentence: str, code: str) -> str:
    """The server's sentence, without what it asks for where the next step is known here."""
    return sentence.partition(": please ")[0] if code in NEXT_STEPS else sentence
