"""`gymtui admin backup` and `restore`."""

from __future__ import annotations

from pathlib import Path

from gymtui.output import complain, say
from gymtui.printable import printable
from server.admin.erasing import erase_all
from server.admin.lists import counted
from server.admin.operator import note
from server.admin.progress import Progress
from server.store import StoreError, opening


def backup(*, database: str, file: Path) -> None:
    """A copy of the gym as it is at one moment, beside servers that go on."""
    with Progress("pages") as progress:
        rows = opening.back_up(database, file, progress.go_on)
    _note(database, "backup", file)
    say(f"{database} as it is now is in {file}, with the journal up to its row {rows:,}.")


def restore(*, database: str, file: Path) -> None:
    """A backup in the place of the database, which is kept beside it."""
    with Progress("pages") as progress:
        rows, aside = opening.put_back(file, database, progress.go_on)
    _note(database, "restore", file)
    say(f"{database} is as it was in {file}, with the journal up to its row {rows:,}; its users are too.")
    if aside is not None:
        with opening.opened(database, found=True) as store:
            again = erase_all(store, store.to_erase())
        if again:
            say(f"Whoever of that backup was erased since is erased again: {counted(again, 'member')}.")
        say(f"What was there until now is in {aside}.")


def _note(database: str, what: str, file: Path) -> None:
    """It is done by now, whether the database takes a row of it or not."""
    try:
        with opening.opened(database, found=True) as store:
            store.write([lambda tx: note(tx, what, outcome=printable(str(file)))])
    except StoreError as error:
        complain(f"The audit has no row of this {what}: {error}")
