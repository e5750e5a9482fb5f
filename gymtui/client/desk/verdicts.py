"""Verdicts: what is said about a command, a pure function of the command and its answer. A refusal becomes a sentence
here (`Matter.refused`, `Matter.denied`), with what to do next (`NEXT_STEPS`)."""

from __future__ import annotations

import logging
from datetime import date, datetime, tzinfo
from typing import Final

import msgspec
from msgspec import UNSET, Struct
from msgspec.structs import replace

from gymtui import clock, rules
from gymtui.client.desk.changes import described, described_card, meanwhile
from gymtui.client.desk.next_steps import NEXT_STEPS, UNLESS_ALLOWED, shorter
from gymtui.client.desk.remarks import remarks_on
from gymtui.client.replica.outbox import Outgoing
from gymtui.client.state import CommandKind, Verdict, VerdictKind
from gymtui.gym_day import day_of
from gymtui.gym_zone import zone_of
from gymtui.protocol import CheckInEvent, ErrorBody, Gym, Member, MemberRef, Policy, SaveCard, SaveMember
from gymtui.unknown_card import unknown_card
from gymtui.visit_hands import place_in

logger = logging.getLogger(__name__)
DONE: Final[dict[CommandKind, VerdictKind]] = {
    "check_in": "checked_in",
    "check_out": "checked_out",
    "undo": "undone",
    "roll_call": "done",
    "hand_over": "done",
    "save_member": "done",
    "save_card": "done",
}

NOUNS: Final[dict[CommandKind, str]] = {
    "check_in": "check-in",
    "check_out": "check-out",
    "undo": "undo",
    "roll_call": "roll-call",
    "hand_over": "handover",
    "save_member": "change",
    "save_card": "card",
    "refusal": "refusal",
}

IN_ALREADY: Final = "was in already"  # and has left since, or this desk has not heard of it yet
UNPROVEN: Final = "not let in, nothing proves that it was so"
NO_NAME: Final = "Unknown name"


