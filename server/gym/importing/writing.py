"""Much work on the gym, a moment's work in a commit: a server beside it has its turn in between."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import takewhile
from typing import Final, NamedTuple, TypeVar

from server.store import Store, Transaction

T = TypeVar("T")

GoOn = Callable[[int], bool]
"""Asked before each thing with the number of those behind; no ends the work with its last commit."""

Do = Callable[[Transaction, Sequence[T]], list[str | None]]
"""Work on some of the things; of each, a sentence where it cannot be."""


class Pace(NamedTuple):
    """How long a commit may take (seconds): the `least` while others wait for their turn, and from commit to commit
    more, up to the `most`, while nobody does. Whoever has waited longer than `soon` to begin has let somebody by."""

    least: float = 0.01
    most: float = 0.03
    soon: float = 0.0005
    now: Callable[[], float] = time.monotonic


PACE: Final = Pace()
FIRST: Final = 20  # things in the first commit: how long each takes is not known before


class _Undone(Exception):
    """Raised inside a commit, to roll it back."""


def write_all(store: Store, things: Sequence[T], do: Do[T], go_on: GoOn, pace: Pace = PACE) -> list[str | None]:
    """Does each, as many in a commit as the pace has time for; what was said of those that are behind."""
    said: list[str | None] = []
    size, moment = FIRST, pace.least
    while part := [things[place] for place in takewhile(go_on, range(len(said), min(len(said) + size, len(things))))]:
        more, waited, took = _written(store, part, do, pace)
        said += more
        moment = pace.least if waited > pace.soon else min(1.5 * moment, pace.most)
        size = max(1, min(2 * size, int(len(part) * moment / max(took, 1e-6))))
    return said


def _written(store: Store, part: Sequence[T], do: Do[T], pace: Pace) -> tuple[list[str | None], float, float]:
    """One commit's part; how long it has waited for its turn, and taken."""
    said: list[str | None] = []
    asked = begun = pace.now()

    def work(tx: Transaction) -> None:
        nonlocal begun, said
        begun = pace.now()
        said = do(tx, part)

    store.write([work])
    return said, begun - asked, pace.now() - begun


def write_whole(store: Store, things: Sequence[T], do: Do[T], go_on: GoOn) -> list[str | None]:
    """The same in one commit; none of it is done where it does not go on, or where anything is said."""
    said: list[str | None] = []

    def work(tx: Transaction) -> None:
        nonlocal said
        if not all(map(go_on, range(len(things)))):
            raise _Undone
        said = do(tx, things)
        if any(said):
            raise _Undone

    with suppress(_Undone):
        store.write([work])
    return said
