"""Authentication: users, passwords (Argon2id), access tokens (JWT), roles. `server.auth.logins` opens logins."""

from __future__ import annotations

import hashlib
import logging
from datetime import UTC, datetime
from typing import Annotated, Final, NamedTuple, cast

import jwt
import msgspec
from msgspec import Meta, Struct, ValidationError

from gymtui import clock
from gymtui.names import folded, known_as, may_be_name
from gymtui.protocol import ErrorBody, ErrorCode, Role
from server.auth import hashing
from server.auth.hashing import HashingLane
from server.auth.source import Source, source_of
from server.store import Issued, IssuedToken, OpenLogin, Store, Transaction, User
from server.store.group_commit import GroupCommit

log = logging.getLogger(__name__)

ISSUER: Final = "gymtui"
AUDIENCE: Final = "gymtui"
ALGORITHM: Final = "HS256"
CLAIMS: Final = ["iss", "aud", "sub", "role", "sid", "iat", "exp", "jti"]
END: Final = 253_402_300_799  # seconds since 1970 at the end of the year 9999, the last that a text can name
ISSUED: Final = "issued:"  # the `sid` of a token that a person issued by hand: it has no login behind it

LONGEST: Final = 1024  # characters of a password that is looked at
WRONG: Final = "The name or the password is wrong."


class BadToken(Exception):
    """A token that opens nothing; `expired` where it was good once."""

    def __init__(self, message: str, *, expired: bool = False) -> None:
        super().__init__(message)
        self.expired = expired


class Ended(BadToken):
    """It is signed as ours are, and its login is not there: any more, or yet."""


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
    """What a good access token says: the user, the login, until when (seconds since 1970), and by the digest of its
    token at which desk the login was opened; None: at none that is known."""

    user: str
    sid: str
    expires_at: int
    device: bytes | None = None


class _Signed(Struct, frozen=True):
    """What of a token's claims is used, and of what kind it has to be."""

    sub: str
    sid: str
    exp: Annotated[int, Meta(ge=0, le=END)]


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
    """An access token with no login behind it, good for `ttl` seconds, or until it is revoked or its user disabled."""
    keys, at = store.signing_keys(), now()
    token = IssuedToken(
        id=clock.new_id(at), user=user.name, kid=next(reversed(keys)), issued_at=at, expires_at=at + ttl * 1000
    )
    store.write([lambda tx: tx.put_issued(token)])
    return issue(keys, user, ISSUED + token.id, ttl=ttl, now=at)


def role_in(tx: Transaction, user: str, sid: str) -> Role | None:
    """What the user may do at this commit, as `Auth.role` says it from memory."""
    found = tx.user(user)
    login = tx.login(sid)
    if found is None or found.disabled or not (_is_issued(tx.issued, user, sid) or (login and login.user == user)):
        return None
    return found.role


def _is_issued(issued: Issued, user: str, sid: str) -> bool:
    """Was it issued to that user by hand, and not revoked?"""
    return sid.startswith(ISSUED) and issued.has(sid.removeprefix(ISSUED), user)


