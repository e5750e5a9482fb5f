"""What no undo takes back, and how it is put right instead. Pure."""

from __future__ import annotations

from typing import Final

from gymtui.client.desk.verdicts import NOUNS
from gymtui.client.state import Verdict, VerdictKind

# After which everything is as it was.
NOT_DONE: Final[tuple[VerdictKind, ...]] = ("already_in", "asked", "refused", "not_done")

WAYS: Final[dict[str, tuple[str | None, str | None]]] = {  # how, and the command whose key stands in that
    "change": ("Ctrl+G changes it again", "member"),
    "card": (":card says that it was lost or returned", None),
    "roll-call": (":end ends it", None),
    "handover": (None, None),
    "correction": ("F2 corrects it again", "history"),
}


def put_right(told: Verdict | None, now: int) -> Verdict | None:
    """What is said where the line tells of something that is no check-in and no check-out: nothing older is taken back
    in its place. None where an undo may do what it does."""
    if told is None or told.kind in NOT_DONE:
        return None
    what = "correction" if told.next_command == "correct" else NOUNS[told.action]
    if what not in WAYS:
        return None
    step, command = WAYS[what]
    detail = f"a {what} cannot be taken back"
    return Verdict(
        kind="not_done", subject="Undo", command_id="", at=now, detail=detail, next_step=step, next_command=command
    )
