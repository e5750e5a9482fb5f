"""`gymtui admin conflicts`: prints what desks recorded offline and did not fit, a line each."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from gymtui import clock
from gymtui.errors import WrongUsage
from gymtui.printable import printable
from server.gym.conflicts import day_and_time, report
from server.store.opening import opened


def conflicts(*, database: str, days: int) -> None:
    """What was recorded in the last days and did not fit, the oldest first."""
    if days < 1:
        raise WrongUsage("The report is of one day at the least: please give more --days.")
    since = clock.now() - days * clock.DAY
    with opened(database, found=True) as store:
        lines, zone = report(store, since), ZoneInfo(store.gym().timezone)
    for line in lines:
        print(printable(line))
    if not lines:
        print(
            f"Nothing to look at: all that desks have done alone and told since {day_and_time(since, zone)} has fitted."
        )
