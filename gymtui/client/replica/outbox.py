"""The outbox: the commands of this desk that the server has not answered for good, each with its idempotency key."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from typing import Final, Literal

from msgspec import Struct

from gymtui import codec
from gymtui.client.replica.schema import reading, transaction
from gymtui.client.state import CommandKind
from gymtui.protocol import (
    CheckIn,
    CheckInEvent,
    CheckOut,
    HandOver,
    Member,
    RollCall,
    RollCallUpdate,
    SaveCard,
    SaveMember,
    Undo,
)

REMEMBERED: Final = 24 * 3600 * 1000  # milliseconds that a settled command is kept
Queued = CheckIn | CheckOut | Undo | RollCall | HandOver | SaveMember | SaveCard
Answer = CheckInEvent | RollCallUpdate | Member  # what comes of one
KINDS: dict[CommandKind, type[Queued]] = {
    "check_in": CheckIn,
    "check_out": CheckOut,
    "undo": Undo,
    "roll_call": RollCall,
    "hand_over": HandOver,
    "save_member": SaveMember,
    "save_card": SaveCard,
    "refusal": CheckIn,  # whom this desk has not let in: no visit, and nothing of anybody's
}


class Outgoing(Struct, frozen=True, kw_only=True):
    """One command, as it was given and as it will be repeated until it is answered: `id` is its idempotency key,
    `payload` its JSON, `at` the time of day (ms). A dead letter (`set_aside`) is not sent any more, for a `reason` that
    a person should see."""

    id: str
    kind: CommandKind
    payload: bytes
    member_id: str | None
    at: int
    state: Literal["waiting", "set_aside"] = "waiting"
    reason: str | None = None

    @property
    def request(self) -> Queued:
        return codec.convert(self.payload, KINDS[self.kind])


OF_MEMBERS: Final[tuple[CommandKind, ...]] = ("save_member", "save_card")  # no visits


def whom(row: Outgoing) -> str | None:
    """Whom a command is about, also where it changes nothing of theirs."""
    if row.kind == "refusal" and isinstance(request := row.request, CheckIn):
        return request.passed_over
    return row.member_id


def is_sign_up(row: Outgoing) -> bool:
    """Does it make a new member?"""
    return row.kind == "save_member" and isinstance(request := row.request, SaveMember) and request.seen == 0


class Outbox:
    """The table of commands, in the order they were given."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def add(self, row: Outgoing) -> None:
        """Inside a transaction of whoever owns `db`."""
        self._db.execute(
            "INSERT INTO outbox (id, kind, payload, member_id, at, state, reason) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (row.id, row.kind, row.payload, row.member_id, row.at, row.state, row.reason),
        )

    def rows(self) -> list[Outgoing]:
        """What waits, or was set aside, in order."""
        with reading():
            found = self._db.execute(
                "SELECT id, kind, payload, member_id, at, state, reason FROM outbox WHERE settled_at IS NULL ORDER BY n"
            ).fetchall()
        return [
            Outgoing(id=id, kind=kind, payload=payload, member_id=member_id, at=at, state=state, reason=reason)
            for id, kind, payload, member_id, at, state, reason in found
        ]

    def settle(self, id: str, at: int) -> None:
        """Answered at `at` (ms). Were the power to go before this is on disk, the same command would get the same
        answer again. It is remembered for a day: a server that is restored from a backup has to hear of it again.
        Inside a transaction of whoever owns `db`."""
        self._db.execute("UPDATE outbox SET state = 'settled', settled_at = ? WHERE id = ?", (at, id))
        self._db.execute("DELETE FROM outbox WHERE settled_at < ?", (at - REMEMBERED,))

    def forget_saves(self, fields: Collection[str]) -> None:
        """What was done to members is not remembered where one of these fields stands in it, once it is answered.
        Inside a transaction of whoever owns `db`."""
        self._db.executemany(
            "DELETE FROM outbox WHERE settled_at IS NOT NULL AND kind = 'save_member' AND instr(payload, ?)",
            [(f'"{field}":'.encode(),) for field in sorted(fields)],
        )

    def reopen(self, at: int) -> None:
        """What was settled within a day of `at` (ms) waits again, in its old place; inside a transaction of whoever
        owns `db`."""
        self._db.execute(
            "UPDATE outbox SET state = 'waiting', settled_at = NULL WHERE settled_at >= ?", (at - REMEMBERED,)
        )

    def discard(self, id: str) -> None:
        """A person has looked at what was set aside."""
        with transaction(self._db):
            self._db.execute("DELETE FROM outbox WHERE id = ?", (id,))

    def send_again(self, id: str) -> None:
        """Behind all the others: what was commanded meanwhile was so without it."""
        last = "(SELECT max(n) + 1 FROM outbox)"
        with transaction(self._db, durable=True):
            self._db.execute(f"UPDATE outbox SET n = {last}, state = 'waiting', reason = NULL WHERE id = ?", (id,))

    def correct(self, rows: list[Outgoing]) -> None:
        """When these were given is known better now. Were that lost, the server would get the old time, or another."""
        with transaction(self._db):
            self._db.executemany(
                "UPDATE outbox SET at = ?, payload = ? WHERE id = ?", [(row.at, row.payload, row.id) for row in rows]
            )

    def set_aside(self, id: str, reason: str) -> None:
        with transaction(self._db):
            self._db.execute("UPDATE outbox SET state = 'set_aside', reason = ? WHERE id = ?", (reason, id))
