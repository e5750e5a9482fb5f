"""The gym's database: is it there, can it be opened and written, beside a server too?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gymtui import clock
from gymtui.database_url import shown
from gymtui.doctor.finding import Finding
from gymtui.ui.lookout import OLD
from server.store import StoreError, Transaction, opening

AHEAD: Final = 60_000  # milliseconds that the newest row may be of later than now


def look(database: str, *, is_here: bool, now: clock.Clock = clock.now) -> Iterator[Finding]:
    """As every `gymtui admin` opens it, which a server that runs does not mind. `is_here`: desks of this machine go to
    a server of this machine, so there should be one."""
    try:
        if not opening.is_there(database):
            yield _missing(database, is_here=is_here)
        elif opening.is_older(database):
            sentence = f"{shown(database)} is of an older gymtui: the next server, or command, brings it up to date."
            yield Finding("database", "look", sentence)
        else:
            yield from _opened(database, now())
    except (StoreError, OSError) as error:
        yield Finding("database", "bad", str(error))


def _missing(database: str, *, is_here: bool) -> Finding:
    if is_here:
        return Finding("database", "look", f"No gym is in {shown(database)}: `gymtui serve` makes one there.")
    return Finding("database", "ok", f"No gym is in {shown(database)}, and a desk needs none.")


def _opened(database: str, now: int) -> Iterator[Finding]:
    newest = []

    def write(tx: Transaction) -> None:
        tx.touch()
        newest.append(tx.recorded_at(tx.next_seq - 1) or 0)

    with opening.opened(database, found=True) as store:
        store.write([write])
        seq, has_users = store.head().seq, bool(store.users())
    if not has_users:
        sentence = (
            f"Nobody can log in to {shown(database)} yet: `gymtui admin users add NAME --role manager` adds somebody."
        )
        yield Finding("database", "look", sentence)
    else:
        yield Finding("database", "ok", f"{shown(database)} can be read and written; its journal has {seq:,} rows.")
    if newest[0] > now + AHEAD:
        sentence = f"The gym's newest row is of {clock.to_text(newest[0])}, which is still to come"
        yield Finding("clock", "bad", f"{sentence}: please set this machine's clock.")
    if opening.copies_itself(database):
        yield _backup(opening.last_backup(database), now)


def _backup(made: int | None, now: int) -> Finding:
    step = "`gymtui admin backup FILE` makes one, beside a server too."
    if made is None:
        return Finding("backup", "look", f"This gym has none yet: {step}")
    days = max(0, now - made) // clock.DAY
    if days * 24 * 3600 >= OLD:
        return Finding("backup", "look", f"The last one is {days} days old: {step}")
    return Finding("backup", "ok", f"The last one is of {clock.to_text(made)}.")
