"""Retention: who has been gone for so long that nothing of them is kept, and visits that were so long ago. Told first,
done when asked.

Gone is who may not come in any more: deleted, inactive, a guest, or past the last day of a membership, for all of these
days, and has neither come nor been changed in them. Whoever has a membership without an end is never gone. With the
person go the visits' names. Visits that are gone themselves are counted as before too; each member's last one stays,
and one of which the journal says anything for as long as that.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from gymtui import clock
from gymtui.errors import WrongUsage
from gymtui.printable import printable
from gymtui.protocol import ERASED, CheckInEvent, Member
from server.admin.erasing import erase_all
from server.admin.lists import counted
from server.gym.old_visits import forget, has_ended
from server.store import Lists, Store, Transaction
from server.store.opening import listed, opened

LEAST: Final = 30  # days
CHUNK: Final = 500  # visits in one commit: a server beside it has its turn in between


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


def trim_visits(database: str, days: int, *, apply: bool) -> None:
    """Tells how many visits ended so many days ago; takes them out where that is asked for."""
    if days < LEAST:
        raise WrongUsage(f"Visits of the last {LEAST} days are kept: please give more --visits days.")
    before = clock.now() - days * clock.DAY
    with opened(database, found=True) as store:
        oldest = store.oldest()
        with listed(database) as lists:
            ended = list(_ended(lists, before))
        ids = [id for id, seq in ended if seq < oldest]
        gone = sum(_forget(store, ids[at : at + CHUNK], before, oldest) for at in range(0, len(ids), CHUNK) if apply)
        if apply:
            store.write_over()
    told = "are gone; what was counted of them stays" if apply else "would go for good; what was counted of them stays"
    print(f"{counted(gone if apply else len(ids), 'visit')} {told}.")
    if kept := len(ended) - len(ids):
        print(f"{counted(kept, 'visit')} as old stay as long as the journal has them: `gymtui admin trim` shortens it.")
    if not apply:
        print("Nothing is done yet: --apply does it, and nothing brings them back but a backup.")


def _ended(lists: Lists, before: int) -> Iterator[tuple[str, int]]:
    """`(id, seq)` of the visits that were over before a time (ms), but for the last one of each member: that says since
    when somebody has been gone."""
    last: dict[str, CheckInEvent] = {}
    for visit, member in lists.visits(0, sys.maxsize):
        if (earlier := last.get(member.id)) is not None and has_ended(earlier, before):
            yield earlier.id, earlier.seq
        last[member.id] = visit


def _forget(store: Store, ids: Sequence[str], before: int, oldest: int) -> int:
    gone = 0

    def work(tx: Transaction) -> None:
        nonlocal gone
        gone = forget(tx, ids, before, oldest)

    store.write([work])
    return gone


def long_gone(lists: Lists, before: int) -> Iterator[tuple[Member, int | None]]:
    """Who was gone before a time (ms), and the last check-in of each."""
    day = datetime.fromtimestamp(before / 1000, ZoneInfo(lists.gym().timezone)).date().isoformat()
    for member, last in lists.quiet_since(before):
        is_over = member.valid_until is not None and member.valid_until < day
        if member.full_name != ERASED and (member.deleted or member.guest or member.status == "inactive" or is_over):
            yield member, last
