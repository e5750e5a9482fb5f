"""What the rules say at this desk now; what only a doubtful clock says is a warning, and keeps nobody out."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from msgspec.structs import replace

from gymtui import rules
from gymtui.client.desk.desk_clock import DeskClock
from gymtui.client.desk.outbox_queue import OutboxQueue
from gymtui.client.desk.presence import Presence
from gymtui.client.desk.verdicts import is_forgotten, judge, policy_of, remarks_at
from gymtui.client.replica.replica import Replica
from gymtui.gym_zone import zone_of
from gymtui.protocol import Member
from gymtui.rules import Crowd, Ruling

UNSURE: Final = "by this desk's clock, which may be wrong"


class Judgement:
    """Of members as the replica's gym has its policy, at the time that the desk's clock knows."""

    def __init__(self, replica: Replica, queue: OutboxQueue, presence: Presence, clock: DeskClock) -> None:
        self._replica = replica
        self._queue = queue
        self._presence = presence
        self._clock = clock

    def of(self, member: Member) -> Ruling:
        """May this member come in?"""
        says = self._clock.doubted
        if says is None:
            return judge(member, self._replica.gym, self._clock.now())
        return self._in_doubt(member, says)

    def _in_doubt(self, member: Member, says: int) -> Ruling:
        """What was so at the last time that is known is so still, but for an hour, and a first day that was to come."""
        gym, known = self._replica.gym, self._clock.now()
        certain = judge(replace(member, hours=None, valid_from=None), gym, known)
        if certain.action != "allow":
            return certain
        for at in (known, max(known, says)):
            perhaps = judge(replace(member, hours=None), gym, at)
            if perhaps.action != "allow":
                return Ruling("warn", perhaps.code, f"{perhaps.reason} {UNSURE}")
        if member.hours is not None and gym is not None and gym.policy.outside_hours != "allow":
            return Ruling("warn", "outside_hours", f"its hours are {member.hours}, and this desk's clock may be wrong")
        return certain

    def house(self, *, live: bool) -> Ruling:
        """Is the gym open, and is there room? Without the server nobody knows for certain how many are in, nor with a
        doubtful clock what time it is: neither keeps anybody out then."""
        gym = self._replica.gym
        policy = policy_of(gym)
        if self._clock.doubted is not None:
            policy = replace(policy, gym_closed="allow")
        if not live and policy.gym_full == "refuse":
            policy = replace(policy, gym_full="ask")
        return rules.house(policy, datetime.fromtimestamp(self._clock.now() / 1000, zone_of(gym)), self._crowd())

    def _crowd(self) -> Crowd | None:
        """Who is in as the server has counted last, and what it does not know yet."""
        gym, stats = self._replica.gym, self._replica.stats
        if gym is None or stats is None:
            return None
        return Crowd(stats.currently_in, gym.capacity, self._presence.uncounted)

    def remarks(self, member: Member) -> tuple[str, ...]:
        """What to tell a member who comes in now, and uses one visit; and whoever lets in, where it is nearly full."""
        crowd = self._crowd()
        is_nearly = crowd is not None and crowd.is_nearly_full and not crowd.is_full
        return (*self._remarks(member), *((crowd.words,) if crowd is not None and is_nearly else ()))

    def _remarks(self, member: Member) -> tuple[str, ...]:
        gym, now, says = self._replica.gym, self._clock.now(), self._clock.doubted
        left = None if member.visits_left is None else member.visits_left - 1
        if says is None:
            return remarks_at(member, left, gym, now)
        certain = remarks_at(replace(member, valid_until=None, birth_date=None), left, gym, now)
        perhaps = remarks_at(replace(member, alerts=(), guest=False), None, gym, max(now, says))
        return (*certain, *(f"{remark} {UNSURE}" for remark in perhaps))

    def is_in(self, member_id: str, since: int) -> bool:
        """Does an open visit that began then (ms) keep its member from coming in? One of another day, whose exit nobody
        has seen, is ended by the server; with a doubtful clock all that is older than this program may be such."""
        if self._clock.doubted is not None:
            return self._queue.has_given(member_id)
        return not is_forgotten(since, self._replica.gym, self._clock.now())
