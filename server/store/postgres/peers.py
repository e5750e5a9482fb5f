"""What the servers of one gym tell each other, in tables that are in no log of the database: no disk is waited for."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from secrets import token_hex
from threading import Lock
from typing import Any, Final

from server.store.errors import StoreUnavailable
from server.store.peers import Peer
from server.store.postgres.connection import Connection, Place
from server.store.postgres.errors import as_not_written
from server.store.sql.database import Answer

THERE: Final = "at BETWEEN now() - interval '10 seconds' AND now() + interval '10 seconds'"  # a clock may be set back
LATELY: Final = "at BETWEEN now() - interval '1 minute' AND now() + interval '1 minute'"
TELL: Final = f"""
WITH ended AS (
    DELETE FROM turned_out WHERE session IN (
        SELECT session FROM turned_out WHERE NOT {LATELY} FOR UPDATE SKIP LOCKED
    )
), over AS (
    DELETE FROM peers WHERE id IN (SELECT id FROM peers WHERE NOT {LATELY} AND id != ?1 FOR UPDATE SKIP LOCKED)
)
INSERT INTO peers VALUES (?1, now(), ?2, ?3, ?4) ON CONFLICT (id)
    DO UPDATE SET at = now(), served = excluded.served, connections = excluded.connections
"""
TURN_OUT: Final = "INSERT INTO turned_out VALUES (?, now(), ?) ON CONFLICT DO NOTHING"
PAUSE: Final = "?3 * interval '1 millisecond'"
WAITS: Final = f"t.count >= ?2 AND t.at BETWEEN now() - {PAUSE} AND now()"  # whoever waits is counted no further
TRIED: Final = f"""
INSERT INTO tries AS t VALUES (?1, 1, now()) ON CONFLICT (slot) DO UPDATE SET
    count = CASE WHEN {WAITS} THEN t.count WHEN t.at < now() - 10 * {PAUSE} THEN 1 ELSE least(t.count + 1, ?2) END,
    at = CASE WHEN {WAITS} THEN t.at ELSE now() END
RETURNING ceil(extract(epoch FROM now() - at) * 1000)::bigint
"""


class PostgresPeers:
    """The `Peers` of one server of the gym at `place`, with a connection of its own from the first thing on that it
    tells; `read` gives the rows of a query. `patience` is in seconds. To be closed."""

    def __init__(self, place: Place, read: Callable[..., list[Any]], *, patience: float) -> None:
        self._place = place
        self._read = read
        self._patience = patience
        self._me = token_hex(8)
        self._db: Connection | None = None
        self._lock = Lock()

    def tell(self, name: str, served: int, connections: bytes) -> None:
        self._write(TELL, self._me, name, served, connections)

    def others(self) -> list[Peer]:
        rows = self._read(f"SELECT name, served, connections FROM peers WHERE id != ? AND {THERE}", self._me)
        return [Peer(*row) for row in rows]

    def turn_out(self, session_id: str, message: str) -> None:
        self._write(TURN_OUT, session_id, message)

    def turned_out(self) -> list[tuple[str, str]]:
        return self._read(f"SELECT session, message FROM turned_out WHERE {LATELY}")

    def tried(self, slot: int, *, attempts: int, pause: int) -> int:
        [(ago,)] = self._write(TRIED, slot, attempts, pause)
        return max(1, pause - ago) if ago > 0 else 0

    def forgive(self, slot: int) -> None:
        self._write("DELETE FROM tries WHERE slot = ?", slot)

    def close(self) -> None:
        """This server is there no longer; where that cannot be said, the others find out."""
        if self._db is not None:
            with suppress(StoreUnavailable):
                self._write("DELETE FROM peers WHERE id = ?", self._me)
            self._db.close()

    def _write(self, statement: str, *values: object) -> Answer:
        with self._lock, as_not_written():
            if self._db is None or self._db.is_lost:
                self._db = Connection(self._place, patience=self._patience)
            return self._db.execute(statement, values)
