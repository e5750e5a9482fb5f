"""What is said about a command: pure, from the command and its answer to the words."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Struct

from gymtui import clock, rules
from gymtui.client.outbox import Outgoing
from gymtui.client.state import CommandKind, Verdict, VerdictKind
from gymtui.protocol import CheckInEvent, ErrorBody, Gym, Member, MemberRef, Policy

logger = logging.getLogger(__name__)

DONE: Final[dict[CommandKind, VerdictKind]] = {
    "check_in": "checked_in",
    "check_out": "checked_out",
    "undo": "undone",
}

NEXT_STEPS: Final[dict[str, str]] = {
    "unknown_member": "search by name",
    "unknown_visit": "choose the member by name",
    "member_inactive": "look at the membership",
    "banned": "call a manager",
    "membership_expired": "renew the membership, or call a manager",
    "membership_frozen": "end the freeze, or call a manager",
    "payment_overdue": "take the payment, or call a manager",
    "waiver_missing": "have the waiver signed",
    "no_visits_left": "sell a new card, or call a manager",
    "outside_hours": "come back within these hours",
    "not_checked_in": "check in first",
    "ambiguous": "choose the member by name",
    "not_allowed": "call a manager",
}


class Matter(Struct, frozen=True, kw_only=True):
    """What a verdict is about: one command, by its id, and the person whom it names."""

    command_id: str
    action: CommandKind
    subject: str
    member: MemberRef | None = None

    def says(
        self, kind: VerdictKind, at: int, *, detail: str | None = None, next_step: str | None = None, sent: bool = False
    ) -> Verdict:
        return Verdict(
            kind=kind,
            subject=self.subject,
            command_id=self.command_id,
            at=at,
            detail=detail,
            next_step=next_step,
            action=self.action,
            sent=sent,
            member=self.member,
        )

    def about(self, member: MemberRef) -> Matter:
        """The same command, once it is known whom it is about."""
        return Matter(command_id=self.command_id, action=self.action, subject=member.full_name, member=member)

    def refused(self, at: int, code: str, reason: str) -> Verdict:
        return self.says("refused", at, detail=reason, next_step=NEXT_STEPS.get(code))

    def set_aside(self, at: int, reason: str) -> Verdict:
        return self.says("refused", at, detail=reason.rstrip("."), next_step="set aside: F9 shows it")

    def accepted(self, at: int, event: CheckInEvent | None, warning: str | None) -> Verdict:
        """The server's yes; `warning` is what the desk's own rules say where the server has warned."""
        matter = self if event is None else self.about(event.member)
        if self.action == "check_in" and event is not None and "warned" in event.flags:
            return matter.says("warned", at, detail=warning or "please look at the membership")
        if self.action == "undo" and event is not None:
            return matter.says("undone", at, detail="check-out" if event.status == "checked_in" else "check-in")
        return matter.says(DONE[self.action], at)

    def denied(self, at: int, body: ErrorBody, zone: tzinfo) -> Verdict:
        """The server's no. That somebody is in already is no refusal: it says since when."""
        if body.code == "already_checked_in" and self.action == "check_in":
            visit = _visit(body)
            matter = self if visit is None else self.about(visit.member)
            detail = "" if visit is None else since(clock.to_ms(visit.check_in_time), visit.desk, zone)
            return matter.says("already_in", at, detail=detail, next_step="F4 checks out")
        return self.refused(at, body.code, _reason(body))


def about(row: Outgoing, member: Member | None) -> Matter:
    """A command from the queue, with the member as the directory has it now."""
    subject = "somebody who left the directory" if member is None else member.full_name
    return Matter(command_id=row.id, action=row.kind, subject=subject, member=None if member is None else member.ref)


def since(ms: int, desk: str | None, zone: tzinfo) -> str:
    """`since 17:02, desk 2`, by the clock on the gym's wall."""
    return f"since {datetime.fromtimestamp(ms / 1000, zone):%H:%M}" + (f", {desk}" if desk else "")


def judge(member: Member, gym: Gym | None, at: int) -> rules.Ruling:
    """What the rules say at `at` (ms); a membership that they cannot read is left to the server."""
    try:
        wall = datetime.fromtimestamp(at / 1000, zone_of(gym))
        return rules.decide(member, gym.policy if gym else Policy(), wall)
    except ValueError:
        logger.warning("The membership of %s cannot be judged here", member.id, exc_info=True)
        return rules.ALLOWED


def zone_of(gym: Gym | None) -> tzinfo:
    """The gym's time zone; UTC where that is not known, or not known here."""
    if gym is None:
        return UTC
    try:
        return ZoneInfo(gym.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        logger.warning("The gym's time zone %r is not known here: times are in UTC.", gym.timezone)
        return UTC


def _reason(body: ErrorBody) -> str:
    reason = (body.details or {}).get("reason")
    return reason if isinstance(reason, str) else body.message


def _visit(body: ErrorBody) -> CheckInEvent | None:
    """The open visit that a refusal brings along, where it can be read."""
    try:
        visit = msgspec.convert((body.details or {}).get("check_in"), CheckInEvent)
        clock.to_ms(visit.check_in_time)
    except (msgspec.ValidationError, ValueError, OverflowError) as error:
        logger.warning("A refusal does not say since when the member is in: %s", error)
        return None
    return visit