class Auth:
    """Users, logins and signing keys, held in memory: a check takes no query. `reload` after they have changed."""

    def __init__(self, database: GroupCommit, *, now: clock.Clock = clock.now) -> None:
        self._database = database
        self._store: Store = database.store
        self._now = now
        self.passwords = HashingLane("passwords")
        self.pins = HashingLane("pins")  # a flood of logins keeps nobody at the door
        self._nobody = hashing.hash_password("")
        self._known = self._look()

    async def reload(self) -> None:
        """Reads anew what others may have changed."""
        self._known = await self._database.query(self._look)

    def _look(self) -> _Known:
        store = self._store
        return _Known(
            store.users(),
            store.live_logins(),
            store.signing_keys(),
            store.devices(),
            store.issued(),
            store.refresh_key(),
        )

    @property
    def known(self) -> object:
        """All that it has of users and logins; another object once it was read anew."""
        return self._known

    @property
    def has_users(self) -> bool:
        return bool(self._known.users)

    @property
    def keys(self) -> dict[str, bytes]:
        """The signing keys, the oldest first."""
        return self._known.keys

    @property
    def refresh_key(self) -> bytes:
        """What refresh tokens are marked with."""
        return self._known.refresh_key

    def user(self, name: str) -> User | None:
        """By the name as it is kept; None where that one may not come in."""
        found = self._known.users.get(name)
        return None if found is None or found.disabled else found

    def known_name(self, name: str) -> str | None:
        """As it is kept, of a name as somebody types it; None where nobody is called so."""
        user = self._named(name)
        return None if user is None else user.name

    def close(self) -> None:
        self.passwords.close()
        self.pins.close()

    def source(self, address: str, device_token: str = "") -> Source:
        """Where a try from that address comes from."""
        return source_of(address, device_token, self._known.devices)

    # --- access ---------------------------------------------------------------------------------------------------

    async def admitted(self, token: str) -> Claims:
        """As `admit`, once more with what is new where another program may have given the token out just now."""
        try:
            return self.admit(token)
        except Ended:
            await self.reload()
            return self.admit(token)

    def admit(self, token: str) -> Claims:
        """The claims of a good token of somebody who still may come in; BadToken says why not."""
        try:
            kid = jwt.get_unverified_header(token).get("kid")
            decoded = jwt.decode(
                token,
                self.keys[cast("str", kid)],
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
            raise Ended("This login has ended: please log in again.")
        if claims.exp * 1000 <= self._now():
            raise BadToken("This token has expired: please log in again.", expired=True)
        device = login.device if (login := self._known.logins.get(claims.sid)) else None
        return Claims(user=claims.sub, sid=claims.sid, expires_at=claims.exp, device=device)

    def role(self, user: str, sid: str) -> Role | None:
        """What the user may do right now; None where the user or the login is no more."""
        found = self._known.users.get(user)
        login = self._known.logins.get(sid)
        is_open = _is_issued(self._known.issued, user, sid) or (login is not None and login.user == user)
        if found is None or found.disabled or not is_open:
            return None
        return found.role

    def _named(self, name: str) -> User | None:
        """By the name as somebody types it."""
        users = self._known.users
        known = name if name in users else known_as(name, users)
        return None if known is None else users.get(known)

    def pin_of(self, name: str) -> tuple[User | None, str]:
        """Who is called so, and the hash that a PIN for them is compared with, which takes as long for nobody's."""
        user = self._named(name)
        return user, self._stand_in(name) if user is None or user.pin_hash is None else user.pin_hash

    # --- passwords ------------------------------------------------------------------------------------------------

    async def proven(self, name: str, password: str, source: Source) -> User:
        """Whose name and password these are; Denied for a wrong name, a wrong password, a disabled user, each after the
        same time: nobody is told which. Busy."""
        if not name or not may_be_name(name) or len(password) > LONGEST:
            raise Denied(WRONG)  # at once: nobody is called so, and no password is as long
        user = self._named(name)
        stored = self._stand_in(name) if user is None else user.password_hash
        good = await self.passwords.run(source, hashing.is_hash_of, stored, password)
        if user is None or user.disabled or not good:
            raise Denied(WRONG)
        return user

    async def hashed(self, password: str, source: Source) -> str:
        """As `hashing.hash_password`, which blocks; Busy."""
        return await self.passwords.run(source, hashing.hash_password, password)

    def _stand_in(self, name: str) -> str:
        """What a password of nobody is compared with: always the same for one name, and as slow as somebody's."""
        hashes = [user.password_hash for _, user in sorted(self._known.users.items())] or [self._nobody]
        digest = hashlib.blake2b(folded(name).encode(errors="surrogatepass"), key=self.refresh_key)
        return hashing.stand_in(hashes[int.from_bytes(digest.digest()) % len(hashes)])


class _Known(NamedTuple):
    """What is held in memory of who may log in."""

    users: dict[str, User]
    logins: dict[str, OpenLogin]
    keys: dict[str, bytes]
    devices: set[bytes]
    issued: Issued
    refresh_key: bytes


def expiry(claims: Claims) -> str:
    """Until when, as the wire says it."""
    return datetime.fromtimestamp(claims.expires_at, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
