"""`gymtui admin members erase`: a person is forgotten; and those again whom a restored backup has brought back."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from gymtui.output import say
from server.admin.lists import named
from server.gym.erasing import about, erase
from server.store import Store
from server.store.opening import listed, opened


def members_erase(*, database: str, member: str) -> None:
    """Erases whoever has this id or number."""
    with listed(database) as lists:
        found = named(lists, member)
    with opened(database, found=True) as store:
        erase_all(store, [found.id])
    say(f"The member {found.id} is erased: here, and on each desk as soon as it is connected. What was counted stays.")
    say(
        "Backups and exports from before still have them: please make a new backup, and delete the old ones. "
        "One that is restored over this database is taken without them."
    )


def erase_all(store: Store, ids: Iterable[str]) -> int:
    """Erases these, a commit each, and what the file still has of what was there; gives how many."""
    count = 0
    for count, id in enumerate(ids, 1):  # noqa: B007
        store.write([partial(erase, member_id=id, about=about(store, id))])
    store.write_over()
    return count
