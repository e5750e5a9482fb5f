"""The part of a `Transaction` that is about visits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from gymtui.protocol import CheckInEvent
from server.store import Counts, Visit
from server.store.sql.users import Users

VISIT = "SELECT id, member_id, check_in_at, check_out_at, check_out_command, punched, event FROM visits WHERE "

_event = msgspec.json.Decoder(CheckInEvent)


class Visits(Users):
    """What a transaction has of them."""

    def visit(self, visit_id: str) -> Visit | None:
        return _read_visit(self._one(VISIT + "id = ?", visit_id))

    def open_visit(self, member_id: str) -> Visit | None:
        return _read_visit(self._one(VISIT + "member_id = ? AND check_out_at IS NULL", member_id))

    def last_visit(self, member_id: str) -> Visit | None:
        return _read_visit(self._one(VISIT + "member_id = ? ORDER BY check_in_at DESC, id DESC", member_id))

    def forget_visits(self, ids: Iterable[str], counts: Counts) -> None:
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
        return _read_visit(self._one(VISIT + others, member_id, ends, since, but))

    def put_visit(self, visit: Visit, event: bytes, notes: str | None = None) -> None:
        self._db.execute(
            "INSERT INTO visits VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
            "member_id = excluded.member_id, check_in_at = excluded.check_in_at, punched = excluded.punched, "
            "check_out_at = excluded.check_out_at, check_out_command = excluded.check_out_command, "
            "notes = coalesce(visits.notes || ? || excluded.notes, visits.notes, excluded.notes), "
            "event = excluded.event",
            (
                visit.id,
                visit.member_id,
                visit.check_in_at,
                visit.check_out_at,
                visit.check_out_command,
                visit.punched,
                notes,
                event,
                "\n",
            ),
        )


def _read_visit(row: Any) -> Visit | None:
    if row is None:
        return None
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
