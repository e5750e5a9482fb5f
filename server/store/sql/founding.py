"""A new gym, in tables that are empty."""

from __future__ import annotations

import secrets

from gymtui import clock
from gymtui.codec import encode
from gymtui.protocol import Gym, Policy
from server.store.records import UNNAMED
from server.store.sql.database import Database


def found(db: Database, at: int) -> None:
    """Its first row of the journal says what it is called until somebody says otherwise; `at` is in ms."""
    gym = Gym(name=UNNAMED, timezone="UTC", capacity=None, policy=Policy(), seq=1)
    columns = "id, schema_version, epoch, last_seq, currently_in, users_version, gym"
    db.execute(f"INSERT INTO gym ({columns}) VALUES (1, 0, ?, 1, 0, 1, ?)", (clock.new_id(at), encode(gym)))
    columns = 'seq, type, payload, at, kind, "user", digest'
    values = (gym.type, encode(gym), at, b"")
    db.execute(f"INSERT INTO journal ({columns}) VALUES (1, ?, ?, ?, 'found', '', ?)", values)
    db.execute("INSERT INTO signing_keys VALUES (?, ?, ?)", (secrets.token_hex(4), secrets.token_bytes(32), at))
