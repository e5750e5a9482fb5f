"""The part of a `Transaction` that is about visits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from gymtui.protocol import CheckInEvent
from server.store import Counts, Visit
from server.store.sql.users import Users

VISIT = "SELECT id, member_id, check_in_at, check_out_at, check_out_command, punched, event FROM visits WHERE "
ADD = "INSERT INTO visits VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
SAYS = "check_out_at = ?, check_out_command = ?, punched = ?, notes = coalesce(notes || ?, notes, ?), event = ?"
GO_ON = f"UPDATE visits SET {SAYS} WHERE id = ?"  # most indexes are of how it began, and stay as they are
CHANGE = f"UPDATE visits SET {SAYS}, member_id = ?, check_in_at = ? WHERE id = ?"

_event = msgspec.json.Decoder(CheckInEvent)


class Visits(Users):
    """What a transaction has of them. `_seen` are those that it was told of, as they were then, by their id; `_open`
    those of members of whom it has been asked beforehand."""

    _seen: dict[str, Visit]
    _open: dict[str, Visit | None]

    def visit(self, visit_id: str) -> Visit | None:
        return self._visit("id = ?", visit_id)

    def open_visit(self, member_id: str) -> Visit | None:
        if member_id in self._open:
            return self._open[member_id]
        return self._visit("member_id = ? AND check_out_at IS NULL", member_id)

    def last_visit(self, member_id: str) -> Visit | None:
        return self._visit("member_id = ? ORDER BY check_in_at DESC, id DESC", member_id)

    def forget_visits(self, ids: Iterable[str], counts: Counts) -> None:
        self._forget_seen()
        self._db.executemany("DELETE FROM visits WHERE id = ?", [(id,) for id in ids])
        self._db.execute(
            "UPDATE gym SET gone_check_ins = gone_check_ins + ?, gone_stays = gone_stays + ?, "
            "gone_stay = gone_stay + ?",
            (counts.check_ins, counts.stays, counts.stay),
        )

    def overlapping(self, member_id: str, since: int, until: int | None, *, but: str) -> Visit | None:
        others = (
            "member_id = ? AND check_in_at < ? AND "
            "(check_out_at IS NULL OR check_out_at > ? AND check_out_at > check_in_at) "
            "AND id != ? ORDER BY check_in_at DESC LIMIT 1"
        )
        ends = 1 << 62 if until is None else max(until, since + 1)  # a moment is a moment of another visit too
        return self._visit(others, member_id, ends, since, but)

    def add_visit(self, visit: Visit, event: bytes, notes: str | None = None) -> None:
        self._open.pop(visit.member_id, None)
        began = visit.id, visit.member_id, visit.check_in_at
        self._db.later("visits", ADD, (*began, *_end(visit), notes, event))

    def put_visit(self, visit: Visit, event: bytes, notes: str | None = None) -> None:
        before = self._seen.pop(visit.id, None)
        self._open.pop(visit.member_id, None)
        if before is not None:
            self._open.pop(before.member_id, None)
        now = *_end(visit), None if notes is None else f"\n{notes}", notes, event
        if before is not None and (before.member_id, before.check_in_at) == (visit.member_id, visit.check_in_at):
            self._db.later("visits", GO_ON, (*now, visit.id))
        else:
            self._db.later("visits", CHANGE, (*now, visit.member_id, visit.check_in_at, visit.id))

    def _forget_seen(self) -> None:
        """Visits change by other ways than these."""
        self._seen.clear()
        self._open.clear()

    def _visit(self, which: str, *values: object) -> Visit | None:
        row = self._one(VISIT + which, *values)
        if row is None:
            return None
        visit = self._seen[row[0]] = read_visit(row)
        return visit


def _end(visit: Visit) -> tuple[int | None, str | None, bool]:
    return visit.check_out_at, visit.check_out_command, visit.punched


def read_visit(row: Any) -> Visit:
    id, member_id, check_in_at, check_out_at, check_out_command, punched, event = row
    return Visit(
        id=id,
        member_id=member_id,
        check_in_at=check_in_at,
        check_out_at=check_out_at,
        check_out_command=check_out_command,
        punched=bool(punched),
        event=_event.decode(event),
    )
