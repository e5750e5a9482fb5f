"""The replica's tables of open visits and of the last events: who is in, and what a feed shows.

They are read through a backlog: what has come counts at once, also where it is written a little later.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from operator import itemgetter
from typing import Final

import msgspec

from gymtui import clock
from gymtui.client.replica.backlog import KEPT, Backlog, News
from gymtui.client.replica.schema import reading
from gymtui.codec import convert, encode
from gymtui.protocol import EVENTS, CheckInEvent, Event, MemberRef

logger = logging.getLogger(__name__)

RECENT: Final = 500  # events that a feed begins with
LAST: Final = 2**63 - 1  # the largest `seq` that SQLite has a place for

_visit = msgspec.json.Decoder(CheckInEvent).decode
_ref = msgspec.json.Decoder(MemberRef).decode  # of a whole member, the part that names one


class VisitTable:
    """Open visits and the recent past; writes inside the transactions of whoever owns `db`."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self.backlog = Backlog()

    @reading()
    def visit(self, member_id: str) -> CheckInEvent | None:
        rows = self._db.execute("SELECT id, event FROM visits WHERE member_id = ?", (member_id,))
        found = [_visit(event) for id, event in rows if id not in self.backlog.visits]
        found += [visit for visit in self._opened() if visit.member.id == member_id]
        return max(found, key=lambda visit: (since(visit), visit.id), default=None)

    @reading()
    def present(self) -> list[CheckInEvent]:
        """The newest first."""
        rows = self._db.execute("SELECT since, id, event FROM visits")
        found = [(began, id, _visit(event)) for began, id, event in rows if id not in self.backlog.visits]
        found += [(since(visit), visit.id, visit) for visit in self._opened()]
        return [visit for *_, visit in sorted(found, key=itemgetter(0, 1), reverse=True)]

    @reading()
    def present_ids(self) -> set[str]:
        """Whose visits these are."""
        rows = self._db.execute("SELECT id, member_id FROM visits")
        found = {member_id for id, member_id in rows if id not in self.backlog.visits}
        return found | {visit.member.id for visit in self._opened()}

    @reading()
    def present_members(self) -> list[MemberRef]:
        """Who is in, by the names and numbers that the directory has now."""
        ids = encode(list(self.present_ids())).decode()
        found = self._db.execute("SELECT body FROM members WHERE id IN (SELECT value FROM json_each(?))", (ids,))
        return [_ref(body) for (body,) in found]

    @reading()
    def recent(self, limit: int) -> list[Event]:
        """The newest first."""
        late = list(islice(reversed(self.backlog.news), limit))
        rows = self._db.execute(
            "SELECT kind, event FROM recent WHERE seq < ? ORDER BY seq DESC LIMIT ?",
            (late[-1].seq if late else LAST, limit - len(late)),
        )
        return [*late, *(convert(event, EVENTS[kind]) for kind, event in rows)]

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        """Around a transaction: where the disk does not take it, what waited waits on, and counts."""
        waiting = self.backlog.copy()
        try:
            yield
        except BaseException:
            self.backlog = waiting
            raise

    def fold(self, events: Iterable[Event]) -> None:
        """Takes events in `seq` order; the last word on a visit counts. Members and the gym are no news for a feed."""
        self.backlog.take(events)

    def write(self, *, whole: bool) -> None:
        """Puts the backlog into the file, all of it or a share."""
        visits, news = self.backlog.give(whole=whole)
        self._change(visits)
        self.keep(news)

    def settle(self, answer: CheckInEvent, seq: int) -> None:
        """The last word on the visit is in the file, and waits no longer: the answer, or what waits where the journal
        has come past it (`seq`). A feed does not hear of it."""
        waiting = self.backlog.visits.pop(answer.id, None)
        last = answer if answer.seq > seq else waiting
        if last is not None:
            self._change([last])

    def replace(self, present: Iterable[CheckInEvent]) -> None:
        """These are in, and nobody else."""
        self._db.execute("DELETE FROM visits")
        self._open(present)

    def keep(self, news: Sequence[News]) -> None:
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

    def _opened(self) -> Iterator[CheckInEvent]:
        """Those of the backlog that are open."""
        return (visit for visit in self.backlog.visits.values() if visit.status == "checked_in")

    def _change(self, visits: Collection[CheckInEvent]) -> None:
        """Who is in by these, a word on each."""
        gone = [(visit.id,) for visit in visits if visit.status == "checked_out"]
        self._db.executemany("DELETE FROM visits WHERE id = ?", gone)
        self._open(visit for visit in visits if visit.status == "checked_in")

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
