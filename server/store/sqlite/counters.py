"""The counters of a gym (`stats`), summed up from the rows of `hours`, which every change has moved."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from gymtui import clock
from gymtui.protocol import Gym, Stats

_gym = msgspec.json.Decoder(Gym)


def read_stats(db: sqlite3.Connection, now: int) -> Stats:
    """The counters at `now` (ms), of the day that it is on the gym's own wall."""
    seq, currently_in, data = db.execute("SELECT last_seq, currently_in, gym FROM gym").fetchone()
    gym = _gym.decode(data)
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
