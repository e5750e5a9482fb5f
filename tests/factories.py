"""Factories of what goes over the wire: each has what the test says of it, and else what is usual."""

from __future__ import annotations

from typing import Any

from gymtui import clock
from gymtui.protocol import CheckInEvent, Gym, Member, MemberRef, Policy, Refusal, Snapshot, Stats

NOW = clock.to_ms("2026-11-18T16:24:00Z")  # the time of day in a test that has no other
TIME = clock.to_text(NOW)
GYM = Gym(name="Riverside", timezone="Europe/Zurich", capacity=220, policy=Policy(), seq=1)


def member(number: int, name: str = "", **fields: Any) -> Member:
    """Member `m7`, who has the number 7, and stands in row 7 of the journal."""
    known: dict[str, Any] = {"full_name": name or f"Member {number}", "membership_number": str(number), "seq": number}
    return Member(id=f"m{number}", **(known | fields))


def member_row(number: str, name: str, **fields: object) -> dict[str, object]:
    """A member as an import has one: by the names of the fields."""
    return {"membership_number": number, "full_name": name} | fields


def visit(seq: int, who: Member | str = "", *, minutes: int = 0, **fields: Any) -> CheckInEvent:
    """The check-in `v7` in row 7, so many minutes ago: of this member, or of member 7 by that name."""
    known: dict[str, Any] = {
        "id": f"v{seq}",
        "check_in_time": clock.to_text(NOW - minutes * 60_000),
        "check_out_time": None,
        "status": "checked_in",
        "location": "Main door",
        "by": "maria",
        "desk": "desk 2",
    }
    return CheckInEvent(member=_ref(seq, who), seq=seq, **(known | fields))


def refusal(seq: int, who: Member | str = "", reason: str = "membership expired 3 Nov", at: str = TIME) -> Refusal:
    """The rules refuse somebody, in row `seq`."""
    ref = _ref(seq, who)
    return Refusal(
        id=f"r{seq}",
        member=ref,
        code="membership_expired",
        reason=reason,
        message=f"{ref.full_name}: {reason}.",
        at=at,
        by="maria",
        desk="desk 2",
        command_id=f"c{seq}",
        seq=seq,
    )


def _ref(seq: int, who: Member | str) -> MemberRef:
    return (member(seq, who) if isinstance(who, str) else who).ref


def stats(seq: int, **fields: Any) -> Stats:
    """The counters as of row `seq`."""
    known: dict[str, Any] = {"currently_in": 148, "today_total": 1204, "average_stay_minutes": 72.0, "capacity": 220}
    return Stats(as_of_seq=seq, as_of=TIME, **(known | fields))


STATS = stats(9)


def snapshot(seq: int, *present: CheckInEvent, epoch: str = "epoch-1", more: bool = False, **fields: Any) -> Snapshot:
    """Who is in as of row `seq`; `more` where another part follows."""
    known: dict[str, Any] = {"gym": GYM, "recent": (), "stats": stats(seq)}
    return Snapshot(epoch=epoch, seq=seq, present=present, more=more, **(known | fields))
