"""Retention of people: who has been gone for so long that nothing of them is kept. Named first, erased when asked.

Gone is who may not come in any more: deleted, inactive, a guest, or past the last day of a membership, for all of these
days, and has neither come nor been changed in them. Whoever has a membership without an end is never gone. With the
person go the visits' names; the visits are counted as before.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from gymtui import clock
from gymtui.errors import WrongUsage
from gymtui.printable import printable
from gymtui.protocol import ERASED, Member
from server.admin.erasing import erase_all
from server.admin.lists import counted
from server.store import Lists
from server.store.opening import listed, opened

LEAST: Final = 30  # days


def trim_members(database: str, days: int, *, apply: bool) -> None:
    """Names whoever has been gone for so many days, a line each; erases them where that is asked for."""
    if days < LEAST:
        raise WrongUsage(f"Nobody is gone after less than {LEAST} days: please give more --gone days.")
    before = clock.now() - days * clock.DAY
    with listed(database) as lists:
        found = list(long_gone(lists, before))
    for member, last in found:
        came = "never came" if last is None else f"came last on {clock.to_text(last)[:10]}"
        print(printable(f"{member.full_name} ({member.membership_number or 'no number'}), {came}"))
    if not apply:
        print(f"{counted(len(found), 'member')} would be erased. Nothing is done yet: please look, and add --apply.")
        return
    with opened(database, found=True) as store:
        print(f"{counted(erase_all(store, [member.id for member, _ in found]), 'member')} erased.")


def long_gone(lists: Lists, before: int) -> Iterator[tuple[Member, int | None]]:
    """Who was gone before a time (ms), and the last check-in of each."""
    day = datetime.fromtimestamp(before / 1000, ZoneInfo(lists.gym().timezone)).date().isoformat()
    for member, last in lists.quiet_since(before):
        is_over = member.valid_until is not None and member.valid_until < day
        if member.full_name != ERASED and (member.deleted or member.guest or member.status == "inactive" or is_over):
            yield member, last
