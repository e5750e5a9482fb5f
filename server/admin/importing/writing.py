"""Many changes into the journal, a moment's work in a commit: a server beside it has its turn in between."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from gymtui.importing.rows import Problem
from server.gym.importing.comparison import Change
from server.gym.importing.taking import take
from server.store import Store, Transaction

GoOn = Callable[[int], bool]
"""Asked before each change with the number of those behind; no ends the work with its last commit."""


class Pace(NamedTuple):
    """How long a commit is worked at, and how long others may write behind it (seconds); by which clock and sleep."""

    work: float = 0.015
    rest: float = 0.003
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


PACE: Final = Pace()


class _Undone(Exception):
    """Raised inside a commit, to roll it back."""


def write_all(store: Store, changes: Sequence[Change], go_on: GoOn, pace: Pace = PACE) -> tuple[int, list[Problem]]:
    """How many of the changes are behind, and which of them could not be."""
    problems: list[Problem] = []
    behind = 0
    while behind < len(changes) and (said := _write_some(store, changes, behind, go_on, pace)):
        problems += _problems(changes[behind : behind + len(said)], said)
        behind += len(said)
        pace.sleep(pace.rest)
    return behind, problems


def _write_some(store: Store, changes: Sequence[Change], behind: int, go_on: GoOn, pace: Pace) -> list[str | None]:
    """One commit's part of the changes: what is said of each; nothing where it does not go on."""
    said: list[str | None] = []

    def work(tx: Transaction) -> None:
        until = pace.now() + pace.work
        for place in range(behind, len(changes)):
            if (said and pace.now() >= until) or not go_on(place):
                return
            said.append(take(tx, changes[place]))

    store.write([work])
    return said


def write_whole(store: Store, changes: Sequence[Change], go_on: GoOn) -> tuple[int, list[Problem]]:
    """The same in one commit, or none of it."""
    problems: list[Problem] = []

    def work(tx: Transaction) -> None:
        for place, change in enumerate(changes):
            if not go_on(place):
                raise _Undone
            problems.extend(_problems([change], [take(tx, change)]))
        if problems:
            raise _Undone

    try:
        store.write([work])
    except _Undone:
        return 0, problems
    return len(changes), problems


def _problems(changes: Sequence[Change], said: Sequence[str | None]) -> list[Problem]:
    return [
        Problem(change.line, sentence) for change, sentence in zip(changes, said, strict=True) if sentence is not None
    ]
