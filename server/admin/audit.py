"""`gymtui admin audit`: who did what, from which desk, and what it changed, as the journal has it; refusals too, and
what was done about who may come in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from heapq import merge
from pathlib import Path
from zoneinfo import ZoneInfo

from gymtui import clock
from gymtui.names import folded, people
from gymtui.printable import printable
from server.admin.deeds import Deed, accesses, deeds
from server.admin.export_file import Format, cell_text
from server.admin.exports import refuse_to_replace, write_audit
from server.admin.lists import bounds, counted, named
from server.gym.conflicts import day_and_time
from server.store.opening import listed


def audit(
    *,
    database: str,
    export: Path | None = None,
    format: Format = "csv",
    since: datetime | None = None,
    until: datetime | None = None,
    user: str | None = None,
    desk: str | None = None,
    member: str | None = None,
) -> None:
    """A line each, the oldest first, of those that are asked for; or rows of a file."""
    if export is not None:
        refuse_to_replace(export)
    with listed(database) as lists:
        first, end = bounds(lists.gym(), since, until)
        whom = None if member is None else named(lists, member).id
        wanted = _wanted(first, user, desk, whom)
        both = merge(deeds(lists.journal(end)), accesses(lists.accesses(end)), key=lambda deed: deed.at)
        found = (deed for deed in both if wanted(deed))
        if export is not None:
            print(f"{counted(write_audit(export, found, format), 'row')} exported.")
            return
        zone = ZoneInfo(lists.gym().timezone)
        for deed in found:
            print(printable(_line(deed, zone)))


def _wanted(first: int, user: str | None, desk: str | None, member: str | None) -> Callable[[Deed], bool]:
    """Is it one of those that are asked for? Two names in one deed are both who did it."""
    since = clock.to_text(first)

    def is_wanted(deed: Deed) -> bool:
        return (
            deed.at >= since
            and (user is None or folded(user) in map(folded, people(deed.user)))
            and (desk is None or deed.desk == desk)
            and (member is None or (deed.member is not None and deed.member.id == member))
        )

    return is_wanted


def _line(deed: Deed, zone: ZoneInfo) -> str:
    """`Sun 22 Nov 09:30  row 17  ana, Front: check_in of Ana Silva (4711), offline  …`; or, of one beside it,
    `Sun 22 Nov 09:30  gymtui admin, pat@front-desk: user_disable, ben`"""
    who = deed.user or ("the gym itself" if deed.what == "check_out" else "gymtui admin")
    place = f", {deed.desk}" if deed.desk else ""
    of = "" if deed.member is None else f" of {deed.member.full_name} ({deed.member.membership_number or 'no number'})"
    outcome = f", {deed.outcome}" if deed.outcome else ""
    changes = "; ".join(
        f"{name} {_said(deed.before[name])} → {_said(value)}"
        for name, value in deed.after.items()
        if name in deed.before
    )
    when = day_and_time(clock.to_ms(deed.at), zone)
    row = "" if deed.seq is None else f"row {deed.seq}  "
    return f"{when}  {row}{who}{place}: {deed.what}{of}{outcome}{f'  {changes}' if changes else ''}"


def _said(value: object) -> str:
    """A field's value on a line."""
    return cell_text(value) or "nothing"