class Matter(Struct, frozen=True, kw_only=True):
    """What a verdict is about: one command, by its id, and the person whom it names. `undoes` is what an undo takes
    back; `overrides`: a manager lets the person in against the rules; `warning` is what this desk's rules say of it,
    `remarks` what to tell the person; `change` is what is done to a member, in words."""

    command_id: str
    action: CommandKind
    subject: str
    member: MemberRef | None = None
    undoes: CommandKind | None = None
    overrides: bool = False
    warning: str | None = None
    remarks: tuple[str, ...] = ()
    change: str | None = None

    @classmethod
    def of(cls, command_id: str, action: CommandKind, who: Member | MemberRef | str) -> Matter:
        """A command about somebody, or about what was typed where nobody is known by it, which is never repeated: it
        may be a PIN or a password."""
        if isinstance(who, str):
            subject = unknown_card(who).words.capitalize() if may_be_number(who) else NO_NAME
            return cls(command_id=command_id, action=action, subject=subject)
        ref = who.ref if isinstance(who, Member) else who
        return cls(command_id=command_id, action=action, subject=ref.full_name, member=ref)

    def says(
        self,
        kind: VerdictKind,
        at: int,
        *,
        detail: str | None = None,
        next_step: str | None = None,
        next_command: str | None = None,
        sent: bool = False,
    ) -> Verdict:
        return Verdict(
            kind=kind,
            subject=self.subject,
            command_id=self.command_id,
            at=at,
            detail=detail,
            next_step=next_step,
            next_command=next_command,
            action=self.action,
            sent=sent,
            member=self.member,
        )

    def about(self, member: MemberRef) -> Matter:
        """The same command, once it is known whom it is about."""
        return replace(self, subject=member.full_name, member=member)

    def queued(self, at: int, *, sent: bool, again: bool = False) -> Verdict:
        """It is on its way, or waits to be; a check-in needs no more words. `again`: that was said before."""
        what: str | None = NOUNS[self.action]
        if self.undoes is not None:
            what = f"undo of the {NOUNS[self.undoes]}"
        elif self.action == "check_in":
            what = "override" if self.overrides else None
        elif self.change is not None and not sent:
            what = self.change
        verdict = replace(self.says("queued", at, detail=what, sent=sent), remarks=self.remarks, repeats=again)
        return verdict if self.warning is None else replace(verdict, warning=self.warning)

    def already_in(self, at: int, detail: str) -> Verdict:
        return self.says("already_in", at, detail=detail, next_step="F4 checks out", next_command="check-out")

    def refused(self, at: int, code: str, reason: str, *, live: bool = True) -> Verdict:
        """What the rules refuse, a manager may allow once there is a server (`live`) to ask."""
        lifts = code in UNLESS_ALLOWED and (self.action == "check_in" or code == "guest_limit")
        next_step = "F8 override (manager)" if lifts and live else NEXT_STEPS.get(code)
        return self.says("refused", at, detail=reason, next_step=next_step, next_command="override" if lifts else None)

    def asked(self, at: int, reason: str) -> Verdict:
        """Nothing is done before whoever stands at the desk says yes."""
        return self.says("asked", at, detail=reason, next_step="Enter lets in all the same")

    def needs_server(self, at: int) -> Verdict:
        """An override while there is nobody to look at the PIN."""
        step = "F8 once the connection is back"
        return self.says("refused", at, detail="an override needs the server", next_step=step, next_command="override")

    def looks_on(self, at: int, why: str) -> Verdict:
        """Whoever is logged in may give no command."""
        step = "Ctrl+L logs in somebody else"
        return self.says("refused", at, detail=why, next_step=step, next_command="log-in")

    def unanswered(self, at: int) -> Verdict:
        """Nobody knows what came of it: it is not asked again by itself."""
        why = "the connection went before the answer came"
        if self.overrides:
            return self._asked_again(at, why)
        return self.says("refused", at, detail=why, next_step="scan again")

    def _asked_again(self, at: int, why: str) -> Verdict:
        """An override that came to nothing: the box goes on asking for the PIN."""
        step = "type the PIN again; a card, scan it again"
        return self.says("refused", at, detail=why, next_step=step, next_command="override")

    def not_written(self, at: int) -> Verdict:
        """This desk's disk does not take it."""
        step = "free some space, then do it again"
        return self.says("refused", at, detail="this desk cannot write to its disk", next_step=step)

    def unknown(self, at: int) -> Verdict:
        """Nobody is found by what was typed."""
        if self.subject == NO_NAME:
            return self.says("refused", at, detail="nobody is known by that name", next_step="look at the spelling")
        return self.refused(at, "unknown_member", "nobody here has that number")

    def set_aside(self, at: int, reason: str) -> Verdict:
        step = "set aside: F9 shows it"
        return self.says("refused", at, detail=reason.rstrip("."), next_step=step, next_command="connection")

    def accepted(
        self, at: int, event: CheckInEvent | None, warning: str | None, remarks: tuple[str, ...] = ()
    ) -> Verdict:
        """The server's yes; `warning` is what this desk knows about why the server has flagged it, `remarks` what to
        tell the person."""
        verdict = self._accepted(at, event, warning)
        if not remarks:
            return verdict
        is_news = verdict.kind == "warned" and not verdict.repeats
        return replace(verdict, remarks=remarks, repeats=remarks == self.remarks and not is_news)

    def _accepted(self, at: int, event: CheckInEvent | None, warning: str | None) -> Verdict:
        if event is None:
            return self.says(DONE[self.action], at, detail=self.change)
        matter = self.about(event.member)
        if self.action == "undo":
            undone: CommandKind = "check_out" if event.status == "checked_in" else "check_in"
            return matter.says("undone", at, detail=NOUNS[undone])
        flags = event.flags if self.action == "check_in" else ()
        if "override" in flags:
            return matter.says("warned", at, detail=f"override by {event.by.rpartition(' + ')[2]}")
        if "clash" in flags:
            kind: VerdictKind = "refused" if "unproven" in flags else "warned"
            why = UNPROVEN if "unproven" in flags else warning or IN_ALREADY
            return matter.says(kind, at, detail=why, next_step="F6 shows it", next_command="conflicts")
        if "warned" in flags:
            verdict = matter.says("warned", at, detail=warning or self.warning or "please look at the membership")
            return replace(verdict, repeats=verdict.detail == self.warning)
        return matter.says(DONE[self.action], at)

    def denied(self, at: int, body: ErrorBody, zone: tzinfo) -> Verdict:
        """The server's no. That somebody is in already is no refusal: it says since when."""
        if body.code == "already_checked_in" and self.action == "check_in":
            visit = _visit(body)
            matter = self if visit is None else self.about(visit.member)
            detail = "" if visit is None else since(clock.to_ms(visit.check_in_time), place_in(visit), zone, at)
            return matter.already_in(at, detail)
        if body.code == "unknown_member" and self.member is None:
            return self.unknown(at)
        if body.code == "changed_meanwhile":
            return self.refused(at, body.code, meanwhile(body, zone, at) or _reason(body))
        if self.overrides and body.code in ("not_allowed", "rate_limited"):
            why = _reason(body)
            return self._asked_again(at, why[:1].lower() + why[1:])
        return self.refused(at, body.code, shorter(_reason(body), body.code))


