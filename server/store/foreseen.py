"""Work of which it is known before its turn what it asks."""

from __future__ import annotations

from msgspec import Struct

from server.store.interface import Transaction, Work
from server.store.records import Outcome


class Foreseen(Struct, frozen=True):
    """Work that begins with some questions: has this command its row, whose are the cards with that key, who is that
    member, and which visit of theirs is open? They are asked at once for all works of a commit."""

    do: Work
    command_id: str
    key: str | None = None
    member_id: str | None = None

    def __call__(self, tx: Transaction) -> Outcome | None:
        return self.do(tx)
