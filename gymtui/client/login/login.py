"""The login: who this is, and an access token that is good right now, refreshed before it expires."""

from __future__ import annotations

import asyncio
import base64
import binascii
import logging
from collections.abc import Callable
from functools import partial
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from gymtui import clock
from gymtui.client.errors import AuthenticationProblem, ConnectionProblem
from gymtui.client.login.http import Answer, Fetch, Probe, Readiness, ask_readiness, fetch
from gymtui.client.login.token_file import NoTokenFile, TokenFile, TokenFileBusy, Tokens
from gymtui.client.login.tokens import TokenClient
from gymtui.passwords import unfit
from gymtui.protocol import Role
from gymtui.unreadable import UNREADABLE

__all__ = ["Answer", "Fetch", "Login", "fetch"]

logger = logging.getLogger(__name__)

OVER: Final = "The given token is over: please log in, or give a new one."


class _Claims(Struct, frozen=True):
    sub: str | None = None
    role: Role | None = None


class Login:
    """One person's login at one server; `user` and `role` are None while nobody is logged in.

    Args:
        url: The server's WebSocket, `ws:` or `wss:`; HTTP goes to the same host and port.
        token: An access token that is there already. It is used as it is, and never written anywhere, until the server
            says that it is over: whether it still is good is nothing that this machine's clock could tell.
        user: Whose login to go on with, where there is no `token`; whoever logged in last where nobody is named.
        token_file: Where that login is, shared with other programs; without it a login is in memory only.
        fetch: One HTTP POST, in a thread.
        probe: Asks whether the server is ready.
        clock: The time of day (ms), by this machine.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        user: str | None = None,
        token_file: TokenFile | NoTokenFile | None = None,
        fetch: Fetch = fetch,
        probe: Probe = ask_readiness,
        clock: clock.Clock = clock.now,
    ) -> None:
        self._url = url
        self._probe = probe
        self._token_file = token_file or NoTokenFile()
        self._server = TokenClient(url, fetch, clock, self._token_file)
        self._clock = clock
        self._lock = asyncio.Lock()  # a refresh token is used once: whoever comes second gets the first one's successor
        self._over: list[str] = []  # refresh tokens of logins of which the server has yet to hear that they are over
        self.opened = 0  # how often a person has proven a password here
        self._ready = token
        self._tokens = None if token else self._token_file.read(user)
        claims = _claims(token) if token else _Claims()
        self.user: str | None = self._tokens.user if self._tokens else claims.sub
        self.role: Role | None = self._tokens.role if self._tokens else claims.role

    @property
    def is_there(self) -> bool:
        """Is there a token, or one to be had without the person?"""
        return self._ready is not None or self._tokens is not None

    async def readiness(self) -> Readiness:
        """Whether the server answers, asked without a login."""
        return await self._probe(self._url)

    async def log_in(self, user: str, password: str) -> None:
        """Logs this person in; the password goes into one request and nowhere else. Who was here before is logged out.

        Raises:
            AuthenticationProblem: User and password do not go together, or there were too many tries.
            ConnectionProblem: The server is away.
        """
        await self._open(partial(self._server.log_in, user, password))

    async def change_password(self, present: str, new: str) -> None:
        """Gives whoever is logged in another password. Every other login of theirs ends; this one goes on anew.

        Raises:
            AuthenticationProblem: Nobody is logged in, the present password is another, the new one cannot be one, or
                there were too many tries; nothing was changed.
            ConnectionProblem: The server is away, and whether it was changed is said.
        """
        if self.user is None:
            raise AuthenticationProblem("Nobody is logged in: please log in.")
        if (why := unfit(new, present=present, role=self.role, name=self.user)) is not None:
            raise AuthenticationProblem(why)
        await self._open(partial(self._server.change_password, self.user, present, new))

    async def has_another_since(self, opened: int) -> bool:
        """Has a person logged in anew since `opened` was that number, or is about to have?"""
        async with self._lock:
            return self.opened != opened

    async def token(self) -> str:
        """An access token, a new one where the last is past 80 % of its life.

        Raises:
            AuthenticationProblem: A person has to log in.
            ConnectionProblem: The last one is over, and the server that gives the next is away.
        """
        async with self._lock:
            if self._tokens is not None and self._clock() >= self._tokens.renew_at:
                await self._renew(self._tokens)
            if self._tokens is not None:
                return self._tokens.access_token
            if self._ready is not None:
                return self._ready
            raise AuthenticationProblem("Nobody is logged in: please log in.")

    def expire(self) -> bool:
        """The server says that the token is over: `token` gets the next one. False: there is none to be had."""
        self._ready = None
        if self._tokens is not None:
            self._tokens = replace(self._tokens, renew_at=0, ends_at=0)
        return self.is_there

    async def forget(self) -> None:
        """Logs out, here and for the programs that share the login; the name stays, for the next one."""
        over, self._tokens, self._ready, self.role = self._tokens, None, None, None
        if over is not None:
            await asyncio.to_thread(self._remove, over)

    async def log_out(self) -> None:
        """Ends the login here, for whatever shares it, and for good: no program here goes on with it. `say_over` tells
        the server; until it has, what it takes to tell it is in a file of its own."""
        async with self._lock:
            known, self._tokens, self._ready = self._tokens, None, None
            user, self.user, self.role = self.user, None, None
            if user is not None:
                self._over += await asyncio.to_thread(self._leave, user, known)

    async def say_over(self) -> bool:
        """Tells the server which logins are over; False where it is not there to be told, and has to be once more."""
        for token in dict.fromkeys([*self._over, *await asyncio.to_thread(self._token_file.ended)]):
            try:
                await asyncio.to_thread(self._server.log_out, token)
                await asyncio.to_thread(self._token_file.has_ended, token)
            except TokenFileBusy as busy:
                logger.warning("%s", busy)
            except ConnectionProblem as problem:
                logger.info("The server has yet to hear of a log-out: %s", problem)
                return False
            self._over = [each for each in self._over if each != token]
        return True

    async def _open(self, ask: Callable[[], Tokens]) -> None:
        async with self._lock:
            self._take(await asyncio.to_thread(self._opened, ask))
            self.opened += 1

    async def _renew(self, tokens: Tokens) -> None:
        try:
            self._take(await asyncio.to_thread(self._successor, tokens))
        except AuthenticationProblem:
            self._tokens = None
            self.role = None
            raise
        except ConnectionProblem:
            if self._clock() >= tokens.ends_at:
                raise  # else the token that we have is good for a while yet

    def _take(self, tokens: Tokens) -> None:
        self._tokens, self._ready = tokens, None
        self.user, self.role = tokens.user, tokens.role

    # --- in a thread, since a lock and a server are waited for --------------------------------------------------------

    def _opened(self, ask: Callable[[], Tokens]) -> Tokens:
        tokens = ask()
        former = self._tokens
        try:
            with self._token_file.locked():
                if former is not None:
                    self._over += self._token_file.end(former.user, former)
                self._token_file.write(tokens)
        except TokenFileBusy as busy:
            logger.warning("This login is not shared with other programs here: %s", busy)
        return tokens

    def _successor(self, tokens: Tokens) -> Tokens:
        """What another program has got meanwhile, or what the server gives for the newest that there is."""
        try:
            with self._token_file.locked():
                newest = self._token_file.read(tokens.user) or tokens
                if newest.access_token != tokens.access_token and self._clock() < newest.renew_at:
                    return newest
                return self._ask_for_successor(newest)
        except TokenFileBusy as busy:
            raise ConnectionProblem(str(busy)) from busy

    def _ask_for_successor(self, newest: Tokens) -> Tokens:
        try:
            successor = self._server.renew(newest)
        except AuthenticationProblem:
            self._token_file.remove(newest.user)
            raise
        self._token_file.write(successor)
        return successor

    def _leave(self, user: str, known: Tokens | None) -> list[str]:
        """Whatever login this user has here and in the file, which has it no more: by their refresh tokens."""
        try:
            with self._token_file.locked():
                return self._token_file.end(user, known)
        except TokenFileBusy as busy:
            logger.warning("A login that is over stays in its file: %s", busy)
            return [] if known is None else [known.refresh_token]

    def _remove(self, over: Tokens) -> None:
        """Unless it has been renewed since, or somebody has logged in anew."""
        try:
            with self._token_file.locked():
                found = self._token_file.read(over.user)
                if found is not None and found.refresh_token == over.refresh_token:
                    self._token_file.remove(over.user)
        except TokenFileBusy as busy:
            logger.warning("A login that is over stays in its file: %s", busy)


def _claims(token: str) -> _Claims:
    """Whose a token says it is: for the screen only, the server looks at the signature."""
    try:
        body = token.split(".")[1]
        return msgspec.json.decode(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)), type=_Claims)
    except (IndexError, binascii.Error, ValueError, *UNREADABLE):
        return _Claims()
