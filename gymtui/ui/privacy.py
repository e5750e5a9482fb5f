"""The privacy mask (F7): what is left on the screen of a person while somebody may look over a shoulder. Pure."""

from __future__ import annotations

from typing import Final

from msgspec import UNSET
from msgspec.structs import replace

from gymtui.client.state import Verdict
from gymtui.printable import printable
from gymtui.protocol import Member

HIDDEN: Final = "hidden by the mask"
TOLD: Final = "there is something to say: F7 shows it"


def initials(name: str) -> str:
    """`A. S.`, which tells one from another for whoever knows both."""
    return " ".join(f"{word[0]}." for word in printable(name).split())


def named(name: str, *, masked: bool) -> str:
    """The printable name, or what the mask leaves of it."""
    return initials(name) if masked else printable(name)


def of_member(member: Member) -> Member:
    """With initials for a name, and nothing of what is somebody's own: the membership stays."""
    return replace(
        member,
        full_name=initials(member.full_name),
        phone=None,
        email=None,
        birth_date=None,
        home_location=None,
        notes=None,
        alerts=(),
        acknowledged=UNSET,
    )


def of_verdict(verdict: Verdict) -> Verdict:
    """The outcome, and that there is something to say, without a name and without what it is."""
    if verdict.member is None:
        return verdict
    detail, step = verdict.detail, verdict.next_step
    if verdict.action == "save_member" and verdict.kind == "refused":
        detail = HIDDEN  # somebody else's value stands there
    return replace(
        verdict,
        subject=_without(verdict.subject, verdict.member.full_name),
        detail=None if detail is None else _without(detail, verdict.member.full_name),
        next_step=None if step is None else _without(step, verdict.member.full_name),
        remarks=(TOLD,) if verdict.remarks else (),
    )


def _without(text: str, name: str) -> str:
    return text.replace(name, initials(name))
