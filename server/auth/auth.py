"""Authentication: users, passwords (Argon2id), access tokens (JWT), roles, PINs. `server.auth.logins` opens logins."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Annotated, Final, TypeVar, cast

import argon2
import jwt
import msgspec
from msgspec import Meta, Struct, ValidationError

from gymtui import clock
from gymtui.names import folded, known_as, spellings
from gymtui.protocol import ErrorBody, ErrorCode, Role
from server.auth.attempt_limit import AttemptLimit
from server.store import Store, Transaction, User
from server.store.group_commit import GroupCommit

log = logging.getLogger(__name__)

ISSUER: Final = "gymtui"
AUDIENCE: Final = "gymtui"
ALGORITHM: Final = "HS256"
CLAIMS: Final = ["iss", "aud", "sub", "role", "sid", "iat", "exp", "jti"]
END: Final = 253_402_300_799  # seconds since 1970 at the end of the year 9999, the last that a text can name
ISSUED: Final = "issued:"  # the `sid` of a token that a person issued by hand: it has no login behind it

T = TypeVar("T")

_hasher = argon2.PasswordHasher()


class BadToken(Exception):
    """A token that opens nothing; `expired` where it was good once."""

    def __init__(self, message: str, *, expired: bool = False) -> None:
        super().__init__(message)
        self.expired = expired


class Denied(Exception):
    """Wrong password or PIN, or a refresh token that is no longer good; `wait` seconds where there were too many."""

    def __init__(self, message: str, *, wait: int = 0) -> None:
        super().__init__(message)
        self.wait = wait

    @property
    def error(self) -> ErrorBody:
        """As a client is told."""
        code: ErrorCode = "rate_limited" if self.wait else "not_allowed"
        again = self.wait * 1000 or None
        return ErrorBody(code=code, message=str(self), retryable=self.wait > 0, retry_after_ms=again)


class Claims(Struct, frozen=True, kw_only=True):
    """What a good access token says: the user, the login, and until when (seconds since 1970)."""

    user: str
    sid: str
    expires_at: int


class _Signed(Struct, frozen=True):
    """What of a token's claims is used, and of what kind it has to be."""

    sub: str
    sid: str
    exp: Annotated[int, Meta(ge=0, le=END)]


def hash_password(password: str) -> str:
    """Argon2id with the library's parameters, of the composed form (NFC); about 50 ms."""
    return _hasher.hash(next(spellings(password)))


def issue(keys: dict[str, bytes], user: User, sid: str, *, ttl: int, now: int) -> str:
    """An access token that the newest key signs, good for `ttl` seconds from `now` (ms)."""
    kid, key = next(reversed(keys.items()))
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": user.name,
        "role": user.role,
        "sid": sid,
        "iat": now // 1000,
        "exp": now // 1000 + ttl,
        "jti": clock.new_id(now),
    }
    return jwt.encode(claims, key, algorithm=ALGORITHM, headers={"kid": kid, "typ": "at+jwt"})


def issue_by_hand(store: Store, user: User, *, ttl: int, now: clock.Clock = clock.now) -> str:
    """An access token with no login behind it, good for `ttl` seconds or until the user is disabled."""
    return issue(store.signing_keys(), user, ISSUED + clock.new_id(now()), ttl=ttl, now=now())


def role_in(tx: Transaction, user: str, sid: str) -> Role | None:
    """What the user may do at this commit, as `Auth.role` says it from memory."""
    found = tx.user(user)
    if found is None or found.disabled or not (sid.startswith(ISSUED) or tx.login(sid) is not None):
        return None
    return found.role


