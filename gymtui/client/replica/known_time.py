"""The last time that is known for certain, for a desk that starts without the server."""

from __future__ import annotations

import sqlite3
from typing import Final

from gymtui.client.replica.schema import reading, transaction

KEPT_EVERY: Final = 60_000  # milliseconds that the time goes on before it is written down again


class KnownTime:
    """The server's time (ms) when it was heard last, and as long after it as was kept; 0 where it never was."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def read(self) -> int:
        with reading():
            (at,) = self._db.execute("SELECT known_time FROM desk").fetchone()
        return int(at)

    def keep(self, at: int) -> None:
        """Written down once a minute; were the last ones lost with the power, what is known would be older, and not
        wrong."""
        if abs(at - self.read()) >= KEPT_EVERY:
            with transaction(self._db):
                self._db.execute("UPDATE desk SET known_time = ?", (at,))
