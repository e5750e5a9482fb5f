"""Who may log in, as a transaction changes it: users, their logins, and the keys that sign tokens."""

from __future__ import annotations

from collections.abc import Callable
from secrets import token_bytes
from typing import Any, Final

from gymtui import clock
from server.store import Access, Issued, IssuedToken, LoginRecord, OpenLogin, PinTries, User
from server.store.sql import accesses
from server.store.sql.behind import WriteBehind
from server.store.sql.issued import KEPT, good_keys, read_issued

LOGIN: Final = 'SELECT sid, "user", current, previous, rotated_at, expires_at, device FROM logins WHERE sid = ?'
DEVICES: Final = 20  # desks of one user that are known at the most
DEVICE_LIFE: Final = 366 * clock.DAY  # milliseconds without a login after which one is not

PIN_TRIES: Final = "SELECT asker, manager, count, at FROM pin_tries"


class Users:
    """What a transaction has of them. `_users_version` moves with each change; whoever ends the commit writes it. Until
    it moves, what was read is not read again: each command of a commit asks who may give it."""

    def __init__(self, db: WriteBehind, at: int, users_version: int) -> None:
        self._db = db
        self.at = at
        self._users_version = users_version
        self._users: dict[str, User | None] = {}
        self._logins: dict[str, LoginRecord | None] = {}
        self._issued: Issued | None = None

    def _users_changed(self) -> None:
        self._users_version += 1
        self._users, self._logins, self._issued = {}, {}, None

    def user(self, name: str) -> User | None:
        if name not in self._users:
            row = self._one("SELECT name, role, password_hash, pin_hash, disabled FROM users WHERE name = ?", name)
            self._users[name] = None if row is None else read_user(row)
        return self._users[name]

    def put_user(self, user: User) -> None:
        self._db.execute(
            "INSERT INTO users VALUES (?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET role = excluded.role, "
            "password_hash = excluded.password_hash, pin_hash = excluded.pin_hash, disabled = excluded.disabled",
            (user.name, user.role, user.password_hash, user.pin_hash, user.disabled),
        )
        if user.disabled:
            self._db.execute('DELETE FROM logins WHERE "user" = ?', (user.name,))
            self._end_issued_of(user.name)
        self._users_changed()

    def add_signing_key(self, kid: str, key: bytes) -> None:
        good = good_keys(self._rows, self.at)
        for old in [old for (old,) in self._db.execute("SELECT kid FROM signing_keys") if old not in good]:
            self._db.execute("DELETE FROM signing_keys WHERE kid = ?", (old,))
        last = self._one("SELECT coalesce(max(made_at), 0) FROM signing_keys")[0]
        self._db.execute("INSERT INTO signing_keys VALUES (?, ?, ?)", (kid, key, max(self.at, last + 1)))
        self._users_changed()

    def retire_keys(self) -> None:
        self._db.execute("DELETE FROM signing_keys WHERE made_at < (SELECT max(made_at) FROM signing_keys)")
        self._db.execute("UPDATE refresh_key SET key = ?", (token_bytes(32),))
        self._db.execute("UPDATE gym SET issued_until = 0")
        self._db.execute("DELETE FROM issued")
        self._db.execute("DELETE FROM logins")
        self._users_changed()

    @property
    def issued(self) -> Issued:
        if self._issued is None:
            self._issued = read_issued(self._rows)
        return self._issued

    def put_issued(self, token: IssuedToken) -> None:
        self._db.execute("DELETE FROM issued WHERE expires_at < ?", (self.at - KEPT,))
        self._db.execute(
            "INSERT INTO issued VALUES (?, ?, ?, ?, ?)",
            (token.id, token.user, token.kid, token.issued_at, token.expires_at),
        )
        self._users_changed()

    def end_issued(self, id: str) -> None:
        self._db.execute("DELETE FROM issued WHERE id = ?", (id,))
        self._users_changed()

    def end_issued_of(self, user: str) -> None:
        self._end_issued_of(user)
        self._users_changed()

    def _end_issued_of(self, user: str) -> None:
        self._db.execute('DELETE FROM issued WHERE "user" = ?', (user,))
        self._db.execute(
            'INSERT INTO issued_ended VALUES (?, ?) ON CONFLICT ("user") DO UPDATE SET at = excluded.at',
            (user, self.at),
        )

    def login(self, sid: str) -> LoginRecord | None:
        if sid not in self._logins:
            self._logins[sid] = self._read_login(sid)
        return self._logins[sid]

    def _read_login(self, sid: str) -> LoginRecord | None:
        row = self._one(LOGIN, sid)
        return None if row is None else LoginRecord(**dict(zip(LoginRecord.__struct_fields__, row, strict=True)))

    def put_login(self, login: LoginRecord) -> None:
        self._db.execute("DELETE FROM logins WHERE expires_at < ?", (self.at,))
        self._db.execute(
            'INSERT INTO logins VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (sid) DO UPDATE SET "user" = excluded."user", '
            "current = excluded.current, previous = excluded.previous, rotated_at = excluded.rotated_at, "
            "expires_at = excluded.expires_at, device = excluded.device",
            (login.sid, login.user, login.current, login.previous, login.rotated_at, login.expires_at, login.device),
        )
        self._users_changed()

    def end_login(self, sid: str) -> None:
        self._db.execute("DELETE FROM logins WHERE sid = ?", (sid,))
        self._users_changed()

    def end_logins(self, user: str) -> None:
        self._db.execute('DELETE FROM logins WHERE "user" = ?', (user,))
        self._users_changed()

    def put_device(self, digest: bytes, user: str) -> None:
        self._db.execute(
            "INSERT INTO devices VALUES (?, ?, ?) "
            'ON CONFLICT (digest, "user") DO UPDATE SET used_at = excluded.used_at',
            (digest, user, self.at),
        )
        self._db.execute(
            'DELETE FROM devices WHERE used_at < ? OR "user" = ? AND digest NOT IN '
            '(SELECT digest FROM devices WHERE "user" = ? ORDER BY used_at DESC LIMIT ?)',
            (self.at - DEVICE_LIFE, user, user, DEVICES),
        )
        self._users_changed()

    def pin_tries(self, asker: str, manager: str) -> PinTries:
        row = self._one(f"{PIN_TRIES} WHERE asker = ? AND manager = ?", asker, manager)
        return PinTries(asker=asker, manager=manager) if row is None else _read_tries(row)

    def put_pin_tries(self, tries: PinTries) -> None:
        values = (tries.asker, tries.manager, tries.count, tries.at)
        self._db.execute(
            "INSERT INTO pin_tries VALUES (?, ?, ?, ?) "
            "ON CONFLICT (asker, manager) DO UPDATE SET count = excluded.count, at = excluded.at",
            values,
        )

    def forget_pin_tries(self, asker: str, manager: str) -> None:
        self._db.execute("DELETE FROM pin_tries WHERE asker = ? AND manager = ?", (asker, manager))

    def forgive_pins(self, manager: str) -> None:
        self._db.execute("DELETE FROM pin_tries WHERE manager IN (?, '')", (manager,))

    def was_at(self, device: bytes, user: str) -> bool:
        return self._one('SELECT 1 FROM devices WHERE digest = ? AND "user" = ?', device, user) is not None

    def note_access(self, access: Access) -> None:
        accesses.note(self._db, access, self.at)

    def forget_accesses(self, before: int) -> None:
        accesses.forget(self._db, before)

    def _one(self, sql: str, *values: object) -> Any:
        return self._db.execute(sql, values).fetchone()

    def _rows(self, sql: str, *values: object) -> list[Any]:
        return self._db.execute(sql, values).fetchall()


