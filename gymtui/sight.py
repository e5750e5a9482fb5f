"""What of a member a role sees: pure, the same at the server that tells it and at the desk that keeps it."""

from __future__ import annotations

from typing import Final, get_args

from msgspec.structs import replace

from gymtui.protocol import Member, Policy, PrivateField, Role

PRIVATE: Final[frozenset[str]] = frozenset(get_args(PrivateField))


def hidden_from(role: Role | None, policy: Policy) -> frozenset[str]:
    """The private fields that somebody of this role does not see; who has no role sees none."""
    match role:
        case "manager":
            return frozenset()
        case "staff":
            sight = policy.staff_sees
        case "operator":
            sight = policy.operator_sees
        case None:
            sight = "nothing"
    return frozenset() if sight == "everything" else PRIVATE - {name.strip() for name in sight.split(",")}


def seen(member: Member, hidden: frozenset[str]) -> Member:
    """The member without these fields. Of one who is deleted nobody is told more than the history names them by."""
    if member.deleted:
        return Member(
            id=member.id,
            membership_number=member.membership_number,
            full_name=member.full_name,
            status="inactive",
            deleted=True,
            merged_into=member.merged_into,
            seq=member.seq,
        )
    return replace(member, **dict.fromkeys(hidden)) if hidden else member
