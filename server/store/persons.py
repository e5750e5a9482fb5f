"""What an engine can do to a person's records: tell who is deleted, forget them, make two of them one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from gymtui.protocol import CheckInEvent, Member
from server.store.records import JournalRow


class PersonsStore(Protocol):
    """What a store answers of them."""

    def deleted_of(self, ids: Sequence[str]) -> set[str]:
        """Which of these members are deleted by now."""


class Erasure(Protocol):
    """What a gym forgets of a person; what it has counted stays."""

    def note(self, member_id: str) -> None:
        """The member is to be erased in every backup that is restored over this gym."""

    def rows(self, seqs: Sequence[int], after: int) -> Iterator[JournalRow]:
        """These rows of the journal, and all that were written after that one."""

    def redact(self, seq: int, payload: bytes, error: bytes | None) -> None:
        """This is left of a row, and nothing of what its command asked."""

    def visits_of(self, member_id: str) -> Iterator[tuple[str, CheckInEvent]]: ...
    def redact_visit(self, visit_id: str, event: bytes) -> None:
        """This is left of a visit, and no notes."""

    def forget_words(self, words: Sequence[str]) -> None:
        """What the index still has of words that are nobody's any more."""

    def merged_into(self, member_id: str) -> list[str]: ...


class Merges(Protocol):
    """Which records were made one, so that they can be two again."""

    def put(self, gone: Member, keep: Member) -> None: ...
    def take(self, gone: str) -> tuple[Member, Member] | None:
        """`(gone, keep)` as they were put; they are forgotten."""

    def move_visits(self, gone: str, keep: str) -> None: ...
    def move_visits_back(self, gone: str, keep: str) -> None:
        """Those that still say that they are the gone one's."""
