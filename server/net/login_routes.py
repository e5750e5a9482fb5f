"""Logins over plain HTTP: `/auth/token` (log in, refresh), `/auth/password` (another password), `/auth/logout`."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable
from functools import partial
from http import HTTPStatus
from typing import Final, cast

from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from gymtui import clock
from gymtui.codec import encode
from gymtui.names import folded
from gymtui.passwords import unfit
from gymtui.protocol import ACCESS_TTL, ErrorCode
from server.auth.attempt_limit import AttemptLimit, GymAttempts
from server.auth.auth import Auth, Denied
from server.auth.hashing import Busy
from server.auth.logins import Logins, TokenPair, Unfit
from server.auth.source import Source
from server.net.connection import Connection
from server.net.login_watch import LoginWatch, Result
from server.net.metrics import Metrics
from server.store import StoreUnavailable
from server.store.group_commit import GroupCommit

CHALLENGE: Final = 'Basic realm="gymtui", charset="UTF-8"'
NEW: Final = "New-Password"  # the header that has it, in base64 of UTF-8: a request has no body here
DEVICE: Final = "Device-Token"  # the header of a desk with the token that it has, or with any text for a first one
CODES: Final[dict[HTTPStatus, ErrorCode]] = {
    HTTPStatus.BAD_REQUEST: "invalid",
    HTTPStatus.SERVICE_UNAVAILABLE: "storage_unavailable",
}

Attempt = Callable[[], Awaitable[TokenPair | None]]


class LoginRoutes:
    """Answers each request about a login; whoever guesses has to wait, whichever of them it is tried at."""

    def __init__(
        self, auth: Auth, logins: Logins, database: GroupCommit, metrics: Metrics, *, now: clock.Clock = clock.now
    ) -> None:
        self._auth = auth
        self._logins = logins
        self._counted = metrics.logins.labels
        self.watch = LoginWatch(auth, database, now=now)
        metrics.watch_hashing({"passwords": auth.passwords, "pins": auth.pins})
        self._attempts = AttemptLimit(now)
        self._gyms_attempts = GymAttempts(auth, database)

    async def __call__(self, connection: ServerConnection, request: Request) -> Response | None:
        """None: the path is none of these."""
        path = request.path.partition("?")[0]
        if path not in ("/auth/token", "/auth/password", "/auth/logout"):
            return None
        if request.method != "POST":
            return _refuse(connection, HTTPStatus.METHOD_NOT_ALLOWED, f"Please POST to {path}.", Allow="POST")
        scheme, credentials = authorization(request)
        address = cast("Connection", connection).address
        if path == "/auth/logout":
            return await self._renew(connection, "logout", partial(self._logins.log_out, credentials, address))
        if path == "/auth/token" and scheme != "basic":
            return await self._renew(connection, "refresh", partial(self._logins.refresh, credentials, address))
        name, password = _basic(credentials) if scheme == "basic" else ("", "")
        device = _only(request, DEVICE)
        source = self._auth.source(address, device)
        if path == "/auth/token":
            opening = partial(self._logins.log_in, name, password, source, wants_device=bool(device))
            return await self._prove(connection, "password", name, source, opening)
        new = _text(_only(request, NEW))
        if (why := unfit(new, present=password, name=name)) is not None:  # before it counts as a try, or forgives one
            return _refuse(connection, HTTPStatus.BAD_REQUEST, why)
        change = partial(self._logins.change_password, name, password, new, source)
        return await self._prove(connection, "new_password", name, source, change)

    async def _prove(
        self, connection: ServerConnection, kind: str, name: str, source: Source, attempt: Attempt
    ) -> Response:
        """The answer to one try of whoever says to be `name`; the figures know it by its `kind`."""
        tried = folded(name)
        if (wait := self._attempts.wait(source, tried)) > 0:
            return self._too_many(connection, kind, name, source, wait)
        try:
            self._auth.passwords.refuse_if_full(source)
            self._attempts.failed(source, tried)  # until proven good: of many at once only the first are heard
            if (wait := await self._gyms_attempts.wait(source, tried)) > 0:
                return self._too_many(connection, kind, name, source, wait)
            tokens = await attempt()
        except Busy:
            self._noted(kind, "busy", name, source)
            return _wait(connection, "Many are logging in just now: please try again in a second.", 1)
        except Denied as denied:
            self._noted(kind, "denied", name, source)
            return _refuse(connection, HTTPStatus.UNAUTHORIZED, str(denied), WWW_Authenticate=CHALLENGE)
        except Unfit as unfit_for:
            await self._forgive(source, tried)
            return _refuse(connection, HTTPStatus.BAD_REQUEST, str(unfit_for))
        except StoreUnavailable as unavailable:
            await self._forgive(source, tried)
            return self._unavailable(connection, kind, unavailable)
        await self._forgive(source, tried)
        return self._done(connection, kind, tokens)

    async def _forgive(self, source: Source, tried: str) -> None:
        """It was no wrong password."""
        self._attempts.forget(source, tried)
        await self._gyms_attempts.forget(source, tried)

    def _too_many(self, connection: ServerConnection, kind: str, name: str, source: Source, seconds: int) -> Response:
        self._noted(kind, "too_many", name, source)
        return _wait(connection, f"Too many tries: please wait {seconds} seconds.", seconds)

    async def _renew(self, connection: ServerConnection, kind: str, attempt: Attempt) -> Response:
        """The answer to a refresh token. Nobody guesses one, so a wrong one is no try of anybody's."""
        try:
            tokens = await attempt()
        except Denied as denied:
            self._counted(kind, "denied").inc()
            return _refuse(connection, HTTPStatus.UNAUTHORIZED, str(denied), WWW_Authenticate=CHALLENGE)
        except StoreUnavailable as unavailable:
            return self._unavailable(connection, kind, unavailable)
        return self._done(connection, kind, tokens)

    def _noted(self, kind: str, result: Result, name: str, source: Source) -> None:
        self._counted(kind, result).inc()
        self.watch.note(result, name, source)

    def _done(self, connection: ServerConnection, kind: str, tokens: TokenPair | None) -> Response:
        self._counted(kind, "ok").inc()
        return _answer(connection, HTTPStatus.OK, {} if tokens is None else _body(tokens))

    def _unavailable(self, connection: ServerConnection, kind: str, unavailable: StoreUnavailable) -> Response:
        self._counted(kind, "unavailable").inc()
        return _refuse(connection, HTTPStatus.SERVICE_UNAVAILABLE, str(unavailable), Retry_After="1")


