"""The clock on the gym's wall: times of day in the gym's own time zone."""

from __future__ import annotations

from datetime import datetime, tzinfo


def wall(ms: int, zone: tzinfo) -> datetime:
    """The date and time on the wall at `ms` milliseconds since 1970."""
    return datetime.fromtimestamp(ms / 1000, zone)


def hours_minutes(ms: int, zone: tzinfo) -> str:
    return f"{wall(ms, zone):%H:%M}"


def hours_minutes_seconds(text: str, zone: tzinfo) -> str:
    """`HH:MM:SS` of a time as it stands on the wire; ValueError where it is none."""
    return f"{datetime.fromisoformat(text).astimezone(zone):%H:%M:%S}"