class Auth:
    """Users, logins and signing keys, held in memory: a check takes no query. `reload` after they have changed."""

    def __init__(self, database: GroupCommit, *, now: clock.Clock = clock.now) -> None:
        self._database = database
        self._store: Store = database.store
        self._now = now
        self._hashing = ThreadPoolExecutor(1, "hashing")  # one at a time: a flood of logins costs one core, not all
        self._pins = AttemptLimit(now)
        self._nobody = hash_password(secrets.token_hex(16))  # so that an unknown name takes as long as a wrong password
        self._take(self._look())

    async def reload(self) -> None:
        """Reads anew what others may have changed."""
        self._take(await self._database.query(self._look))

    def _look(self) -> tuple[dict[str, User], set[str], dict[str, bytes]]:
        return self._store.users(), self._store.live_logins(), self._store.signing_keys()

    def _take(self, found: tuple[dict[str, User], set[str], dict[str, bytes]]) -> None:
        self._users, self._logins, self._keys = found

    @property
    def has_users(self) -> bool:
        return bool(self._users)

    @property
    def keys(self) -> dict[str, bytes]:
        """The signing keys, the oldest first."""
        return self._keys

    def user(self, name: str) -> User | None:
        """By the name as it is kept; None where that one may not come in."""
        found = self._users.get(name)
        return None if found is None or found.disabled else found

    def close(self) -> None:
        self._hashing.shutdown()

    # --- access ---------------------------------------------------------------------------------------------------

    def admit(self, token: str) -> Claims:
        """The claims of a good token of somebody who still may come in; BadToken says why not."""
        try:
            kid = jwt.get_unverified_header(token).get("kid")
            decoded = jwt.decode(
                token,
                self._keys[cast("str", kid)],
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                issuer=ISSUER,
                options={"require": CLAIMS, "verify_exp": False, "verify_iat": False},  # the clock is ours, see below
            )
            typ = jwt.get_unverified_header(token).get("typ")
            claims = msgspec.convert(decoded, _Signed)
        except (jwt.InvalidTokenError, KeyError, TypeError, ValueError, RecursionError, ValidationError) as error:
            raise BadToken("This token is not one of ours: please log in.") from error
        if typ != "at+jwt" or self.role(claims.sub, claims.sid) is None:
            raise BadToken("This login has ended: please log in again.")
        if claims.exp * 1000 <= self._now():
            raise BadToken("This token has expired: please log in again.", expired=True)
        return Claims(user=claims.sub, sid=claims.sid, expires_at=claims.exp)

    def role(self, user: str, sid: str) -> Role | None:
        """What the user may do right now; None where the user or the login is no more."""
        found = self._users.get(user)
        if found is None or found.disabled or not (sid.startswith(ISSUED) or sid in self._logins):
            return None
        return found.role

    def _named(self, name: str) -> User | None:
        """By the name as somebody types it."""
        known = name if name in self._users else known_as(name, self._users)
        return None if known is None else self._users.get(known)

    async def check_pin(self, asker: str, manager: str, pin: str) -> str:
        """The manager's name as it is kept, where the PIN that the user `asker` gives is theirs; else Denied, and
        nobody is told which of the two it was."""
        user = self._named(manager)
        manager = folded(manager)  # as it is counted: whoever guesses gains nothing by other capitals
        if (wait := self._pins.wait(asker, manager)) > 0:
            raise Denied(f"Too many wrong PINs: please wait {wait} seconds.", wait=wait)
        self._pins.failed(asker, manager)  # until proven good: of many attempts at once only the first are heard
        stored = self._nobody if user is None or user.pin_hash is None else user.pin_hash
        good = await self._off_loop(_verify, stored, pin)
        if not good or user is None or user.disabled or user.role != "manager":
            # Not what was typed where no user is called that: it may be the PIN itself.
            log.warning("%s has given a wrong PIN for %s.", asker, "nobody here" if user is None else user.name)
            raise Denied("No manager has that name and PIN: nobody was let in.")
        self._pins.forget(asker, manager)
        return user.name

    # --- passwords ------------------------------------------------------------------------------------------------

    async def proven(self, name: str, password: str) -> User:
        """Whose name and password these are; Denied for a wrong name, a wrong password, a disabled user, each after the
        same time: nobody is told which."""
        user = self._named(name)
        stored = self._nobody if user is None else user.password_hash
        good = await self._off_loop(_verify, stored, password)
        if user is None or user.disabled or not good:
            raise Denied("The name or the password is wrong.")
        return user

    async def hashed(self, password: str) -> str:
        """As `hash_password`, which blocks."""
        return await self._off_loop(hash_password, password)

    async def _off_loop(self, work: Callable[..., T], *texts: str) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._hashing, work, *texts)


def _verify(stored: str, password: str) -> bool:
    return any(_is_hash_of(stored, spelled) for spelled in spellings(password))


def _is_hash_of(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except argon2.exceptions.VerificationError:
        return False


def expiry(claims: Claims) -> str:
    """Until when, as the wire says it."""
    return datetime.fromtimestamp(claims.expires_at, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
