"""Access and refresh tokens: asked of a server by password, and refreshed. Everything here blocks, for a thread."""

from __future__ import annotations

import base64
from http import HTTPStatus
from typing import Annotated, Final
from urllib.error import URLError
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct

from gymtui import certificates, clock
from gymtui.client.errors import AuthenticationProblem, ConnectionProblem, misdirected
from gymtui.client.login.http import NO_ANSWER, Answer, Fetch, Headers, address
from gymtui.client.login.token_file import NoTokenFile, TokenFile, Tokens
from gymtui.protocol import Role
from gymtui.unreadable import UNREADABLE

RENEW_AT: Final = 0.8  # of a token's life
LONGEST: Final = 1e9  # seconds that a token may be good for: a sum of times stays one
NO: Final = (400, 401, 403)  # statuses


class _User(Struct, frozen=True):
    name: str
    role: Role


class _Pair(Struct, frozen=True):
    access_token: str
    expires_in: Annotated[float, Meta(ge=0, le=LONGEST)]
    refresh_token: str
    user: _User
    device_token: str | None = None


class _Said(Struct, frozen=True):
    message: str


class _Error(Struct, frozen=True):
    error: _Said


class TokenClient:
    """The server of the WebSocket at `url`. AuthenticationProblem: it says no; ConnectionProblem: it is away."""

    def __init__(self, url: str, fetch: Fetch, clock: clock.Clock, shared: TokenFile | NoTokenFile) -> None:
        self._url = url
        self._server = urlsplit(url).netloc
        self._fetch = fetch
        self._clock = clock
        self._shared = shared

    def log_in(self, user: str, password: str) -> Tokens:
        answer = self._ask("/auth/token", self._proof(user, password))
        _must_be_proven(answer, "User and password do not go together: please try again.")
        return self._tokens(answer, self._clock())

    def change_password(self, user: str, present: str, new: str) -> Tokens:
        """Sets another password; the pair of the login that takes the place of all others."""
        headers = {**self._proof(user, present), "New-Password": _base64(new)}
        try:
            answer = self._post("/auth/password", headers)
        except URLError as error:  # it has not been asked
            message = f"The server at {self._server} cannot be reached: nothing was changed."
            raise ConnectionProblem(certificates.sentence(error, self._server) or message) from error
        except NO_ANSWER as error:
            message = "The server has not said whether it is changed: please log in with the one or the other."
            raise ConnectionProblem(message) from error
        if answer.status == 404:
            raise AuthenticationProblem("This server is older, and changes no password: please ask a manager.")
        if answer.status == 401:
            raise AuthenticationProblem("The present password is wrong: nothing was changed.")
        _must_be_proven(answer, "The server takes no such password: nothing was changed.")
        return self._tokens(answer, self._clock())

    def renew(self, tokens: Tokens) -> Tokens:
        """The next pair. Where no answer came, the same may be asked again for a minute."""
        answer = self._ask("/auth/token", _bearer(tokens.refresh_token))
        if answer.status in NO:
            raise AuthenticationProblem("Your login has ended: please log in again.")
        return self._tokens(answer, tokens.since)

    def log_out(self, refresh_token: str) -> None:
        """Ends the login that the token is of, or finds that it is over; an older server has no such request."""
        answer = self._ask("/auth/logout", _bearer(refresh_token))
        if answer.status not in (200, 404, *NO):
            raise ConnectionProblem(f"The server at {self._server} cannot end a login just now.")

    def _proof(self, user: str, password: str) -> Headers:
        """Who it is, and at which of the machines that the server knows; one that it knows not asks for a token."""
        basic = f"Basic {_base64(f'{user}:{password}')}"
        return {"Authorization": basic, "Device-Token": self._shared.device() or "none"}

    def _ask(self, path: str, headers: Headers) -> Answer:
        try:
            return self._post(path, headers)
        except NO_ANSWER as error:
            message = f"The server at {self._server} cannot be reached: please check the network and the address."
            message = certificates.sentence(error, self._server) or message
            raise ConnectionProblem(message) from error

    def _post(self, path: str, headers: Headers) -> Answer:
        answer = self._fetch(address(self._url, path), headers)
        if answer.status == HTTPStatus.MISDIRECTED_REQUEST:
            raise ConnectionProblem(misdirected(self._server))
        return answer

    def _tokens(self, answer: Answer, since: int) -> Tokens:
        try:
            if answer.status != 200:
                raise msgspec.ValidationError(f"HTTP status {answer.status}")
            pair = msgspec.json.decode(answer.body, type=_Pair)
        except UNREADABLE as error:
            message = f"What answers at {self._server} cannot log anybody in just now: please check the address."
            raise ConnectionProblem(message) from error
        if pair.device_token is not None:
            self._shared.keep_device(pair.device_token)
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


def _must_be_proven(answer: Answer, otherwise: str) -> None:
    """AuthenticationProblem where the server says no, in its words, or `otherwise`."""
    if answer.status == 429:
        seconds = answer.retry_after if answer.retry_after and answer.retry_after.isdecimal() else "a few"
        raise AuthenticationProblem(f"Too many tries: please wait {seconds} seconds.")
    if answer.status in NO:
        raise AuthenticationProblem(_reason(answer) or otherwise)


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _bearer(refresh_token: str) -> Headers:
    return {"Authorization": f"Bearer {refresh_token}"}


def _reason(answer: Answer) -> str | None:
    """The sentence in a refusal, where there is one."""
    try:
        message = msgspec.json.decode(answer.body, type=_Error).error.message
    except UNREADABLE:
        return None
    return "".join(c for c in message if c.isprintable()) or None
