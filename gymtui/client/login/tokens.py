"""Asks a server for tokens, over HTTP on the port of its WebSocket. Everything here blocks: it is for a thread."""

from __future__ import annotations

import base64
import http.client
import urllib.request
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from gymtui import clock
from gymtui.client.errors import AuthenticationProblem, ConnectionProblem
from gymtui.client.login.token_file import Tokens
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


class _Pair(Struct, frozen=True):
    access_token: str
    expires_in: float
    refresh_token: str
    user: _User


class _Said(Struct, frozen=True):
    message: str


class _Error(Struct, frozen=True):
    error: _Said


class TokenServer:
    """The server of the WebSocket at `url`. AuthenticationProblem: it says no; ConnectionProblem: it is away."""

    def __init__(self, url: str, fetch: Fetch, clock: clock.Clock) -> None:
        parts = urlsplit(url)
        self._url = f"{'https' if parts.scheme == 'wss' else 'http'}://{parts.netloc}/auth/token"
        self._server = parts.netloc
        self._fetch = fetch
        self._clock = clock

    def log_in(self, user: str, password: str) -> Tokens:
        credentials = base64.b64encode(f"{user}:{password}".encode()).decode()
        answer = self._ask(f"Basic {credentials}")
        if answer.status == 429:
            raise AuthenticationProblem(f"Too many tries: please wait {answer.retry_after or 'a few'} seconds.")
        if answer.status in (400, 401, 403):
            raise AuthenticationProblem(_said(answer) or "User and password do not go together: please try again.")
        return self._tokens(answer, self._clock())

    def renew(self, tokens: Tokens) -> Tokens:
        """The next pair. Where no answer came, the same may be asked again for a minute."""
        answer = self._ask(f"Bearer {tokens.refresh_token}")
        if answer.status in (400, 401, 403):
            raise AuthenticationProblem("Your login has ended: please log in again.")
        return self._tokens(answer, tokens.since)

    def _ask(self, authorization: str) -> Answer:
        try:
            return self._fetch(self._url, authorization)
        except (OSError, http.client.HTTPException) as error:
            message = f"The server at {self._server} cannot be reached: please check the network and the address."
            raise ConnectionProblem(message) from error

    def _tokens(self, answer: Answer, since: int) -> Tokens:
        try:
            if answer.status != 200:
                raise msgspec.ValidationError(f"HTTP status {answer.status}")
            pair = msgspec.json.decode(answer.body, type=_Pair)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            message = f"What answers at {self._server} cannot log anybody in just now: please check the address."
            raise ConnectionProblem(message) from error
        now = self._clock()
        return Tokens(
            user=pair.user.name,
            role=pair.user.role,
            access_token=pair.access_token,
            refresh_token=pair.refresh_token,
            renew_at=now + round(pair.expires_in * 1000 * RENEW_AT),
            ends_at=now + round(pair.expires_in * 1000),
            since=since,
        )


def _said(answer: Answer) -> str | None:
    """The sentence in a refusal, where there is one."""
    try:
        message = msgspec.json.decode(answer.body, type=_Error).error.message
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return "".join(c for c in message if c.isprintable()) or None
