"""What tests of a gym share: its users, its members, its tokens, straight in its database and without a socket."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher

from gymtui import clock
from gymtui.protocol import Member, Role
from server.admin.importing.members import import_members
from server.auth import auth, hashing
from server.gym.settings import configure
from server.store import IssuedToken, Store, Transaction, User
from server.store.opening import open_store, opened

PASSWORD = "a long enough password"
hashing.hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # a gym's own takes 20 ms each time
_HASH = hashing.hash_password(PASSWORD)


def add_user(store: Store, name: str, role: Role) -> None:
    """A user who logs in with `PASSWORD`."""

    def work(tx: Transaction) -> None:
        tx.put_user(User(name=name, role=role, password_hash=_HASH, disabled=False))

    store.write([work])


def add_members(store: Store, members: Iterable[dict[str, object]]) -> None:
    """Members by their fields; at the least `full_name` and `membership_number`."""
    assert import_members(store, enumerate(members)).problems == []


def make_gym(database: str | Path, *members: dict[str, object]) -> None:
    """A gym in a database: `ana` is staff, `mia` a manager, `otto` an operator, and members as given."""
    store = open_store(database)
    for name, role in (("ana", "staff"), ("ben", "staff"), ("mia", "manager"), ("otto", "operator")):
        add_user(store, name, role)  # type: ignore[arg-type]  # a loop widens a literal
    add_members(store, members)
    store.close()


def name_gym(database: str | Path, **named: Any) -> None:
    """As `serve` does: what the gym is called, its clock, how many may be in, its policy."""
    settings = configure(**{"name": None, "timezone": None, "capacity": None} | named)
    with opened(database) as store:
        store.write([settings])


def token(database: str | Path, user: str, *, ttl: int = 3600, now: int | None = None) -> str:
    """An access token as `admin tokens issue` prints it."""
    at = clock.now() if now is None else now
    with closing(open_store(database)) as store:
        return auth.issue_by_hand(store, store.users()[user], ttl=ttl, now=lambda: at)


def issue_as(store: Store, id: str, user: str) -> None:
    """A token that was issued by hand is on the list under that id."""
    kid, now = next(reversed(store.signing_keys())), clock.now()
    listed = IssuedToken(id=id, user=user, kid=kid, issued_at=now, expires_at=now + 3_600_000)
    store.write([lambda tx: tx.put_issued(listed)])


def stored(store: Store, number: str) -> Member:
    """The member with that number, as the database has it."""
    return next(m for m in store.all_members() if m.membership_number == number)
