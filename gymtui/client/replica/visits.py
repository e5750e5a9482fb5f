"""The replica's tables of open visits and of the last events: who is in, and what a feed shows."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from gymtui import clock
from gymtui.client.replica.schema import reading
from gymtui.codec import encode
from gymtui.protocol import EVENTS, CheckInEvent, Event, MemberRef, Notification, Refusal, RollCallUpdate

logger = logging.getLogger(__name__)

RECENT: Final = 500  # events that a feed begins with
KEPT: Final = 5000  # events that are kept: more than most gyms have in a day, for the handover counts them
NEWS: Final = CheckInEvent | Refusal | Notification | RollCallUpdate

_visit = msgspec.json.Decoder(CheckInEvent).decode
_ref = msgspec.json.Decoder(MemberRef).decode  # of a whole member, the part that names one
_events: Final[dict[str, msgspec.json.Decoder[Any]]] = {
    name: msgspec.json.Decoder(kind) for name, kind in EVENTS.items()
}


class VisitTable:
    """Open visits and the recent past; writes inside the transactions of whoever owns `db`."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    @reading()
    def visit(self, member_id: str) -> CheckInEvent | None:
        row = self._db.execute(
            "SELECT event FROM visits WHERE member_id = ? ORDER BY since DESC LIMIT 1", (member_id,)
        ).fetchone()
        return row and _visit(row[0])

    @reading()
    def present(self) -> list[CheckInEvent]:
        return [_visit(event) for (event,) in self._db.execute("SELECT event FROM visits ORDER BY since DESC, id DESC")]

    @reading()
    def present_ids(self) -> set[str]:
        """Whose visits these are."""
        return {member_id for (member_id,) in self._db.execute("SELECT member_id FROM visits")}

    @reading()
    def present_members(self) -> list[MemberRef]:
        """Who is in, by the names and numbers that the directory has now."""
        return [
            _ref(body)
            for (body,) in self._db.execute("SELECT m.body FROM visits v CROSS JOIN members m ON m.id = v.member_id")
        ]

    @reading()
    def recent(self, limit: int) -> list[Event]:
        found = self._db.execute("SELECT kind, event FROM recent ORDER BY seq DESC LIMIT ?", (limit,))
        return [_events[kind].decode(event) for kind, event in found]

    def fold(self, events: Iterable[Event]) -> None:
        """Takes events in `seq` order; the last word on a visit counts. Members and the gym are no news for a feed."""
        news = [event for event in events if isinstance(event, NEWS)]
        self.change(event for event in news if isinstance(event, CheckInEvent))
        self.keep(news)

    def change(self, visits: Iterable[CheckInEvent]) -> None:
        """Who is in by these, which come in `seq` order; a feed does not hear of it."""
        last = {visit.id: visit for visit in visits}
        self._db.executemany(
            "DELETE FROM visits WHERE id = ?", [(visit.id,) for visit in last.values() if visit.status == "checked_out"]
        )
        self._open(visit for visit in last.values() if visit.status == "checked_in")

    def replace(self, present: Iterable[CheckInEvent]) -> None:
        """These are in, and nobody else."""
        self._db.execute("DELETE FROM visits")
        self._open(present)

    def keep(self, news: Sequence[CheckInEvent | Refusal | Notification | RollCallUpdate]) -> None:
        """Remembers the last of them, for the feed and for the handover."""
        self._db.executemany(
            "INSERT OR REPLACE INTO recent VALUES (?, ?, ?)",
            [(event.seq, event.type, encode(event)) for event in news[-KEPT:]],
        )
        self._db.execute(
            "DELETE FROM recent WHERE seq <= (SELECT seq FROM recent ORDER BY seq DESC LIMIT 1 OFFSET ?)", (KEPT,)
        )

    def forget(self) -> None:
        """Nothing has happened: the journal is another one."""
        self._db.execute("DELETE FROM recent")

    def _open(self, visits: Iterable[CheckInEvent]) -> None:
        self._db.executemany(
            "INSERT INTO visits VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
            "member_id = excluded.member_id, since = excluded.since, event = excluded.event",
            [(visit.id, visit.member.id, since(visit), encode(visit)) for visit in visits],
        )


def since(visit: CheckInEvent) -> int:
    """When a visit began, in milliseconds; 0, a long time ago, where that cannot be read."""
    try:
        return clock.to_ms(visit.check_in_time)
    except (ValueError, OverflowError):
        logger.warning("The visit %s began at no time there is: %r", visit.id, visit.check_in_time)
        return 0
