"""The counters of a gym (`stats`), summed up from the rows of `hours`, which every change has moved."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec
from msgspec import UNSET

from gymtui import clock, gym_day
from gymtui.protocol import Gym, MemberTotals, Policy, Stats
from gymtui.rules import LONG_STAY
from server.store.sql.database import Database

DAY: Final = timedelta(days=1)

# Of those in, whose visit began before that.
LONG_IN: Final = "SELECT count(*) FROM visits INDEXED BY visits_present WHERE check_out_at IS NULL AND check_in_at < ?"

_gym = msgspec.json.Decoder(Gym)


def read_stats(db: Database, now: int) -> Stats:
    """The counters at `now` (ms), of the day that it is on the gym's own wall."""
    seq, currently_in, data = db.execute("SELECT last_seq, currently_in, gym FROM gym").fetchone()
    gym = _gym.decode(data)
    wall, policy = datetime.fromtimestamp(now / 1000, ZoneInfo(gym.timezone)), gym.policy
    day = gym_day.day_of(wall, policy)
    today, then = _hours_of(db, day, policy), _hours_of(db, day - timedelta(days=7), policy)
    (assumed,) = db.execute(LONG_IN, (now - LONG_STAY,)).fetchone()
    stays, stay = sum(row[2] for row in today), sum(row[3] for row in today)
    return Stats(
        currently_in=currently_in,
        today_total=sum(row[1] for row in today),
        average_stay_minutes=round(stay / stays / 60_000, 1) if stays else None,
        capacity=gym.capacity,
        as_of_seq=seq,
        as_of=clock.to_text(now),
        hours=_by_hour(today),
        same_weekday=until(_by_hour(then), wall, gym_day.first_hour(policy)) if any(row[1] for row in then) else None,
        assumed=assumed or UNSET,
    )


def totals_of(db: Database, member_id: str, now: int) -> MemberTotals:
    """All visits of a member in figures, at `now` (ms)."""
    sql = (
        "SELECT check_in_at, check_out_at, CAST(event AS TEXT) ->> '$.flags' FROM visits INDEXED BY visits_by_member "
        "WHERE member_id = ? ORDER BY check_in_at"
    )
    rows = db.execute(sql, (member_id,)).fetchall()
    came = [
        (began, ended, flags) for began, ended, flags in rows if ended is None or not _has(flags, "undone", "clash")
    ]
    stays = [ended - began for began, ended, flags in came if ended is not None and not _has(flags, "assumed_out")]
    return MemberTotals(
        visits=len(came),
        last_30_days=sum(began > now - 30 * clock.DAY for began, _, _ in came),
        first=clock.to_text(came[0][0]) if came else None,
        last=clock.to_text(came[-1][0]) if came else None,
        average_stay_minutes=round(sum(stays) / len(stays) / 60_000, 1) if stays else None,
    )


def _has(flags: str, *words: str) -> bool:
    return any(f'"{word}"' in flags for word in words)


def _hours_of(db: Database, day: date, policy: Policy) -> list[tuple[str, int, int, int]]:
    """The counters of one of the gym's own days, an hour a row."""
    begins, ends = (gym_day.beginning(of_day, policy).strftime("%Y-%m-%dT%H") for of_day in (day, day + DAY))
    return db.execute(
        "SELECT hour, check_ins, stays, stay FROM hours WHERE hour >= ? AND hour < ?", (begins, ends)
    ).fetchall()


def _by_hour(rows: list[tuple[str, int, int, int]]) -> tuple[int, ...]:
    counts = {int(hour[-2:]): check_ins for hour, check_ins, _, _ in rows}
    return tuple(counts.get(hour, 0) for hour in range(24))


def until(hours: tuple[int, ...], wall: datetime, first: int) -> int:
    """The check-ins of a day that begins with its `first` hour, up to the time on the wall; the hour that runs by its
    minutes."""
    over = (wall.hour - first) % 24
    return round(sum((hours * 2)[first : first + over]) + hours[wall.hour] * wall.minute / 60)
