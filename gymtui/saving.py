"""What a member is after a `save_member`: pure, the same at the desk that asks for it and at the server that does it.

`edited` makes such a command from what somebody has seen, `saved` does it, and `overtaken` says where somebody else has
been faster.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from msgspec import UNSET
from msgspec.structs import asdict, replace

from gymtui.cards.owned import with_number
from gymtui.protocol import Acknowledged, Member, MemberFields, SaveMember

MOST: Final = 1_000_000  # visits on a punch card
FOLLOWS: Final = {"status": "frozen_until", "payment_overdue": "payment_overdue_since"}  # what a field may change too


def given(fields: MemberFields | None) -> dict[str, Any]:
    """The fields that are there, by their names."""
    return {} if fields is None else {name: value for name, value in asdict(fields).items() if value is not UNSET}


def edited(member: Member, *, visits: int = 0, acknowledged: tuple[str, ...] = (), **fields: Any) -> SaveMember:
    """The command that changes these fields of a member as somebody sees it."""
    return SaveMember(
        member=MemberFields(id=member.id, **fields),
        seen=max(member.seq, 1),  # whoever is new at a desk has no row yet
        before=MemberFields(**{name: getattr(member, name) for name in fields}),
        visits=visits,
        acknowledged=acknowledged,
    )


def reverse(before: Member | None, request: SaveMember, now: Member) -> SaveMember | None:
    """The command that takes one back, which made of `before` (None: of nobody) what stands as `now`, or would stand by
    it; None where it cannot be: that an alert was dealt with is said for good."""
    fields = given(request.member)
    id, seen = str(fields.pop("id", now.id)), max(now.seq, 1)
    if before is None:
        gone = MemberFields(id=id, full_name=now.full_name, deleted=True)
        return SaveMember(member=gone, seen=seen, before=MemberFields(full_name=now.full_name, deleted=False))
    if not fields and not request.visits:
        return None
    follow = {name: getattr(now, name) for field, name in FOLLOWS.items() if field in fields}
    back = {name: getattr(before, name) for name in follow | fields}
    return SaveMember(
        member=MemberFields(id=id, **back), seen=seen, before=MemberFields(**(follow | fields)), visits=-request.visits
    )


def saved(before: Member | None, request: SaveMember, *, id: str, at: str, by: str) -> Member:
    """The member as the command leaves it; `id` is for one who is new, `at` (a time) and `by` (a user) for what has
    that said of it."""
    fields = given(request.member)
    number = fields.pop("membership_number", before.membership_number if before else None)
    fields["id"] = before.id if before else id
    member = replace(before, **fields) if before else Member(**fields)
    member = with_number(member, number, at, by)
    if request.visits and member.visits_left is not None:
        member = replace(member, visits_left=min(MOST, max(0, member.visits_left + request.visits)))
    if member.status != "frozen":
        member = replace(member, frozen_until=None)
    known = () if member.acknowledged is UNSET else member.acknowledged
    dealt_with = tuple(_dealt_with(member.alerts, known, request.acknowledged, at, by))
    return replace(member, acknowledged=dealt_with or UNSET)


def _dealt_with(
    alerts: tuple[str, ...], known: tuple[Acknowledged, ...], told: tuple[str, ...], at: str, by: str
) -> Iterator[Acknowledged]:
    """In the order of the alerts; of one that is gone nothing is kept, and the first word counts."""
    before = {each.alert: each for each in known}
    for alert in dict.fromkeys(alerts):
        if alert in before:
            yield before[alert]
        elif alert in told:
            yield Acknowledged(alert=alert, by=by, at=at)


def overtaken(member: Member, request: SaveMember) -> list[str]:
    """The fields that are neither what was seen nor what they are to be; where nobody says what was seen of them, each
    that is not, if the member has changed since at all."""
    fields, before = given(request.member), given(request.before)
    if request.seen is None or (request.before is None and member.seq <= request.seen):
        return []
    return [
        name
        for name, value in fields.items()
        if name != "id" and getattr(member, name) not in (value, *([before[name]] if name in before else []))
    ]
