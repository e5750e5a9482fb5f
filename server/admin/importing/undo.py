"""`gymtui admin members import --undo`: takes back what an import has written, but for whoever was touched since."""

from __future__ import annotations

import getpass

from gymtui.output import complain
from server.admin.errors import AdminError
from server.admin.importing.members import undo_import
from server.admin.progress import Progress
from server.gym.importing.undoing import in_words, nothing_left
from server.store.opening import opened


def take_back(database: str, number: int | None) -> None:
    """The import of that number, or the last one; names whom it leaves. AdminError where there is none."""
    with opened(database, found=True) as store, Progress("members") as progress:
        undone = undo_import(store, number, go_on=progress.go_on, by=whoever())
    if undone is None:
        raise AdminError(nothing_left(number))
    for member in undone.touched:
        complain(f"{member.full_name} ({member.membership_number or 'no number'}) was changed since, and stays.")
    counts = in_words(undone.put_back, undone.gone, len(undone.touched))
    print(f"Import {undone.number}: {counts}.")
    if progress.is_interrupted:
        complain("interrupted: please take it back again for the rest.")
        raise KeyboardInterrupt


def whoever() -> str:
    """The account on this machine that gives the command; empty where it has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
