"""The member card: one member with the last visits, from the server where it answers, else from the replica."""

from __future__ import annotations

import logging
from typing import Final

from gymtui import codec
from gymtui.client.connection.service import WebSocketService
from gymtui.client.errors import Disconnected, RequestRefused
from gymtui.client.replica.replica import Replica
from gymtui.client.state import Person
from gymtui.protocol import CheckInEvent, GetMember, Member, MemberCard

logger = logging.getLogger(__name__)

KNOWN: Final = 500  # events of the desk's own copy that are looked through


def own_card(replica: Replica, member: Member) -> MemberCard:
    """The member as this desk knows it, with the visits among the last events."""
    last: dict[str, CheckInEvent] = {}
    for event in replica.visits.recent(KNOWN):
        if isinstance(event, CheckInEvent) and event.member.id == member.id:
            last.setdefault(event.id, event)
    return MemberCard(replica.members.member(member.id) or member, tuple(last.values()))


async def ask_card(service: WebSocketService, member: Member) -> MemberCard | None:
    """The member as the server knows it; None where it does not say."""
    try:
        return codec.convert(await service.request(GetMember(member_id=member.id)), MemberCard)
    except (Disconnected, RequestRefused, codec.Unreadable) as error:
        logger.info("The card of %s comes from this desk: %s", member.id, error)
        return None


def person_of(replica: Replica, card: MemberCard, in_since: int | None) -> Person:
    """The card with what this desk has done to the member and the server does not know yet."""
    member, members = card.member, replica.members
    queued = members.waits(member.id)
    if queued:
        member = members.member(member.id) or member
    host = None if member.host_id is None else members.member(member.host_id)
    name = None if host is None else host.full_name
    return Person(member=member, in_since=in_since, visits=card.visits, host=name, queued=queued)
