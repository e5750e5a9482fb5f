"""What the server needs of a database: one small interface, whatever the engine.

Everything that changes the gym is work on a `Transaction`, run by the one writer; everything that only looks is a
query of the `Store`. A row of the journal is encoded once, when it is written, and is the same bytes ever after.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Protocol

from msgspec import Struct

from gymtui.errors import GymError
from gymtui.protocol import CheckInEvent, ErrorBody, Event, Gym, ListCheckIns, Member, Refusal, Role, Stats


class StoreError(GymError):
    """The database cannot be used."""


class StoreUnavailable(StoreError):
    """The database cannot be used just now (full disk, lock, damage); what waits for it may be done later."""


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
    """One login and its chain of refresh tokens: the hash of the good one and of the one used before it."""

    sid: str
    user: str
    current: bytes
    previous: bytes | None
    rotated_at: int
    expires_at: int


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
    """By how much a change moves the counters of an hour on the gym's own wall (`2026-11-22T17`); `stay` is the
    milliseconds of finished visits."""

    hour: str
    currently_in: int = 0
    check_ins: int = 0
    stays: int = 0
    stay: int = 0


class Committed(Struct, frozen=True, kw_only=True):
    """What one commit added to the journal, and the counters after it."""

    rows: Sequence[Row]
    stats: Stats


class Head(Struct, frozen=True):
    """Where the database is: the newest row, and a number that grows with every change of a user or a login."""

    seq: int
    users_version: int


class SnapshotData(Struct, frozen=True, kw_only=True):
    """Position and data of one transaction; visits encoded, newest first. Where `seq` and `visit` were asked for it is
    the rest of an earlier one: the visits behind that one as they are now, to go on with the journal from `seq`."""

    epoch: str
    seq: int
    gym: Gym
    present: Sequence[bytes]
    recent: Sequence[bytes]
    stats: Stats


class Conflict(Struct, frozen=True, kw_only=True):
    """What a desk did while it was alone, and did not fit when it came: a clash with the visit `other`, against the
    rules, late, or refused. `kind` is the command's; it happened `at`, and was recorded `recorded_at` (ms)."""

    kind: str
    event: CheckInEvent | Refusal
    at: int
    recorded_at: int
    other: CheckInEvent | None = None


class Transaction(Protocol):
    """One change in the making. `at` is the time of day (ms) of the commit, the same for all work in it."""

    @property
    def at(self) -> int: ...
    @property
    def gym(self) -> Gym: ...
    @property
    def next_seq(self) -> int: ...

    def settled(self, command_id: str) -> Settled | None: ...
    def member(self, member_id: str) -> Member | None: ...
    def member_by_code(self, code: str) -> Member | None: ...
    def put_member(self, member: Member) -> None: ...
    def visit(self, visit_id: str) -> Visit | None: ...
    def open_visit(self, member_id: str) -> Visit | None: ...
    def last_visit(self, member_id: str) -> Visit | None: ...
    def put_visit(self, visit: Visit, event: bytes, notes: str | None = None) -> None: ...
    def put_gym(self, gym: Gym) -> None: ...
    def count(self, counts: Counts) -> None: ...
    def append(
        self,
        event: Event,
        *,
        kind: str,
        user: str,
        command_id: str | None = None,
        digest: bytes = b"",
        error: ErrorBody | None = None,
    ) -> bytes: ...
    def forget(self, seq: int) -> None: ...
    def begin_epoch(self) -> None: ...
    def touch(self) -> None: ...
    def user(self, name: str) -> User | None: ...
    def put_user(self, user: User) -> None: ...
    def add_signing_key(self, kid: str, key: bytes) -> None: ...
    def login(self, sid: str) -> LoginRecord | None: ...
    def put_login(self, login: LoginRecord) -> None: ...
    def end_login(self, sid: str) -> None: ...


Work = Callable[[Transaction], Outcome | None]
"""What is done to the gym; where all that there is to say of it is that it is done, it says nothing."""

DONE: Final = Outcome()


class Store(Protocol):
    """A gym's database. Every method blocks; `write` belongs to one thread, the queries to another."""

    def write(self, works: Sequence[Work]) -> tuple[list[Outcome], Committed]:
        """All of `works` in one commit, in order; durable when it returns. StoreUnavailable: nothing was done."""
        ...

    def head(self) -> Head: ...
    def read(self, after: int, limit: int) -> list[Row]: ...
    def oldest(self) -> int: ...
    def first_since(self, at: int) -> int: ...
    def epoch(self) -> str: ...
    def gym(self) -> Gym: ...
    def stats(self) -> Stats: ...
    def snapshot(self, *, seq: int | None = None, visit: str | None = None) -> SnapshotData: ...
    def open_since(self, before: int) -> list[tuple[str, int]]: ...
    def conflicts(self, since: int, limit: int | None = None) -> list[Conflict]: ...
    def users(self) -> dict[str, User]: ...
    def live_logins(self) -> set[str]: ...
    def signing_keys(self) -> dict[str, bytes]: ...
    def search_members(self, text: str, limit: int) -> list[bytes]: ...
    def get_member(self, member_id: str) -> tuple[bytes, list[bytes]] | None: ...
    def list_present(self, limit: int, cursor: str | None) -> tuple[list[bytes], str | None, int]: ...
    def list_check_ins(self, wanted: ListCheckIns) -> tuple[list[bytes], str | None]: ...
    def sync_members(self, after_seq: int, limit: int) -> tuple[list[bytes], int, bool, int]: ...
    def close(self) -> None: ...
