"""The embedded store: one SQLite file, write-ahead log, every commit on disk before anyone hears of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from gymtui import clock
from gymtui.protocol import MAX_PART, CheckInEvent, Gym, ListCheckIns, Member, Stats
from gymtui.words import words
from server.store import Committed, Head, Outcome, Row, SnapshotData, StoreUnavailable, User, Work
from server.store.file import connect, migrate, refuse_other_files, told
from server.store.history import LAST, cursor_of, history_query, position
from server.store.transaction import SqliteTransaction, read_user

RECENT = 50  # events of the recent past in a snapshot
VISITS = 20  # visits on a member's card
PATIENCE = 5.0  # seconds

_gym = msgspec.json.Decoder(Gym)


class SqliteStore:
    """A gym in one file. One connection writes, a second one reads; each belongs to one thread at a time.

    `path` is created, with an empty gym, where there is none; an older file is brought up to date. StoreError says
    what is wrong with a path or file that cannot be used. `patience` is how many seconds another program's lock is
    waited for.
    """

    def __init__(self, path: Path, *, now: clock.Clock = clock.now, patience: float = PATIENCE) -> None:
        self.path = path
        self._now = now
        with told(path):
            refuse_other_files(path)
            self._writer = connect(path, patience)
            migrate(self._writer, path, now())
            self._reader = connect(path, patience)
            self._reader.execute("PRAGMA query_only = ON")

    def close(self) -> None:
        self._reader.close()
        self._writer.close()

    # --- writing --------------------------------------------------------------------------------------------------

    def write(self, works: Sequence[Work]) -> tuple[list[Outcome], Committed]:
        with _unavailable():
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                transaction = SqliteTransaction(self._writer, self._now())
                outcomes = [work(transaction) for work in works]
                transaction.finish()
                self._writer.execute("COMMIT")
            except BaseException:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                raise
        return outcomes, Committed(rows=transaction.rows, stats=self._stats(self._writer))

    # --- queries --------------------------------------------------------------------------------------------------

    def head(self) -> Head:
        with _unavailable():
            return Head(*self._reader.execute("SELECT last_seq, users_version FROM gym").fetchone())

    def read(self, after: int, limit: int) -> list[Row]:
        rows = self._all("SELECT seq, type, payload FROM journal WHERE seq > ? ORDER BY seq LIMIT ?", after, limit)
        return [Row(*row) for row in rows]

    def oldest(self) -> int:
        seq: int = self._all("SELECT min(seq) FROM journal")[0][0]
        return seq

    def epoch(self) -> str:
        epoch: str = self._all("SELECT epoch FROM gym")[0][0]
        return epoch

    def gym(self) -> Gym:
        return _gym.decode(self._all("SELECT gym FROM gym")[0][0])

    def stats(self) -> Stats:
        with _unavailable():
            return self._stats(self._reader)

    def _stats(self, db: sqlite3.Connection) -> Stats:
        seq, currently_in, data = db.execute("SELECT last_seq, currently_in, gym FROM gym").fetchone()
        gym, now = _gym.decode(data), self._now()
        wall = datetime.fromtimestamp(now / 1000, ZoneInfo(gym.timezone))
        today, then = _hours_of(db, wall), _hours_of(db, wall - timedelta(days=7))
        stays, stay = sum(row[2] for row in today), sum(row[3] for row in today)
        return Stats(
            currently_in=currently_in,
            today_total=sum(row[1] for row in today),
            average_stay_minutes=round(stay / stays / 60_000, 1) if stays else None,
            capacity=gym.capacity,
            as_of_seq=seq,
            as_of=clock.to_text(now),
            hours=_by_hour(today),
            same_weekday=_until(_by_hour(then), wall) if any(row[1] for row in then) else None,
        )

    def snapshot(self) -> SnapshotData:
        with self._at_one_position():
            present = self._all(
                "SELECT event FROM visits WHERE check_out_at IS NULL ORDER BY check_in_at DESC, id DESC"
            )
            recent = self._all(
                "SELECT payload FROM (SELECT payload, seq FROM journal WHERE type = ? ORDER BY seq DESC LIMIT ?) "
                "ORDER BY seq DESC",
                CheckInEvent.type,
                RECENT,
            )
            return SnapshotData(
                epoch=self.epoch(),
                seq=self.head().seq,
                gym=self.gym(),
                present=[row[0] for row in present],
                recent=[row[0] for row in recent],
                stats=self.stats(),
            )

    def open_since(self, before: int) -> list[tuple[str, int]]:
        """The open visits that began before a time (ms), and when, the oldest first."""
        return self._all(
            "SELECT id, check_in_at FROM visits WHERE check_out_at IS NULL AND check_in_at < ? ORDER BY check_in_at",
            before,
        )

    def users(self) -> dict[str, User]:
        rows = self._all("SELECT name, role, password_hash, pin_hash, disabled FROM users ORDER BY name")
        return {row[0]: read_user(row) for row in rows}

    def live_logins(self) -> set[str]:
        return {row[0] for row in self._all("SELECT sid FROM logins WHERE expires_at > ?", self._now())}

    def signing_keys(self) -> dict[str, bytes]:
        return dict(self._all("SELECT kid, key FROM signing_keys ORDER BY made_at"))

    def search_members(self, text: str, limit: int) -> list[bytes]:
        typed = words(text)
        if not typed:
            return []
        # The longest word is the rarest: walk its members, and keep those that have the others too.
        first, *others = sorted(set(typed), key=len, reverse=True)
        having = " AND EXISTS (SELECT 1 FROM words o WHERE o.member_id = w.member_id AND o.word >= ? AND o.word < ?)"
        rows = self._all(
            "SELECT DISTINCT m.member FROM words w JOIN members m ON m.id = w.member_id "
            f"WHERE w.word >= ? AND w.word < ?{having * len(others)} LIMIT ?",
            *(bound for word in (first, *others) for bound in (word, word + LAST)),
            limit,
        )
        return [row[0] for row in rows]

    def get_member(self, member_id: str) -> tuple[bytes, list[bytes]] | None:
        rows = self._all("SELECT member FROM members WHERE id = ?", member_id)
        if not rows:
            return None
        visits = self._all(
            "SELECT event FROM visits WHERE member_id = ? ORDER BY check_in_at DESC LIMIT ?", member_id, VISITS
        )
        return rows[0][0], [row[0] for row in visits]

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

    def list_check_ins(self, wanted: ListCheckIns) -> tuple[list[bytes], str | None]:
        sql, values = history_query(wanted)
        page, more = _page(self._all(sql, *values), wanted.limit)
        return [row[0] for row in page], cursor_of(page[-1]) if more else None

    def sync_members(self, after_seq: int, limit: int) -> tuple[list[bytes], int, bool, int]:
        with self._at_one_position():
            rows = self._all("SELECT member, seq FROM members WHERE seq > ? ORDER BY seq LIMIT ?", after_seq, limit + 1)
            seq = self.head().seq
        page, more = _page(rows, limit)
        return [row[0] for row in page], page[-1][1] if page else after_seq, more, seq

    def all_members(self) -> Iterator[Member]:
        """Everyone in the directory, by membership number; for exports."""
        for (data,) in self._reader.execute("SELECT member FROM members ORDER BY membership_number"):
            yield msgspec.json.decode(data, type=Member)

    def all_visits(self) -> Iterator[CheckInEvent]:
        """Every visit as it stands, the oldest first; for exports."""
        for (data,) in self._reader.execute("SELECT event FROM visits ORDER BY check_in_at, id"):
            yield msgspec.json.decode(data, type=CheckInEvent)

    def _all(self, sql: str, *values: object) -> list[Any]:
        with _unavailable():
            return self._reader.execute(sql, values).fetchall()

    @contextmanager
    def _at_one_position(self) -> Iterator[None]:
        """All queries inside see the same commit."""
        self._reader.execute("BEGIN")
        try:
            yield
        finally:
            self._reader.execute("COMMIT")


def _page(rows: list[Any], limit: int) -> tuple[list[Any], bool]:
    """The rows that one message holds, by number and by bytes of their first column; and whether there are more."""
    size = 0
    for count, row in enumerate(rows[:limit]):
        size += len(row[0]) + 1
        if size > MAX_PART and count:
            return rows[:count], True
    return rows[:limit], len(rows) > limit


def _hours_of(db: sqlite3.Connection, wall: datetime) -> list[tuple[str, int, int, int]]:
    """The counters of one of the gym's own days, an hour a row."""
    day = wall.strftime("%Y-%m-%dT")
    return db.execute(
        "SELECT hour, check_ins, stays, stay FROM hours WHERE hour >= ? AND hour < ?", (day, day + "~")
    ).fetchall()


def _by_hour(rows: list[tuple[str, int, int, int]]) -> tuple[int, ...]:
    counts = {int(hour[-2:]): check_ins for hour, check_ins, _, _ in rows}
    return tuple(counts.get(hour, 0) for hour in range(24))


def _until(hours: tuple[int, ...], wall: datetime) -> int:
    """The check-ins of a day up to the time on the wall, the hour that runs by its minutes."""
    return round(sum(hours[: wall.hour]) + hours[wall.hour] * wall.minute / 60)


@contextmanager
def _unavailable() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        raise StoreUnavailable(f"The server cannot use its database just now ({error}).") from error
