"""What an engine gives to whoever has only the name of a database: the gym in it, open, as lists, as a copy."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from gymtui import clock
from server.store.audit import Audit
from server.store.interface import Lists, Store

GoOn = Callable[[int, int], bool]
"""Asked with how much of how much is done: no ends it, and nothing of it stays."""


class Door(Protocol):
    """To one database. StoreError where it cannot be used."""

    copies_itself: bool
    """Is `back_up` how it is copied, and not the database's own tools?"""

    def open(self, *, now: clock.Clock, patience: float) -> Store:
        """As `opening.open_store`."""

    def prepare(self, *, found: bool) -> None:
        """Makes whatever it is to stand in; with `found`, StoreError where there is no gym already."""

    def is_there(self) -> bool: ...
    def is_older(self) -> bool: ...
    def lists(self) -> AbstractContextManager[Lists]: ...
    def audit(self) -> AbstractContextManager[Audit]: ...
    def back_up(self, file: Path, go_on: GoOn) -> int: ...
    def last_backup(self) -> int | None: ...
    def put_back(self, file: Path, go_on: GoOn) -> tuple[int, Path | None]: ...
