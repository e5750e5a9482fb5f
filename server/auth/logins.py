"""Logins: opened by a password, renewed by refresh tokens that rotate, ended by whoever logs out.

A password opens a login, which lasts a shift. A login gives out access tokens of five minutes and, with each, the
refresh token for the next one (rotation). A refresh token's successor is computed from it, so a client whose answer was
lost gets the same one again for `GRACE`; used later than that it means that somebody has a copy, and the login ends
(reuse detection). Each refresh token bears a MAC: one without it was never given out, and ends nothing.
"""

from __future__ import annotations

import hmac
import logging
import secrets
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from gymtui import clock
from gymtui.passwords import unfit
from gymtui.protocol import ACCESS_TTL, REFRESH_TTL
from server.auth import hashing
from server.auth.auth import WRONG, Auth, Denied, issue
from server.auth.hashing import Busy
from server.auth.refresh_tokens import digest, first, is_ours, login_of, successor
from server.auth.source import Source, device_digest
from server.store import Access, LoginRecord, StoreUnavailable, Transaction, User, Work
from server.store.group_commit import GroupCommit

log = logging.getLogger(__name__)

GRACE: Final = 60_000  # milliseconds in which a used refresh token gives the same successor
STEP: Final = 5_000  # milliseconds that a clock may be set back meanwhile
OVER: Final = "This login is over: please log in again."


class Unfit(Exception):
    """The new password cannot be that of this user, who has proven the present one."""


class TokenPair(Struct, frozen=True, kw_only=True):
    """A fresh pair for a user."""

    access_token: str
    refresh_token: str
    user: User
    device_token: str | None = None  # a new one, where the desk has asked for one


class Logins:
    """Opens, renews and ends logins of the users that `auth` knows; it knows of each change at once."""

    def __init__(self, auth: Auth, database: GroupCommit, *, now: clock.Clock = clock.now) -> None:
        self._auth = auth
        self._database = database
        self._now = now

    async def log_in(self, name: str, password: str, source: Source, *, wants_device: bool = False) -> TokenPair:
        """Opens a login; Denied for a wrong name, a wrong password, a disabled user: nobody is told which.

        A desk that `wants_device` and is not known yet gets a device token. Busy; StoreUnavailable where the login
        cannot be kept just now.
        """
        user = await self._auth.proven(name, password, source)
        hashed = await self._as_of_today(user, password, source)
        device = secrets.token_urlsafe(32) if wants_device and not source.is_known else None
        login, refresh = self._opened(user, device_digest(device) if device else source.device)

        def work(tx: Transaction) -> None:
            if hashed != user.password_hash and tx.user(user.name) == user:
                tx.put_user(replace(user, password_hash=hashed))
            tx.put_login(login)
            if login.device is not None:
                tx.put_device(login.device, user.name)
            _proven(tx, "login", user, source)

        await self._write(work)
        return replace(self._pair(user, login.sid, refresh), device_token=device)

    async def _as_of_today(self, user: User, password: str, source: Source) -> str:
        """The user's hash, worked out anew where it costs another amount than today's do."""
        if not hashing.is_outdated(user.password_hash):
            return user.password_hash
        try:
            return await self._auth.hashed(password, source)
        except Busy:  # at another login
            return user.password_hash

    async def change_password(self, name: str, password: str, new: str, source: Source) -> TokenPair:
        """Sets a user's new password, ends all that the user is logged in with, and opens a login; or does none of it.

        Denied as `log_in`, and where somebody else has changed the user meanwhile; Unfit; Busy; StoreUnavailable where
        it cannot be kept just now.
        """
        user = await self._auth.proven(name, password, source)
        if (why := unfit(new, role=user.role, name=user.name)) is not None:
            raise Unfit(why)
        hashed = await self._auth.hashed(new, source)
        login, refresh = self._opened(user, source.device)
        done: list[bool] = []

        def work(tx: Transaction) -> None:
            if tx.user(user.name) == user:
                tx.put_user(replace(user, password_hash=hashed))
                tx.end_logins(user.name)
                tx.put_login(login)
                _proven(tx, "password", user, source)
                done.append(True)

        await self._write(work)
        if not done:
            raise Denied(WRONG)
        log.info("%s has another password now, and every other login of %s has ended.", user.name, user.name)
        return self._pair(user, login.sid, refresh)

    async def refresh(self, token: str, address: str) -> TokenPair:
        """The next pair of a login. A token used before gives the same pair's refresh token again for a minute; after
        that its use ends the login. Denied for that, and for a token that is none of ours."""
        key, sid = self._auth.refresh_key, login_of(token)
        if not is_ours(key, token):  # before the disk hears of it
            raise Denied(OVER)
        kept: list[LoginRecord] = []

        def work(tx: Transaction) -> None:
            login = tx.login(sid)
            if login is None or login.expires_at <= tx.at:
                return
            if hmac.compare_digest(login.current, digest(token)):
                following = digest(successor(key, token))
                login = replace(login, current=following, previous=login.current, rotated_at=tx.at)
                tx.put_login(login)
                kept.append(login)
            elif login.previous == digest(token) and -STEP <= tx.at - login.rotated_at <= GRACE:
                kept.append(login)
            else:
                tx.end_login(sid)
                why = "a used refresh token came back"
                tx.note_access(Access(what="login_end", who=login.user, origin=address, outcome=why))

        await self._write(work)
        user = self._auth.user(kept[0].user) if kept else None
        if user is None:
            raise Denied(OVER)
        return self._pair(user, sid, successor(key, token))

    async def log_out(self, token: str, address: str) -> None:
        """Ends the login of a refresh token, the newest or an older one; one that has ended stays so. Denied for a
        token that is none of ours; StoreUnavailable where the end cannot be kept just now."""
        sid = login_of(token)
        if not is_ours(self._auth.refresh_key, token):
            raise Denied(OVER)
        ended: list[LoginRecord] = []

        def work(tx: Transaction) -> None:
            if (login := tx.login(sid)) is not None:
                tx.end_login(sid)
                tx.note_access(Access(what="logout", who=login.user, origin=address))
                ended.append(login)

        await self._write(work)
        if ended:
            log.info("%s has logged out.", ended[0].user)

    def _opened(self, user: User, device: bytes | None) -> tuple[LoginRecord, str]:
        """A new login, not written down yet, and its first refresh token."""
        now = self._now()
        sid = clock.new_id(now)
        refresh = first(self._auth.refresh_key, sid)
        login = LoginRecord(
            sid=sid,
            user=user.name,
            current=digest(refresh),
            previous=None,
            rotated_at=now,
            expires_at=now + REFRESH_TTL * 1000,
            device=device,
        )
        return login, refresh

    def _pair(self, user: User, sid: str, refresh: str) -> TokenPair:
        access = issue(self._auth.keys, user, sid, ttl=ACCESS_TTL, now=self._now())
        return TokenPair(access_token=access, refresh_token=refresh, user=user)

    async def _write(self, work: Work) -> None:
        outcome = await self._database.write(work)
        if outcome.error is not None:
            raise StoreUnavailable(outcome.error.message)
        await self._auth.reload()


def _proven(tx: Transaction, what: str, user: User, source: Source) -> None:
    """A row of the audit; and the PIN of a manager who has shown up is heard again."""
    tx.note_access(Access(what=what, who=user.name, origin=source.address))
    if user.role == "manager":
        tx.forgive_pins(user.name)
