"""What an engine gives to whoever has only the name of a database: the gym in it, open, as lists, as a copy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from gymtui import clock
from server.store.audit import Audit
from server.store.interface import Lists, Store
from server.store.records import Standing

GoOn = Callable[[int, int], bool]
"""Asked with how much of how much is done: no ends it, and nothing of it stays."""


class Tables(Protocol):
    """All tables of a gym, in one transaction, while nobody else has it open."""

    def execute(self, sql: str, values: Sequence[Any] = (), /) -> Any:
        """The answer to a statement of `server.store.sql`."""

    def columns(self, table: str) -> list[str]:
        """Their names."""

    def rows(self, table: str, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        """These of each row, in any order."""

    def fill(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Adds rows that have these; the others are as in a new row."""


class Door(Protocol):
    """To one database. StoreError where it cannot be used."""

    def hints(self, told: Callable[[], None]) -> AbstractContextManager[Callable[[], None]]:
        """As `opening.hints`."""

    copies_itself: bool
    """Is `back_up` how it is copied, and not the database's own tools?"""

    def gyms(self) -> Sequence[Standing]:
        """Those of the database, whichever the door is of."""

    def begin(self, at: int) -> None:
        """As `opening.begin`."""

    def open(self, *, now: clock.Clock, patience: float) -> Store:
        """As `opening.open_store`."""

    def prepare(self, *, found: bool) -> None:
        """Makes whatever it is to stand in; with `found`, StoreError where there is no gym already."""

    def is_there(self) -> bool: ...
    def is_older(self) -> bool: ...
    def lists(self) -> AbstractContextManager[Lists]: ...
    def audit(self) -> AbstractContextManager[Audit]: ...
    def tables(self) -> AbstractContextManager[Tables]: ...
    def back_up(self, file: Path, go_on: GoOn) -> int: ...
    def last_backup(self) -> int | None: ...
    def put_back(self, file: Path, go_on: GoOn) -> tuple[int, Path | None]: ...
