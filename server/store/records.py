"""What a store keeps and gives back, whatever its engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from msgspec import Raw, Struct

from gymtui import clock
from gymtui.codec import encode, encoded
from gymtui.protocol import (
    CheckInEvent,
    Configured,
    ErrorBody,
    Gym,
    Member,
    MemberRef,
    Notification,
    Notified,
    Refusal,
    Role,
    Saved,
    Stats,
)

UNNAMED: Final = "Gym"  # what a gym is called until somebody says otherwise


class Standing(Struct, frozen=True, kw_only=True):
    """A gym of a database: the `name` that picks it there and what it is `called` by now, `where` its tables are, how
    many are in, and when its journal's newest row was written (ms)."""

    name: str
    called: str
    where: str
    currently_in: int
    changed_at: int


class Row(Struct, frozen=True):
    """One row of the journal as it goes over the wire: its position, its type and its payload, encoded."""

    seq: int
    type: str
    payload: bytes


class Visit(Struct, frozen=True, kw_only=True):
    """One visit as it stands; `event` is what was last said about it, times are milliseconds.

    `punched`: its check-in took a visit off the member's card.
    """

    id: str
    member_id: str
    check_in_at: int
    check_out_at: int | None
    check_out_command: str | None
    punched: bool
    event: CheckInEvent


class User(Struct, frozen=True, kw_only=True):
    name: str
    role: Role
    password_hash: str
    pin_hash: str | None = None
    disabled: bool = False


class LoginRecord(Struct, frozen=True, kw_only=True):
    """One login and its chain of refresh tokens: the hash of the good one and of the one used before it; `device` is
    the digest of the token of the desk that has proven there to be that one."""

    sid: str
    user: str
    current: bytes
    previous: bytes | None
    rotated_at: int
    expires_at: int
    device: bytes | None = None


class OpenLogin(NamedTuple):
    """Whose a login is that goes on, and at which desk it was opened."""

    user: str
    device: bytes | None


class IssuedToken(Struct, frozen=True, kw_only=True):
    """An access token that was issued by hand, with no login behind it; `kid` is the key that has signed it (ms)."""

    id: str
    user: str
    kid: str
    issued_at: int
    expires_at: int


class Issued(Struct, frozen=True):
    """Which tokens issued by hand are good: the `tokens` by id; and, of those from before there was a list of them, the
    ones of `until` then (ms) whose user was not `ended` since they were issued."""

    tokens: Mapping[str, IssuedToken]
    until: int
    ended: Mapping[str, int]

    def has(self, id: str, user: str) -> bool:
        if (known := self.tokens.get(id)) is not None:
            return known.user == user
        at = clock.time_of(id)
        return at is not None and self.ended.get(user, -1) < at <= self.until


class PinTries(Struct, frozen=True, kw_only=True):
    """How many wrong PINs `asker` has given for those of a manager, the last of them `at` (ms); `manager` is empty for
    the PINs of nobody."""

    asker: str
    manager: str
    count: int = 0
    at: int = 0


class Access(Struct, frozen=True, kw_only=True):
    """Something that was done about who may come in, or tried: by whom, from where (an address; the system's user and
    machine), about whom; `count` times since the row before. `at` (ms) is the store's."""

    what: str
    who: str
    origin: str
    about: str = ""
    outcome: str = ""
    count: int = 1
    at: int = 0


class Outcome(Struct, frozen=True, kw_only=True):
    """What became of a command: the encoded `result`, or the `error`; never both. A `duplicate` had its row already,
    which has answered for it."""

    result: bytes | None = None
    error: ErrorBody | None = None
    duplicate: bool = False


class Settled(Struct, frozen=True, kw_only=True):
    """A command that has its row: what it was (`kind`, `digest` of its payload, `user`) and what became of it."""

    kind: str
    digest: bytes
    user: str
    type: str
    payload: bytes
    outcome: Outcome


class Counts(Struct, frozen=True, kw_only=True):
    """By how much a change moves the counters of an hour on the gym's own wall (`2026-11-22T17`); or, without an hour,
    what was counted of some visits. `stay` is the milliseconds of finished visits."""

    hour: str = ""
    currently_in: int = 0
    check_ins: int = 0
    stays: int = 0
    stay: int = 0


class Committed(Struct, frozen=True, kw_only=True):
    """What one commit added to the journal, and the counters after it."""

    rows: Sequence[Row]
    stats: Stats


class Head(Struct, frozen=True):
    """Where the database is: the newest row, a number that grows with every change of a user or a login, and the
    journal's epoch; None where `begin_epoch` has to give it a new one."""

    seq: int
    users_version: int
    epoch: str | None


class Room(Struct, frozen=True):
    """Bytes of the database, of the log beside it, and free on their disk; None: only the machine where they
    are knows that."""

    data: int
    log: int | None
    free: int | None


class SnapshotData(Struct, frozen=True, kw_only=True):
    """Position and data of one transaction; visits encoded, newest first. Where `seq` and `visit` were asked for it is
    the rest of an earlier one: the visits behind that one as they are now, to go on with the journal from `seq`.
    `roll_call` are the steps of the last day."""

    epoch: str
    seq: int
    gym: Gym
    present: Sequence[bytes]
    recent: Sequence[bytes]
    roll_call: Sequence[bytes] = ()
    stats: Stats


class ImportedRow(Struct, frozen=True):
    """One row of the journal by which an import has written a member: who that was after it, and before; None where
    there was nobody."""

    seq: int
    after: Member
    before: Member | None


class MemberChange(Struct, frozen=True):
    """A member as one row of the journal has it, with who wrote that, and when (ms)."""

    member: Member
    user: str
    at: int


class Conflict(Struct, frozen=True, kw_only=True):
    """What a desk did while it was alone, and did not fit when it came: a clash with the visit `other`, by the card of
    the member `holder`, against the rules, late, or refused. `kind` is the command's; it happened `at`, and was
    recorded `recorded_at` (ms)."""

    kind: str
    event: CheckInEvent | Refusal
    at: int
    recorded_at: int
    other: CheckInEvent | None = None
    holder: MemberRef | None = None


class JournalRow(Struct, frozen=True):
    """One row of the journal with all that it says of its command; the event and the error are encoded."""

    seq: int
    at: int
    type: str
    kind: str
    user: str
    command_id: str | None
    payload: bytes
    error: bytes | None


class KeptVisit(Struct, frozen=True, kw_only=True):
    """A visit with what is kept beside it and is not on the wire: its notes, overrides too."""

    event: Raw
    notes: str | None
    is_on_punch_card: bool


class VisitColumns(Struct, frozen=True):
    """What of a visit stands beside its event, in columns of its own."""

    id: str
    member_id: str
    check_in_at: int
    check_out_at: int | None
    check_out_command: str | None


RESULTS: Final = {Member.type: Saved, Notification.type: Notified, Gym.type: Configured}


def as_result(type: str, payload: bytes) -> bytes:
    """What a command's reply holds: the event that it made, or that as the one field of what is told of it."""
    if type not in RESULTS:
        return payload
    [field] = RESULTS[type].__struct_fields__
    return encode({field: encoded([payload])[0]})