class UserLists:
    """What a store answers of them."""

    _now: clock.Clock
    _all: Callable[..., list[Any]]

    def users(self) -> dict[str, User]:
        rows = self._all("SELECT name, role, password_hash, pin_hash, disabled FROM users ORDER BY name")
        return {row[0]: read_user(row) for row in rows}

    def live_logins(self) -> dict[str, OpenLogin]:
        rows = self._all('SELECT sid, "user", device FROM logins WHERE expires_at > ?', self._now())
        return {sid: OpenLogin(user, device) for sid, user, device in rows}

    def signing_keys(self) -> dict[str, bytes]:
        return good_keys(self._all, self._now())

    def refresh_key(self) -> bytes:
        key: bytes = self._all("SELECT key FROM refresh_key")[0][0]
        return key

    def issued(self) -> Issued:
        return read_issued(self._all)

    def all_pin_tries(self) -> list[PinTries]:
        return [_read_tries(row) for row in self._all(PIN_TRIES)]

    def devices(self) -> set[bytes]:
        return {row[0] for row in self._all("SELECT DISTINCT digest FROM devices")}


def read_user(row: tuple[Any, ...]) -> User:
    name, role, password_hash, pin_hash, disabled = row
    return User(name=name, role=role, password_hash=password_hash, pin_hash=pin_hash, disabled=bool(disabled))


def _read_tries(row: tuple[Any, ...]) -> PinTries:
    asker, manager, count, at = row
    return PinTries(asker=asker, manager=manager, count=count, at=at)
