"""What a store answers, whatever its engine: queries, on the connection of the thread that asks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing
from itertools import islice
from typing import Any

import msgspec

from gymtui import clock
from gymtui.protocol import (
    ERASED,
    MAX_PART,
    CheckInEvent,
    Gym,
    ListCheckIns,
    ListRefusals,
    Member,
    MemberTotals,
    Peak,
    Stats,
    Undo,
)
from server.store import (
    Conflict,
    Head,
    ImportedRow,
    JournalRow,
    Row,
    SnapshotData,
)
from server.store.pages import fitting
from server.store.sql.conflicts import find_conflicts
from server.store.sql.counters import read_stats, totals_of
from server.store.sql.database import Database
from server.store.sql.desks import DeskLists
from server.store.sql.erasing import rows_with
from server.store.sql.history import END, Wanted, cursor_of, position, refusals_wanted, visits_wanted
from server.store.sql.member_rows import MemberLists
from server.store.sql.peak import read_peak
from server.store.sql.users import UserLists
from server.store.sql.words import find_members, first_of, near_members

RECENT = 50  # events of the recent past in a snapshot
VISITS = 20  # visits on a member's card

NEWS = "SELECT payload FROM journal WHERE type = 'check_in_update' AND seq <= ? ORDER BY seq DESC LIMIT ?"  # indexed
ROLL_CALL = (
    "SELECT payload FROM journal WHERE type = 'roll_call_update' AND at >= ? AND seq <= ? ORDER BY at, seq"  # indexed
)
OPEN_SINCE = (
    "SELECT id, max(check_in_at, coalesce((SELECT at FROM journal WHERE kind = ? AND "
    "seq = CAST(CAST(event AS TEXT) ->> '$.seq' AS BIGINT)), 0)) FROM visits "
    "WHERE check_out_at IS NULL AND check_in_at < ? ORDER BY check_in_at"
)
IMPORTED = (
    "SELECT i.seq, j.payload, i.before FROM imported i JOIN journal j ON j.seq = i.seq "
    "WHERE i.seq >= ? AND i.number = ? ORDER BY i.seq"
)
UNINDEXED = "SELECT member FROM members JOIN gym ON seq BETWEEN late_from AND late_until"
TO_ERASE = "SELECT id FROM members WHERE id IN (SELECT member_id FROM erased) AND NOT instr(member, ?) ORDER BY id"

_gym = msgspec.json.Decoder(Gym)
_member = msgspec.json.Decoder(Member).decode


class Queries(UserLists, DeskLists, MemberLists, ABC):
    """What an engine gives: the time; the rows of one query; that several see the same commit; the connection of this
    thread; and what is around its use, where a database that fails is a StoreUnavailable."""

    _now: clock.Clock
    _all: Callable[..., list[Any]]
    _at_one_position: Callable[[], AbstractContextManager[None]]
    _guard: Callable[[], AbstractContextManager[None]]

    @property
    @abstractmethod
    def _reader(self) -> Database: ...

    def head(self) -> Head:
        return Head(*self._all("SELECT last_seq, users_version, CASE WHEN NOT is_copy THEN epoch END FROM gym")[0])

    def read(self, after: int, limit: int) -> list[Row]:
        rows = self._all("SELECT seq, type, payload FROM journal WHERE seq > ? ORDER BY seq LIMIT ?", after, limit)
        return [Row(*row) for row in rows]

    def oldest(self) -> int:
        seq: int = self._all("SELECT min(seq) FROM journal")[0][0]
        return seq

    def first_since(self, at: int) -> int:
        # Without an index on the time it walks through all that are older: only `trim` asks, once.
        rows = self._all("SELECT seq FROM journal WHERE at >= ? ORDER BY seq LIMIT 1", at)
        return rows[0][0] if rows else self.head().seq + 1

    def imported(self, number: int | None) -> tuple[int, list[ImportedRow]]:
        wanted = number or self._all("SELECT coalesce(max(number), 0) FROM imported")[0][0]
        rows = self._all(IMPORTED, wanted, wanted)
        return wanted, [ImportedRow(seq, _member(after), before and _member(before)) for seq, after, before in rows]

    def epoch(self) -> str:
        epoch: str = self._all("SELECT epoch FROM gym")[0][0]
        return epoch

    def gym_id(self) -> str:
        gym_id: str = self._all("SELECT coalesce(gym_id, epoch) FROM gym")[0][0]
        return gym_id

    def gym(self) -> Gym:
        return _gym.decode(self._all("SELECT gym FROM gym")[0][0])

    def stats(self) -> Stats:
        with self._guard():
            return read_stats(self._reader, self._now())

    def snapshot(self, *, seq: int | None = None, visit: str | None = None) -> SnapshotData:
        with self._at_one_position():
            seq = self.head().seq if seq is None else seq
            present = self._all(
                "SELECT event FROM visits WHERE check_out_at IS NULL AND (check_in_at, id) < "
                "(SELECT check_in_at, id FROM visits WHERE id = ? UNION ALL SELECT ?, ? LIMIT 1) "
                "ORDER BY check_in_at DESC, id DESC",
                visit,
                *END,
            )
            recent = self._all(NEWS, seq, RECENT)
            roll_call = self._all(ROLL_CALL, self._now() - clock.DAY, seq)
            return SnapshotData(
                epoch=self.epoch(),
                seq=seq,
                gym=self.gym(),
                present=[row[0] for row in present],
                recent=[row[0] for row in recent],
                roll_call=[row[0] for row in roll_call],
                stats=self.stats(),
            )

    def open_since(self, before: int) -> list[tuple[str, int]]:
        return self._all(OPEN_SINCE, Undo.type, before)

    def conflicts(self, since: int, limit: int | None = None) -> list[Conflict]:
        with self._guard(), closing(find_conflicts(self._reader, since)) as found:
            return list(islice(found, limit))

    def search_members(self, text: str, limit: int) -> list[bytes]:
        check = self.gym().policy.card_check
        with self._guard():
            return list(first_of(find_members(self._reader, text, check), limit).values())

    def near_members(self, text: str, limit: int) -> list[bytes]:
        with self._guard():
            return near_members(self._reader, text, limit)

    def get_member(self, member_id: str) -> tuple[bytes, list[bytes], MemberTotals] | None:
        with self._at_one_position():
            rows = self._all("SELECT member FROM members WHERE id = ?", member_id)
            visits = self._all(
                "SELECT event FROM visits WHERE member_id = ? ORDER BY check_in_at DESC LIMIT ?", member_id, VISITS
            )
            totals = totals_of(self._reader, member_id, self._now())
        return (rows[0][0], [row[0] for row in visits], totals) if rows else None

    def peak(self, weeks: int) -> Peak:
        with self._at_one_position():
            return read_peak(self._reader, self._now(), weeks)

    def list_present(self, limit: int, cursor: str | None) -> tuple[list[bytes], str | None, int]:
        before = position(cursor)
        with self._at_one_position():
            rows = self._all(
                "SELECT event, check_in_at, id FROM visits WHERE check_out_at IS NULL AND (check_in_at, id) < (?, ?) "
                "ORDER BY check_in_at DESC, id DESC LIMIT ?",
                *before,
                limit + 1,
            )
            seq = self.head().seq
        page, more = _page(rows, limit)
        return [row[0] for row in page], cursor_of(page[-1]) if more else None, seq

    def list_check_ins(self, wanted: ListCheckIns) -> tuple[list[bytes], str | None, int | None]:
        with self._guard():
            asked = visits_wanted(wanted, self._reader)
        return self._history(asked, wanted)

    def list_refusals(self, wanted: ListRefusals) -> tuple[list[bytes], str | None, int | None]:
        return self._history(refusals_wanted(wanted), wanted)

    def _history(self, rows: Wanted, wanted: ListCheckIns | ListRefusals) -> tuple[list[bytes], str | None, int | None]:
        with self._at_one_position():
            page, more = _page(self._all(*rows.page(wanted.limit + 1)), wanted.limit)
            far = self._all(*rows.end()) if not more or wanted.cursor is None else []
            in_all = self._all(*rows.in_all())[0][0] if more and wanted.cursor is None and not far else None
        end = page[-1:] if more else far
        return [row[0] for row in page], cursor_of(end[0]) if end else None, None if in_all is None else int(in_all)

    def sync_members(self, after_seq: int, limit: int) -> tuple[list[bytes], int, bool, int]:
        with self._at_one_position():
            rows = self._all("SELECT member, seq FROM members WHERE seq > ? ORDER BY seq LIMIT ?", after_seq, limit + 1)
            seq = self.head().seq
        page, more = _page(rows, limit)
        return [row[0] for row in page], page[-1][1] if page else after_seq, more, seq

    def all_members(self) -> Iterator[Member]:
        with self._guard():
            for (data,) in self._reader.execute("SELECT member FROM members ORDER BY membership_number"):
                yield msgspec.json.decode(data, type=Member)

    def unindexed(self) -> tuple[list[Member], int]:
        with self._at_one_position():
            return [_member(data) for (data,) in self._all(UNINDEXED)], self.head().seq

    def all_visits(self) -> Iterator[CheckInEvent]:
        with self._guard():
            for (data,) in self._reader.execute("SELECT event FROM visits ORDER BY check_in_at, id"):
                yield msgspec.json.decode(data, type=CheckInEvent)

    def rows_with(self, texts: Sequence[str]) -> list[JournalRow]:
        with self._guard():
            return rows_with(self._reader, texts)

    def to_erase(self) -> list[str]:
        return [id for (id,) in self._all(TO_ERASE, f'"full_name":"{ERASED}"'.encode())]


def _page(rows: list[Any], limit: int) -> tuple[list[Any], bool]:
    """The rows that one message holds, by number and by bytes of their first column; and whether there are more."""
    count = min(limit, fitting((row[0] for row in rows), MAX_PART))
    return rows[:count], len(rows) > count
