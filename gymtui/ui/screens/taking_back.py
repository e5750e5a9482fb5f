"""Ctrl+Z where the verdict line tells of something else than a visit."""

from __future__ import annotations

from gymtui.client.desk.desk import Desk
from gymtui.client.state import Verdict
from gymtui.ui.put_right import NOT_DONE, put_right


def undone_otherwise(desk: Desk, told: Verdict | None, now: int) -> Verdict | None:
    """What is said of a change of a member that is on its way back, and of all that no key takes back; None where it is
    about a visit."""
    verdict = None
    if told is not None and told.kind not in NOT_DONE and told.action == "save_member":
        verdict = desk.membership.take_back(told.command_id)
    return verdict or put_right(told, now)
