"""Work of which it is known before its turn what it asks."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from server.store.interface import Transaction, Work
from server.store.records import Outcome


class Foreseen(Struct, frozen=True):
    """Work that begins with some questions: has this command its row, whose are the cards with these keys, who is that
    member, and which visit of theirs is open? They are asked at once for all works of a commit."""

    do: Work
    command_id: str
    keys: Sequence[str] = ()
    member_id: str | None = None

    def __call__(self, tx: Transaction) -> Outcome | None:
        return self.do(tx)
