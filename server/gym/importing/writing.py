"""Much work on the gym, a moment's work in a commit: a server beside it has its turn in between."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final, NamedTuple, TypeVar

from server.store import Store, Transaction

T = TypeVar("T")

GoOn = Callable[[int], bool]
"""Asked before each thing with the number of those behind; no ends the work with its last commit."""


class Pace(NamedTuple):
    """How long a commit is worked at, and how long others may write behind it (seconds); by which clock and sleep."""

    work: float = 0.02
    rest: float = 0.003
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


PACE: Final = Pace()

Do = Callable[[Transaction, T], str | None]
"""Work on one of the things; a sentence where it cannot be."""


class _Undone(Exception):
    """Raised inside a commit, to roll it back."""


def write_all(store: Store, things: Sequence[T], do: Do[T], go_on: GoOn, pace: Pace = PACE) -> list[str | None]:
    """Does each, some in a commit; what was said of those that are behind."""
    said: list[str | None] = []
    while len(said) < len(things) and (more := _write_some(store, things, do, go_on, pace, behind=len(said))):
        said += more
        if len(said) < len(things):
            pace.sleep(pace.rest)
    return said


def _write_some(
    store: Store, things: Sequence[T], do: Do[T], go_on: GoOn, pace: Pace, *, behind: int
) -> list[str | None]:
    """One commit's part; nothing where it does not go on."""
    said: list[str | None] = []

    def work(tx: Transaction) -> None:
        until = pace.now() + pace.work
        for place in range(behind, len(things)):
            if (said and pace.now() >= until) or not go_on(place):
                return
            said.append(do(tx, things[place]))

    store.write([work])
    return said


def write_whole(store: Store, things: Sequence[T], do: Do[T], go_on: GoOn) -> list[str | None]:
    """The same in one commit; none of it is done where it does not go on, or where anything is said."""
    said: list[str | None] = []

    def work(tx: Transaction) -> None:
        for place, thing in enumerate(things):
            if not go_on(place):
                raise _Undone
            said.append(do(tx, thing))
        if any(said):
            raise _Undone

    with suppress(_Undone):
        store.write([work])
    return said
