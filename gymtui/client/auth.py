"""Who this is, and a token that is good right now."""

from __future__ import annotations

import asyncio
import base64
import binascii
import http.client
import urllib.request
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from gymtui import clock
from gymtui.client.errors import AuthenticationProblem, ConnectionProblem
from gymtui.protocol import Role

RENEW_AT: Final = 0.8  # of a token's life
TIMEOUT: Final = 10.0  # seconds for an answer
MAX_ANSWER: Final = 64 * 1024  # bytes


class Answer(Struct, frozen=True):
    """What a server says over HTTP; `retry_after` is its header of that name."""

    status: int
    body: bytes
    retry_after: str | None = None


Fetch = Callable[[str, str], Answer]
"""POSTs without a body: URL and `Authorization` in, the answer out; OSError or HTTPException where there is none."""


def fetch(url: str, authorization: str) -> Answer:
    """Blocks, for `TIMEOUT` seconds at most. Neither proxies nor redirects: a password goes where it was meant to."""
    opener = urllib.request.OpenerDirector()
    opener.add_handler(urllib.request.HTTPHandler())
    opener.add_handler(urllib.request.HTTPSHandler())
    request = urllib.request.Request(url, method="POST", headers={"Authorization": authorization})  # noqa: S310
    with opener.open(request, timeout=TIMEOUT) as response:
        return Answer(response.status, response.read(MAX_ANSWER), response.headers.get("Retry-After"))


class _User(Struct, frozen=True):
    name: str
    role: Role


class _Tokens(Struct, frozen=True):
    access_token: str
    expires_in: float
    refresh_token: str
    user: _User


class _Claims(Struct, frozen=True):
    sub: str | None = None
    role: Role | None = None


class _Said(Struct, frozen=True):
    message: str


class _Error(Struct, frozen=True):
    error: _Said


class Login:
    """One person's login at one server; `user` and `role` are None while nobody is logged in.

    `url` is the WebSocket's (`ws:` or `wss:`). A ready `token` is used as it is, until the server says that it is over:
    whether it still is good is nothing that this machine's clock could tell.
    """

    def __init__(
        self, url: str, *, token: str | None = None, fetch: Fetch = fetch, clock: clock.Clock = clock.now
    ) -> None:
        parts = urlsplit(url)
        self._url = f"{'https' if parts.scheme == 'wss' else 'http'}://{parts.netloc}/auth/token"
        self._server = parts.netloc
        self._fetch = fetch
        self._clock = clock
        self._lock = asyncio.Lock()  # a refresh token is used once: whoever comes second gets the first one's successor
        self._access = token
        self._refresh: str | None = None
        self._renew_at = self._ends_at = 0
        claims = _claims(token) if token else _Claims()
        self.user: str | None = claims.sub
        self.role: Role | None = claims.role

    async def log_in(self, user: str, password: str) -> None:
        """Logs this person in. AuthenticationProblem: wrong, or too often; ConnectionProblem: the server is away."""
        credentials = base64.b64encode(f"{user}:{password}".encode()).decode()
        answer = await self._ask(f"Basic {credentials}")
        if answer.status == 429:
            raise AuthenticationProblem(f"Too many tries: please wait {answer.retry_after or 'a few'} seconds.")
        if answer.status in (400, 401, 403):
            raise AuthenticationProblem(_said(answer) or "User and password do not go together: please try again.")
        self._keep(answer)

    async def token(self) -> str:
        """An access token, a new one where the last is past 80 % of its life. AuthenticationProblem: a person has to
        log in; ConnectionProblem: the last one is over and the server that gives the next is away."""
        async with self._lock:
            if self._access is None:
                raise AuthenticationProblem("Nobody is logged in: please log in.")
            if self._refresh is not None and self._clock() >= self._renew_at:
                await self._renew(self._refresh)
            return self._access

    def expire(self) -> None:
        """The server says that the token is over: `token` gets the next one, or says that there is none."""
        self._renew_at = self._ends_at = 0
        if self._refresh is None:
            self._access = None

    def forget(self) -> None:
        """Logs out; the name stays, for the next login."""
        self._access = self._refresh = None
        self.role = None

    async def _renew(self, refresh: str) -> None:
        try:
            answer = await self._ask(f"Bearer {refresh}")
            if answer.status in (400, 401, 403):
                self.forget()
                raise AuthenticationProblem("Your login has ended: please log in again.")
            self._keep(answer)
        except ConnectionProblem:
            if self._clock() >= self._ends_at:
                raise  # else the token that we have is good for a while yet

    async def _ask(self, authorization: str) -> Answer:
        try:
            return await asyncio.to_thread(self._fetch, self._url, authorization)
        except (OSError, http.client.HTTPException) as error:
            message = f"The server at {self._server} cannot be reached: please check the network and the address."
            raise ConnectionProblem(message, attempt=1, retry_in=0.0) from error

    def _keep(self, answer: Answer) -> None:
        try:
            if answer.status != 200:
                raise msgspec.ValidationError(f"HTTP status {answer.status}")
            tokens = msgspec.json.decode(answer.body, type=_Tokens)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            message = f"What answers at {self._server} cannot log anybody in just now: please check the address."
            raise ConnectionProblem(message, attempt=1, retry_in=0.0) from error
        now = self._clock()
        self._access, self._refresh = tokens.access_token, tokens.refresh_token
        self._renew_at = now + round(tokens.expires_in * 1000 * RENEW_AT)
        self._ends_at = now + round(tokens.expires_in * 1000)
        self.user, self.role = tokens.user.name, tokens.user.role


def _said(answer: Answer) -> str | None:
    """The sentence in a refusal, where there is one."""
    try:
        message = msgspec.json.decode(answer.body, type=_Error).error.message
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return "".join(c for c in message if c.isprintable()) or None


def _claims(token: str) -> _Claims:
    """Whose a token says it is: for the screen only, the server looks at the signature."""
    try:
        body = token.split(".")[1]
        return msgspec.json.decode(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)), type=_Claims)
    except (IndexError, binascii.Error, ValueError, msgspec.DecodeError):
        return _Claims()
