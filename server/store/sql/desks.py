"""When desks were connected, who was logged in there, and when there was a server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from gymtui import clock
from server.store.desks import LastHeard, Span
from server.store.sql.database import Database

KEPT: Final = 50  # spans that are looked at, and those of one desk that are kept
AGE: Final = 90 * clock.DAY  # milliseconds after which they go, but for a person's last one at each desk

UNTIL: Final = "coalesce(until, (SELECT s.until FROM served s WHERE s.since = heard.served), since)"
LAST: Final = f"""
SELECT desk, "user", at, goodbye, CASE WHEN until IS NULL THEN served END FROM (
    SELECT heard.*, {UNTIL} AS at, row_number() OVER (PARTITION BY desk ORDER BY {UNTIL} DESC) AS place FROM heard
) AS spans WHERE place = 1 AND at >= ? ORDER BY at DESC
"""
HEARD: Final = f"SELECT since, {UNTIL} FROM heard WHERE desk = ? AND device = ? ORDER BY since DESC LIMIT ?"
PRUNE: Final = (
    "DELETE FROM heard WHERE desk = ? AND device = ? AND (since < ? OR since < "
    "(SELECT h.since FROM heard h WHERE h.desk = heard.desk AND h.device = heard.device "
    "ORDER BY h.since DESC LIMIT 1 OFFSET ?)) AND since <(SELECT max(h.since) FROM heard h "
    'WHERE h.desk = heard.desk AND h.device = heard.device AND h."user" = heard."user")'
)
NOTHING: Final = b""  # in the place of the digest, of a desk that has proven nothing


class Desks:
    """The `Desks` of a transaction at a time (ms)."""

    def __init__(self, db: Database, at: int) -> None:
        self._db = db
        self._at = at

    def serve(self, served: int, until: int) -> None:
        self._db.execute(
            "INSERT INTO served VALUES (?, ?) ON CONFLICT (since) DO UPDATE SET until = excluded.until", (served, until)
        )
        self._db.execute("DELETE FROM served WHERE until < ?", (self._at - AGE,))

    def come(self, desk: str, device: bytes | None, user: str, since: int, served: int) -> None:
        device = device or NOTHING
        self._db.execute(
            "INSERT INTO heard VALUES (?, ?, ?, ?, NULL, ?, FALSE) ON CONFLICT DO NOTHING",
            (desk, device, since, user, served),
        )
        self._db.execute(PRUNE, (desk, device, self._at - AGE, KEPT))

    def go(
        self, desk: str, device: bytes | None, user: str, since: int, until: int, *, said_goodbye: bool = False
    ) -> None:
        self._db.execute(
            'INSERT INTO heard VALUES (?, ?, ?, ?, ?, 0, ?) ON CONFLICT (desk, device, since, "user") '
            "DO UPDATE SET until = excluded.until, goodbye = excluded.goodbye",
            (desk, device or NOTHING, since, user, max(since, until), said_goodbye),
        )

    def heard(self, desk: str, device: bytes) -> list[Span]:
        return self._db.execute(HEARD, (desk, device, KEPT)).fetchall()[::-1]

    def served(self) -> list[Span]:
        rows = self._db.execute("SELECT since, until FROM served ORDER BY since DESC LIMIT ?", (KEPT,)).fetchall()
        return rows[::-1]


class DeskLists:
    """What a store answers of desks."""

    _all: Callable[..., list[Any]]

    def last_heard(self, since: int) -> list[LastHeard]:
        rows = self._all(LAST, since)
        return [LastHeard(desk, user, at, bool(goodbye), served) for desk, user, at, goodbye, served in rows]
