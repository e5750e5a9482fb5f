"""May this member come in? Pure, and the same on a desk and on the server.

`decide` looks at the member, `house` at the gym itself, each at the policy and at the clock on the gym's wall;
`hardest` is what both say. Whether the member is in already is no matter of policy and not asked here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from msgspec import Struct

from gymtui.gym_day import NEXT, day_of, end_of, is_open, opening
from gymtui.protocol import Crowding, ErrorCode, Member, Policy


class Ruling(Struct, frozen=True):
    """What the rules say: `code` and `reason` (a few words, `membership expired 3 Nov`) unless nothing is wrong. `ask`:
    whoever stands at the desk has to say yes."""

    action: Crowding
    code: ErrorCode | None = None
    reason: str | None = None


class Uncounted(Struct, frozen=True):
    """How many come and go by what waits at a desk, and is in no count of the server's."""

    comes: int = 0
    goes: int = 0

    @property
    def net(self) -> int:
        return self.comes - self.goes

    @property
    def words(self) -> str:
        """`+3 −1 queued here`; nothing where there is nobody."""
        told = [f"+{self.comes:,}"] * bool(self.comes) + [f"−{self.goes:,}"] * bool(self.goes)
        return f"{' '.join(told)} queued here" if told else ""


class Crowd(Struct, frozen=True):
    """How many are in as the server counts, how many more at a desk alone, and how many may be (None: any number)."""

    inside: int
    capacity: int | None = None
    uncounted: Uncounted = Uncounted()

    @property
    def is_full(self) -> bool:
        return self.capacity is not None and self._all >= self.capacity

    @property
    def is_nearly_full(self) -> bool:
        return self.capacity is not None and self._all >= NEARLY * self.capacity

    @property
    def words(self) -> str:
        """`57 of 60 in`; `52 of 60 in, +5 queued here`."""
        return ", ".join(filter(None, (f"{self.inside:,} of {self.capacity:,} in", self.uncounted.words)))

    @property
    def _all(self) -> int:
        return self.inside + self.uncounted.net


ALLOWED = Ruling("allow")
NOON = time(12)
OVERNIGHT = timedelta(hours=6)  # the longest visit over midnight that is no forgotten one
LONG_STAY = 3 * 3_600_000  # milliseconds: whoever nobody saw leave may be in for longer, and most are not
NEARLY = 0.9  # of the capacity, from which on it is told


def decide(member: Member, policy: Policy, at: datetime) -> Ruling:
    """The hardest thing the policy says about anything that is wrong; the earlier of two that are as hard."""
    return hardest(*(Ruling(action, code, reason) for action, code, reason in _wrong(member, policy, at)))


def house(policy: Policy, at: datetime, crowd: Crowd | None = None) -> Ruling:
    """The same of the gym: is it open, and is there room? None: nobody knows."""
    rulings = []
    if not is_open(policy, at):
        hours = opening(policy, day_of(at, policy))
        why = "the gym is closed" + (f", its hours are {hours}" if hours not in (None, "closed") else " today")
        rulings.append(Ruling(policy.gym_closed, "gym_closed", why))
    if crowd is not None and crowd.is_full:
        rulings.append(Ruling(policy.gym_full, "gym_full", f"the gym is full, {crowd.words}"))
    return hardest(*rulings)


def hardest(*rulings: Ruling) -> Ruling:
    """The hardest of them; of two that are as hard the earlier."""
    first = {ruling.action: ruling for ruling in reversed(rulings)}
    return first.get("refuse") or first.get("ask") or first.get("warn") or ALLOWED


