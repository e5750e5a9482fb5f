"""Logins over plain HTTP: `/auth/token` (log in, refresh), `/auth/password` (another password), `/auth/logout`."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable
from functools import partial
from http import HTTPStatus
from typing import Final

from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from gymtui import clock
from gymtui.codec import encode
from gymtui.names import folded, unfit
from gymtui.protocol import ACCESS_TTL, ErrorCode
from server.auth.attempt_limit import AttemptLimit
from server.auth.auth import Denied
from server.auth.logins import Logins, TokenPair
from server.auth.refresh_tokens import login_of
from server.net.metrics import Metrics
from server.store import StoreUnavailable

CHALLENGE: Final = 'Basic realm="gymtui", charset="UTF-8"'
NEW: Final = "New-Password"  # the header that has it, in base64 of UTF-8: a request has no body here
CODES: Final[dict[HTTPStatus, ErrorCode]] = {
    HTTPStatus.BAD_REQUEST: "invalid",
    HTTPStatus.SERVICE_UNAVAILABLE: "storage_unavailable",
}

Attempt = Callable[[], Awaitable[TokenPair | None]]


class LoginRoutes:
    """Answers each request about a login; whoever guesses has to wait, whichever of them it is tried at."""

    def __init__(self, logins: Logins, metrics: Metrics, *, now: clock.Clock = clock.now) -> None:
        self._logins = logins
        self._metrics = metrics
        self._attempts = AttemptLimit(now)

    async def __call__(self, connection: ServerConnection, request: Request) -> Response | None:
        """None: the path is none of these."""
        path = request.path.partition("?")[0]
        if path not in ("/auth/token", "/auth/password", "/auth/logout"):
            return None
        if request.method != "POST":
            return _refuse(connection, HTTPStatus.METHOD_NOT_ALLOWED, f"Please POST to {path}.", Allow="POST")
        scheme, credentials = authorization(request)
        name, password = _basic(credentials) if scheme == "basic" else ("", "")
        match path:
            case "/auth/password":
                new = _text(_only(request, NEW))
                if (why := unfit(new, present=password)) is not None:  # before it counts as a try, or forgives one
                    return _refuse(connection, HTTPStatus.BAD_REQUEST, why)
                change = partial(self._logins.change_password, name, password, new)
                return await self._try(connection, "new_password", name, change)
            case "/auth/logout":
                out = partial(self._logins.log_out, credentials)
                return await self._try(connection, "logout", login_of(credentials), out)
            case _ if scheme == "basic":
                return await self._try(connection, "password", name, partial(self._logins.log_in, name, password))
            case _:
                refresh = partial(self._logins.refresh, credentials)
                return await self._try(connection, "refresh", login_of(credentials), refresh)

    async def _try(self, connection: ServerConnection, kind: str, name: str, attempt: Attempt) -> Response:
        """The answer to one try of whoever says to be `name` (a user, a login); the figures know it by its `kind`."""
        name = folded(name)
        address = (connection.remote_address or ("",))[0]
        counted = self._metrics.logins.labels
        if (wait := self._attempts.wait(address, name)) > 0:
            sentence = f"Too many tries: please wait {wait} seconds."
            counted(kind, "too_many").inc()
            return _refuse(connection, HTTPStatus.TOO_MANY_REQUESTS, sentence, Retry_After=str(wait))
        self._attempts.failed(address, name)  # until proven good: of many attempts at once only the first are heard
        try:
            tokens = await attempt()
        except Denied as denied:
            counted(kind, "denied").inc()
            return _refuse(connection, HTTPStatus.UNAUTHORIZED, str(denied), WWW_Authenticate=CHALLENGE)
        except StoreUnavailable as unavailable:
            self._attempts.forget(address, name)
            counted(kind, "unavailable").inc()
            return _refuse(connection, HTTPStatus.SERVICE_UNAVAILABLE, str(unavailable), Retry_After="1")
        self._attempts.forget(address, name)
        counted(kind, "ok").inc()
        return _answer(connection, HTTPStatus.OK, {} if tokens is None else _body(tokens))


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
    }


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
