"""The words of people whom an import has brought: entered once all of them are there, from one end of the index to the
other. In a commit of each moment of the import they would touch nearly every page of it, each time."""

from __future__ import annotations

from collections.abc import Sequence

from gymtui.search.text import index_words
from server.gym.importing.writing import PACE, Pace, write_all
from server.store import Store, Transaction


def index_members(store: Store, pace: Pace = PACE) -> None:
    """Has everybody found by name whom an import has left to be: at its end, and once more where it came to none."""
    members, seq = store.unindexed()
    words = sorted((word, member.id) for member in members for word in index_words(member))

    def enter(tx: Transaction, part: Sequence[tuple[str, str]]) -> list[str | None]:
        tx.index(part, seq)
        return [None] * len(part)

    write_all(store, words, enter, lambda _: True, pace)
    if members:
        store.write([lambda tx: tx.indexed(seq)])