def _wrong(member: Member, policy: Policy, at: datetime) -> Iterator[tuple[Crowding, ErrorCode, str]]:
    today, what = day_of(at, policy), "day pass" if member.guest else "membership"
    if member.status == "banned":
        yield policy.banned, "banned", "banned from the gym"
    if member.status == "inactive":
        yield policy.member_inactive, "member_inactive", "membership not active"
    if member.valid_until is not None and today > (until := date.fromisoformat(member.valid_until)):
        action = _in_grace(policy.membership_expired, until, policy.expired_grace_days, today)
        yield action, "membership_expired", f"{what} expired {day(until, today)}"
    if member.valid_from is not None and today < (begins := date.fromisoformat(member.valid_from)):
        yield policy.member_inactive, "member_inactive", f"{what} starts {day(begins, today)}"
    if member.status == "frozen" and (thaw := _thaws(member, today)) is not None:
        yield policy.membership_frozen, "membership_frozen", f"membership frozen{thaw}"
    if member.visits_left is not None and member.visits_left <= 0:
        yield policy.no_visits_left, "no_visits_left", "no visits left"
    if member.payment_overdue:
        yield _overdue(policy, member.payment_overdue_since, today), "payment_overdue", "payment overdue"
    if member.waiver_signed is False:
        yield policy.waiver_missing, "waiver_missing", "waiver not signed"
    if member.hours is not None and not within(member.hours, at.time()):
        yield policy.outside_hours, "outside_hours", f"outside its hours, {member.hours}"


def _thaws(member: Member, today: date) -> str | None:
    """Until when a freeze lasts, in words; None where it is over."""
    if member.frozen_until is None:
        return ""
    thaw = date.fromisoformat(member.frozen_until)
    return f" until {day(thaw, today)}" if today < thaw else None


def _overdue(policy: Policy, since: str | None, today: date) -> Crowding:
    """Of whom nobody knows since when, there is no grace."""
    if since is None:
        return policy.payment_overdue
    return _in_grace(policy.payment_overdue, date.fromisoformat(since) - NEXT, policy.overdue_grace_days, today)


def _in_grace(action: Crowding, last: date, days: int, today: date) -> Crowding:
    """What is refused is only warned of for so many days after the last good one."""
    return "warn" if action == "refuse" and (today - last).days <= days else action


def is_forgotten(began: datetime, at: datetime, policy: Policy) -> bool:
    """Is a visit that is still open at that time one whose exit nobody has seen? It began on another of the gym's days,
    and not in the last hours of that only. Both times know their zone: a night may be an hour longer than its clock."""
    return at.timestamp() - began.timestamp() > OVERNIGHT.total_seconds() and day_of(at, policy) > day_of(began, policy)


def is_assumed_in(since: int, at: int) -> bool:
    """Is it only assumed at that time that somebody is in who came in then (ms)?"""
    return at - since > LONG_STAY


def occupancy(inside: int, assumed: int) -> str:
    """`41 seen, ~6 assumed`; nothing where all have been seen."""
    return f"{inside - assumed:,} seen, ~{assumed:,} assumed" if assumed else ""


def since(began: datetime, now: datetime) -> str:
    """`17:02`; `yesterday 18:02`, `3 Nov 18:02` where it was another day."""
    days = (now.date() - began.date()).days
    if days == 0:
        return f"{began:%H:%M}"
    return f"yesterday {began:%H:%M}" if days == 1 else f"{day(began.date(), now.date())} {began:%H:%M}"


def within(hours: str, at: time) -> bool:
    """Is it `06:00-14:00`? The end does not belong to it, and may be 24:00; `22:00-02:00` goes over midnight, and
    `00:00-00:00` all round the clock, as whatever ends where it begins. Else a ValueError."""
    begin, end = (part.strip() for part in hours.split("-"))
    opens, closes = time.fromisoformat(begin), end_of(end)
    if opens.tzinfo or closes.tzinfo:
        raise ValueError(f"these are no hours on a gym's wall: {hours}")
    return opens <= at < closes if opens < closes else at >= opens or at < closes


def day(day: date, today: date) -> str:
    """`3 Nov`, with its year where that is not this one."""
    text = f"{day.day} {day:%b}"
    return text if day.year == today.year else f"{text} {day.year}"
