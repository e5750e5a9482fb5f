"""The words of people whom an import has brought: entered once all of them are there, from one end of the index to the
other. In a commit of each moment of the import they would touch nearly every page of it, each time."""

from __future__ import annotations

from typing import Final

from gymtui.search.text import index_words
from server.gym.importing.writing import PACE, Pace, write_all
from server.store import Store

AT_ONCE: Final = 500  # words between two looks at the clock


def index_members(store: Store, pace: Pace = PACE) -> None:
    """Has everybody found by name whom an import has left to be: at its end, and once more where it came to none."""
    members, seq = store.unindexed()
    words = sorted((word, member.id) for member in members for word in index_words(member))
    parts = [words[at : at + AT_ONCE] for at in range(0, len(words), AT_ONCE)]
    write_all(store, parts, lambda tx, part: tx.index(part, seq), lambda _: True, pace)
    if members:
        store.write([lambda tx: tx.indexed(seq)])
