"""`gymtui admin conflicts`: prints what desks recorded offline and did not fit, a line each."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from gymtui import clock
from gymtui.errors import WrongUsage
from gymtui.printable import printable
from server.admin.export_file import Format
from server.admin.lists import export_conflicts
from server.gym.conflicts import day_and_time, report
from server.store.opening import opened


def conflicts(
    *,
    database: str,
    days: int,
    export: Path | None = None,
    format: Format = "csv",
    since: datetime | None = None,
    until: datetime | None = None,
) -> None:
    """What was recorded in the last days and did not fit, a line each, the oldest first; or as rows of a file, which
    may be those of any other range."""
    if days < 1:
        raise WrongUsage("The report is of one day at the least: please give more --days.")
    if export is None and (since or until):
        raise WrongUsage("A range is for a file: please add --export FILE, or say --days.")
    beginning = clock.now() - days * clock.DAY
    if export is not None:
        export_conflicts(database, export, format, (since or datetime.fromtimestamp(beginning / 1000, UTC), until))
        return
    with opened(database, found=True) as store:
        lines, zone = report(store, beginning), ZoneInfo(store.gym().timezone)
    for line in lines:
        print(printable(line))
    if not lines:
        when = day_and_time(beginning, zone)
        print(f"Nothing to look at: all that desks have done alone and told since {when} has fitted.")
