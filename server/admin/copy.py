"""`gymtui admin copy`: a gym moves from one database into another, such as from a file to PostgreSQL."""

from __future__ import annotations

from gymtui.config import database_named
from gymtui.database_url import shown
from gymtui.errors import WrongUsage
from gymtui.output import say
from server.admin.progress import Progress
from server.store import opening


def copy(*, source: str, target: str) -> None:
    """All of it: members, visits, the journal under its epoch, logins and keys; the source stays as it is."""
    source, target = database_named(source), database_named(target)
    if source == target:
        raise WrongUsage("A gym is copied into another database: please name two.")
    with Progress("rows") as progress:
        rows = opening.copy(source, target, progress.go_on)
    say(f"{shown(target)} has all of {shown(source)}, up to row {rows:,} of the journal: please serve that one now.")
