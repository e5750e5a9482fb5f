"""What waits in a desk's outbox, as the visits that it will be: a desk that is alone knows of them, and nobody else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from msgspec.structs import replace

from gymtui.client.replica.outbox import Outgoing
from gymtui.client.replica.replica import Replica
from gymtui.clock import to_text
from gymtui.protocol import CheckIn, CheckInEvent, CheckOut, Undo
from gymtui.visit_hands import kept

QUEUED: Final = "queued"  # a flag of such a visit, on no wire
UNTOLD: Final = "untold"  # another, where the server does not know either that it has begun
AHEAD: Final = 2**62  # a `seq` behind whatever the server has told


def waiting(replica: Replica, queue: Iterable[Outgoing], desk: str | None) -> list[CheckInEvent]:
    """The visits that these commands begin or end, as they stand once all is done; of members who are known here."""
    visits: dict[str, CheckInEvent] = {}
    for number, row in enumerate(queue):
        request, seq = row.request, AHEAD + number
        if isinstance(request, Undo):
            visits = {id: visit for id, visit in visits.items() if visit.command_id != request.command_id}
        elif isinstance(request, CheckIn | CheckOut):
            member_id = row.member_id or ""
            hands: dict[str, Any] = {
                "by": request.queued_by or "",
                "desk": desk,
                "command_id": row.id,
                "seq": seq,
            }
            visit = _open(replica, visits, member_id)
            if isinstance(request, CheckIn) and (member := replica.members.member(member_id)) is not None:
                began = to_text(row.at)
                hands |= {"id": row.id, "member": member.ref, "check_in_time": began, "flags": (QUEUED, UNTOLD)}
                visits[row.id] = CheckInEvent(check_out_time=None, status="checked_in", **hands)
            elif isinstance(request, CheckOut) and visit is not None:
                hands |= kept(visit)
                hands["flags"] = (QUEUED, UNTOLD) if UNTOLD in visit.flags else (QUEUED,)
                visits[visit.id] = replace(visit, check_out_time=to_text(row.at), status="checked_out", **hands)
    return list(visits.values())


def _open(replica: Replica, visits: dict[str, CheckInEvent], member_id: str) -> CheckInEvent | None:
    """The member's visit that is open by then."""
    of_member = [visit for visit in visits.values() if visit.member.id == member_id]
    last = of_member[-1] if of_member else replica.visits.visit(member_id)
    return last if last is not None and last.status == "checked_in" else None
