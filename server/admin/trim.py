"""`gymtui admin trim`: retention of the journal. Its oldest rows go, for a gym that has run for years.

Visits and members stay as they are. What goes is the feed of long ago, and with it the idempotency keys of then: sent
once more, such a command would be taken for a new one. Nothing sends one after so long, unless it is a desk whose last
answer was lost on the day when it was switched off, and that is switched on again after all this time.
"""

from __future__ import annotations

from functools import partial
from typing import Final

from gymtui import clock
from gymtui.errors import WrongUsage
from gymtui.protocol import MAX_REPLAY
from server.admin.retention import trim_members, trim_visits
from server.store import Store, Transaction
from server.store.opening import opened

LEAST: Final = 30  # days that every command is remembered
KEPT: Final = 2 * MAX_REPLAY  # rows that stay whatever their age: a desk that comes back asks for up to half as many
CHUNK: Final = 5000  # rows in one commit: a server beside it has its turn in between


def trim(*, database: str, days: int, gone: int | None = None, visits: int | None = None, apply: bool = False) -> None:
    """`gymtui admin trim`: forgets the rows of the journal that are older than so many days; or, with `gone`, erases
    members who have been gone for so long; or, with `visits`, takes out those that ended so long ago."""
    if gone is not None and visits is not None:
        raise WrongUsage("Members or visits are trimmed, one after the other: please give --gone or --visits.")
    if gone is not None:
        trim_members(database, gone, apply=apply)
        return
    if visits is not None:
        trim_visits(database, visits, apply=apply)
        return
    if apply:
        raise WrongUsage("The journal is trimmed at once: --apply belongs to --gone and --visits.")
    if days < LEAST:
        raise WrongUsage(f"Every command is remembered for {LEAST} days at the least: please give more --days.")
    with opened(database, found=True) as store:
        rows = forget(store, clock.now() - days * clock.DAY)
        print(f"{rows:,} rows of the journal are gone; it begins with its row {store.oldest():,} now.")


def forget(store: Store, before: int) -> int:
    """Lets the rows go that were written before a time (ms), but for the newest `KEPT`; gives how many."""
    first = store.oldest()
    last = min(store.first_since(before) - 1, store.head().seq - KEPT)
    if last >= first:
        for seq in (*range(first + CHUNK - 1, last, CHUNK), last):
            store.write([partial(_forget, seq=seq)])
    store.write([lambda tx: tx.forget_accesses(before)])
    return store.oldest() - first


def _forget(tx: Transaction, seq: int) -> None:
    tx.forget(seq)
