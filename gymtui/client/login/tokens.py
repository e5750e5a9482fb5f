"""Access and refresh tokens: asked of a server by password, and refreshed. Everything here blocks, for a thread."""

from __future__ import annotations

import base64
from typing import Final
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from gymtui import clock
from gymtui.client.errors import AuthenticationProblem, ConnectionProblem
from gymtui.client.login.http import NO_ANSWER, Answer, Fetch, address
from gymtui.client.login.token_file import Tokens
from gymtui.protocol import Role

RENEW_AT: Final = 0.8  # of a token's life


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


class TokenClient:
    """The server of the WebSocket at `url`. AuthenticationProblem: it says no; ConnectionProblem: it is away."""

    def __init__(self, url: str, fetch: Fetch, clock: clock.Clock) -> None:
        self._url = address(url, "/auth/token")
        self._server = urlsplit(url).netloc
        self._fetch = fetch
        self._clock = clock

    def log_in(self, user: str, password: str) -> Tokens:
        credentials = base64.b64encode(f"{user}:{password}".encode()).decode()
        answer = self._ask(f"Basic {credentials}")
        if answer.status == 429:
            raise AuthenticationProblem(f"Too many tries: please wait {answer.retry_after or 'a few'} seconds.")
        if answer.status in (400, 401, 403):
            raise AuthenticationProblem(_reason(answer) or "User and password do not go together: please try again.")
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
        except NO_ANSWER as error:
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


def _reason(answer: Answer) -> str | None:
    """The sentence in a refusal, where there is one."""
    try:
        message = msgspec.json.decode(answer.body, type=_Error).error.message
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return "".join(c for c in message if c.isprintable()) or None
