"""How a gym stands, asked of nothing but what its tables have had since the first version of them."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Struct

from server.store.records import Standing
from server.store.sql.database import Database

STANDING: Final = "SELECT gym, currently_in, (SELECT at FROM journal WHERE seq = last_seq) FROM gym"


class _Named(Struct):
    name: str


_named = msgspec.json.Decoder(_Named).decode


def called(db: Database) -> str:
    """What the gym is called by now."""
    return _named(db.execute("SELECT gym FROM gym").fetchone()[0]).name


def standing(db: Database, where: str, name: str | None = None) -> Standing:
    """The gym whose tables are `where`; what it is called picks it, where it has no other `name` for that."""
    gym, currently_in, changed_at = db.execute(STANDING).fetchone()
    called = _named(gym).name
    return Standing(name=name or called, called=called, where=where, currently_in=currently_in, changed_at=changed_at)