def authorization(request: Request) -> tuple[str, str]:
    """Scheme, in lower case, and credentials of the header `Authorization`; empty where there is not exactly one."""
    scheme, _, credentials = _only(request, "Authorization").partition(" ")
    return scheme.lower(), credentials


def _only(request: Request, name: str) -> str:
    values = request.headers.get_all(name)
    return values[0] if len(values) == 1 else ""


def _basic(credentials: str) -> tuple[str, str]:
    """User and password of a Basic header; two empty texts where it is none."""
    user, _, password = _text(credentials).partition(":")
    return user, password


def _text(encoded: str) -> str:
    """What is in the base64 of UTF-8; empty where it is none."""
    try:
        return base64.b64decode(encoded, validate=True).decode()
    except ValueError:
        return ""


def _body(tokens: TokenPair) -> dict[str, object]:
    return {
        "access_token": tokens.access_token,
        "token_type": "Bearer",
        "expires_in": ACCESS_TTL,
        "refresh_token": tokens.refresh_token,
        "user": {"name": tokens.user.name, "role": tokens.user.role},
    } | ({} if tokens.device_token is None else {"device_token": tokens.device_token})


def _wait(connection: ServerConnection, sentence: str, seconds: int) -> Response:
    return _refuse(connection, HTTPStatus.TOO_MANY_REQUESTS, sentence, Retry_After=str(seconds))


def _refuse(connection: ServerConnection, status: HTTPStatus, sentence: str, **headers: str) -> Response:
    code = CODES.get(status, "not_allowed")
    response = _answer(connection, status, {"error": {"code": code, "message": sentence}})
    for name, value in headers.items():
        response.headers[name.replace("_", "-")] = value
    return response


def _answer(connection: ServerConnection, status: HTTPStatus, body: dict[str, object]) -> Response:
    response = connection.respond(status, encode(body).decode())
    del response.headers["Content-Type"]
    response.headers["Content-Type"] = "application/json"
    response.headers["Cache-Control"] = "no-store"
    return response
