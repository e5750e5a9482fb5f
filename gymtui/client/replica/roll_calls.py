"""The replica's table of the steps of roll-calls, as far as the server has told of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Final

import msgspec

from gymtui import clock
from gymtui.client.replica.schema import reading
from gymtui.codec import encode
from gymtui.protocol import Event, RollCallUpdate
from gymtui.roll_call import at_ms

KEPT: Final = 2 * clock.DAY  # milliseconds, longer than one lasts that nobody has ended

_step = msgspec.json.Decoder(RollCallUpdate).decode


class RollCallTable:
    """The steps of the last days; writes inside the transactions of whoever owns `db`."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    @reading()
    def steps(self) -> list[RollCallUpdate]:
        return [_step(event) for (event,) in self._db.execute("SELECT event FROM roll_calls ORDER BY at, command_id")]

    def fold(self, events: Iterable[Event]) -> None:
        """Takes the steps among these."""
        if steps := [event for event in events if isinstance(event, RollCallUpdate)]:
            self.keep(steps)

    def keep(self, steps: Iterable[RollCallUpdate]) -> None:
        """Remembers these beside those that are there: a step is never another one."""
        self._db.executemany(
            "INSERT OR REPLACE INTO roll_calls VALUES (?, ?, ?)",
            [(step.command_id, at_ms(step), encode(step)) for step in steps],
        )
        self._db.execute("DELETE FROM roll_calls WHERE at < (SELECT max(at) FROM roll_calls) - ?", (KEPT,))

    def forget(self) -> None:
        """Nobody has told of any: the journal is another one."""
        self._db.execute("DELETE FROM roll_calls")
