"""The query `conflicts`: what offline desks recorded, and did not fit when it came, found in the journal."""

from __future__ import annotations

from collections.abc import Generator
from functools import partial
from typing import Final

import msgspec

from gymtui import clock
from gymtui.cards.keys import find
from gymtui.protocol import CheckInEvent, MemberRef, Refusal
from server.store import Conflict
from server.store.sql.card_index import holders
from server.store.sql.database import Database

EVER: Final = 2**62  # milliseconds: later than anything
WAITED: Final = 60_000  # milliseconds between a command and its row that say that its desk was alone

FLAGS: Final = frozenset({"clash", "late", "warned", "reissued", "clock", "backdated"})

TOLD_LATE: Final = """(type = 'refusal' OR type = 'check_in_update' AND
    (instr(payload, CAST('"offline"' AS BLOB)) OR instr(payload, CAST('"backdated"' AS BLOB))))"""

# A flag of these says something here only beside `offline` or `backdated`, one of which the rows of `TOLD_LATE` have.
ROWS: Final = (
    "SELECT type, payload, at, kind, command_id FROM journal "
    f"WHERE at >= ? AND at < ? AND {TOLD_LATE} ORDER BY at DESC, seq DESC"
)
VISIT: Final = "SELECT event FROM visits WHERE id = ?"
BEFORE: Final = (  # of the same person, whichever record of theirs it is
    "SELECT event FROM visits WHERE member_id = (SELECT member_id FROM visits WHERE id = ?1) AND id < ?1 "
    "ORDER BY id DESC"
)

_ref = msgspec.json.Decoder(MemberRef).decode
_visit = msgspec.json.Decoder(CheckInEvent).decode
_refusal = msgspec.json.Decoder(Refusal).decode


def find_conflicts(db: Database, since: int, until: int = EVER) -> Generator[Conflict, None, None]:
    """Those that were recorded in `[since, until)` (ms), the newest first; each is looked for when it is asked for."""
    for type, payload, at, kind, command_id in db.execute(ROWS, (since, until)):
        if type == Refusal.type:
            refusal = _refusal(payload)
            if refusal.offline is True:  # the desk has refused it, as it should
                continue
            given_at = clock.time_of(command_id or "")
            if given_at is not None and abs(at - given_at) >= WAITED:  # later than its row: by a clock that was ahead
                yield Conflict(kind=kind, event=refusal, at=min(given_at, at), recorded_at=at)
            continue
        event = _visit(payload)
        if not FLAGS.isdisjoint(event.flags) and not _is_undone(db, event):
            time = event.check_out_time if kind == "check_out" else event.check_in_time
            is_second = "clash" in event.flags and "unproven" not in event.flags
            before = _open_before(db, event) if is_second else None
            holder = _holder(db, event) if "reissued" in event.flags else None
            happened = clock.to_ms(time or "")
            yield Conflict(kind=kind, event=event, at=happened, recorded_at=at, other=before, holder=holder)


def _is_undone(db: Database, event: CheckInEvent) -> bool:
    """Somebody has looked at it already, and taken it back."""
    now = [_visit(data) for (data,) in db.execute(VISIT, (event.id,))]
    return any(visit.status == "checked_out" and "undone" in visit.flags for visit in now)


def _holder(db: Database, event: CheckInEvent) -> MemberRef | None:
    """Whose card it is now by which an event was recorded."""
    found = find(event.member.membership_number or "", partial(holders, db))
    return _ref(found[0][0]) if found else None


def _open_before(db: Database, clash: CheckInEvent) -> CheckInEvent | None:
    """The visit that was open when this one came: the last one before it that is none of its kind."""
    before = (_visit(data) for (data,) in db.execute(BEFORE, (clash.id,)))
    return next((visit for visit in before if "clash" not in visit.flags), None)
