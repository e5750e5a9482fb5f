"""`gymtui admin members merge`: two records of one person become one; with `--undo`, two again."""

from __future__ import annotations

from functools import partial

from gymtui.output import say
from server.admin.errors import AdminError
from server.admin.lists import named
from server.gym.merging import CannotMerge, merge, unmerge
from server.store.opening import listed, opened


def members_merge(*, database: str, keep: str, gone: str, undo: bool = False) -> None:
    """Whoever these ids or numbers name. Where it is undone, the number of the gone one is a card of the other, so that
    it is named by its id."""
    with listed(database) as lists:
        one, other = named(lists, keep), named(lists, gone)
    work = partial(unmerge, gone_id=other.id) if undo else partial(merge, keep_id=one.id, gone_id=other.id)
    with opened(database, found=True) as store:
        try:
            store.write([work])
        except CannotMerge as cannot:
            raise AdminError(str(cannot)) from None
    if undo:
        say(f"{one.full_name} and {other.full_name} are two again; visits that have changed since stay with {one.id}.")
    else:
        say(f"{other.full_name} is one with {one.full_name} now; `merge {one.id} {other.id} --undo` takes it back.")