def about(row: Outgoing, member: Member | None, undoes: CommandKind | None = None) -> Matter:
    """A command from the queue, with the member as the directory has it now."""
    of_house = row.kind in ("roll_call", "hand_over", "refusal")
    nobody = NOUNS[row.kind].capitalize() if of_house else "somebody who left the directory"
    subject = nobody if member is None else member.full_name
    ref = None if member is None else member.ref
    matter = Matter(command_id=row.id, action=row.kind, subject=subject, member=ref, undoes=undoes)
    if row.kind == "save_card" and isinstance(card := row.request, SaveCard):
        return replace(matter, change=described_card(card))
    if row.kind == "save_member" and isinstance(request := row.request, SaveMember):
        if member is None and (named := request.member.full_name) is not UNSET:  # whom the server did not take
            matter = matter.about(MemberRef(str(request.member.id), named))
        return replace(matter, change=described(request))
    return matter


def may_be_number(text: str) -> bool:
    """Could this be on a card? A name has no digit; a number, and a code, has one."""
    return any(c.isdigit() for c in text)


def since(ms: int, desk: str | None, zone: tzinfo, now: int) -> str:
    """`since 17:02, desk 2`, by the clock on the gym's wall; with its day where that is not today."""
    began, today = (datetime.fromtimestamp(at / 1000, zone) for at in (ms, now))
    return f"since {rules.since(began, today)}" + (f", {desk}" if desk else "")


def is_forgotten(began: int, gym: Gym | None, at: int) -> bool:
    """Is a visit that began then (ms) and is open at `at` one whose exit nobody has seen?"""
    came, now = (datetime.fromtimestamp(ms / 1000, zone_of(gym)) for ms in (began, at))
    return rules.is_forgotten(came, now, policy_of(gym))


def judge(member: Member, gym: Gym | None, at: int) -> rules.Ruling:
    """What the rules say at `at` (ms); a membership that they cannot read is left to the server."""
    try:
        wall = datetime.fromtimestamp(at / 1000, zone_of(gym))
        return rules.decide(member, policy_of(gym), wall)
    except ValueError:
        logger.warning("The membership of %s cannot be judged here", member.id, exc_info=True)
        return rules.ALLOWED


def remarks_at(member: Member, visits_left: int | None, gym: Gym | None, at: int) -> tuple[str, ...]:
    """What to tell a member who comes in at `at` (ms), with so many visits left after this one."""
    try:
        return remarks_on(member, visits_left, today(gym, at))
    except (ValueError, OverflowError):
        logger.warning("What to tell %s cannot be read here", member.id, exc_info=True)
        return member.alerts


def policy_of(gym: Gym | None) -> Policy:
    """The gym's policy; that of a new gym where it is not known."""
    return gym.policy if gym else Policy()


def today(gym: Gym | None, at: int) -> date:
    """The gym's own day at `at` (ms)."""
    return day_of(datetime.fromtimestamp(at / 1000, zone_of(gym)), policy_of(gym))


def _reason(body: ErrorBody) -> str:
    reason = (body.details or {}).get("reason")
    return reason if isinstance(reason, str) else body.message.rstrip(".")


def _visit(body: ErrorBody) -> CheckInEvent | None:
    """The open visit that a refusal brings along, where it can be read."""
    try:
        visit = msgspec.convert((body.details or {}).get("check_in"), CheckInEvent)
        clock.to_ms(visit.check_in_time)
    except (msgspec.ValidationError, ValueError, OverflowError) as error:
        logger.warning("A refusal does not say since when the member is in: %s", error)
        return None
    return visit
