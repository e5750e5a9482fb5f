"""What an engine gives to `verify`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from server.store.records import VisitColumns


class Audit(Protocol):
    """A database as it stands at one moment, read without trust, for `verify`. DatabaseDamaged where it cannot be."""

    def problems(self, most: int) -> Iterator[str]:
        """A sentence on each thing that the engine itself finds wrong, `most` of them at the most."""

    def breaks(self) -> Iterator[str]:
        """A sentence on each row of the journal, and on each access, that is not what was written there."""

    def has_gym(self) -> bool: ...
    def last_seq(self) -> int: ...
    def journal(self) -> Iterator[tuple[int, str, str, bytes]]:
        """`(seq, type, kind, payload)` of every row, in order."""

    def visits(self) -> Iterator[tuple[VisitColumns, bool, bytes]]:
        """Columns, whether it was punched, and the event of every visit."""

    def members(self) -> Iterator[tuple[str, str | None, int, bytes]]:
        """`(id, membership_number, seq, member)` of everyone."""

    def gym(self) -> tuple[int, bytes]:
        """How many are in, and the gym."""

    def gone(self) -> list[int]:
        """`[check_ins, stays, stay]` of the visits that retention has taken out."""

    def hours(self) -> dict[str, list[int]]:
        """`[check_ins, stays, stay]` by hour."""
