"""Plain HTTP on the WebSocket's port: `/auth/token` (log in, refresh), `/healthz`, `/readyz`, `/metrics`."""

from __future__ import annotations

import asyncio
import base64
from http import HTTPStatus
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST
from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from gymtui import clock
from gymtui.codec import encode
from gymtui.protocol import ACCESS_TTL, PATH, ErrorCode
from server.auth.attempt_limit import AttemptLimit
from server.auth.auth import Auth, Denied
from server.auth.names import folded
from server.net.metrics import Metrics
from server.store import StoreUnavailable
from server.store.group_commit import GroupCommit

READY_WITHIN: Final = 2.0  # seconds
CHALLENGE: Final = 'Basic realm="gymtui", charset="UTF-8"'


class HttpRoutes:
    """The routes, asked before the upgrade: the WebSocket's path goes through (None), the rest is answered here."""

    def __init__(self, auth: Auth, database: GroupCommit, metrics: Metrics, *, now: clock.Clock = clock.now) -> None:
        self._auth = auth
        self._database = database
        self._metrics = metrics
        self._attempts = AttemptLimit(now)

    async def __call__(self, connection: ServerConnection, request: Request) -> Response | None:
        path = request.path.partition("?")[0]
        if path.rstrip("/") == PATH.rstrip("/"):
            return None
        match path:
            case "/auth/token":
                return await self._token(connection, request)
            case "/healthz":
                return connection.respond(HTTPStatus.OK, "alive\n")
            case "/readyz":
                return await self._ready(connection)
            case "/metrics":
                response = connection.respond(HTTPStatus.OK, self._metrics.text().decode())
                del response.headers["Content-Type"]
                response.headers["Content-Type"] = CONTENT_TYPE_LATEST
                return response
            case _:
                sentence = f"Nothing is here: the front desk's WebSocket is at {PATH}\n"
                return connection.respond(HTTPStatus.NOT_FOUND, sentence)

    async def _ready(self, connection: ServerConnection) -> Response:
        """`/readyz`: 200 where a command would be on disk now, else 503 and why it would not."""
        try:
            async with asyncio.timeout(READY_WITHIN):
                failure = await self._database.probe()
        except TimeoutError:
            return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, "The database does not answer just now.\n")
        if failure is not None:
            return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, f"{failure}\n")
        return connection.respond(HTTPStatus.OK, "ready\n")

    async def _token(self, connection: ServerConnection, request: Request) -> Response:
        if request.method != "POST":
            return _refuse(connection, HTTPStatus.METHOD_NOT_ALLOWED, "Please POST to /auth/token.", Allow="POST")
        scheme, credentials = authorization(request)
        name, password = _basic(credentials) if scheme == "basic" else (credentials.partition(".")[0], "")
        kind = "password" if scheme == "basic" else "refresh"
        name, typed = folded(name), name  # as it is counted, and as it is asked for
        address = (connection.remote_address or ("",))[0]
        if (wait := self._attempts.wait(address, name)) > 0:
            sentence = f"Too many tries: please wait {wait} seconds."
            self._metrics.logins.labels(kind, "too_many").inc()
            return _refuse(connection, HTTPStatus.TOO_MANY_REQUESTS, sentence, Retry_After=str(wait))
        self._attempts.failed(address, name)  # until proven good: of many attempts at once only the first are heard
        try:
            if scheme == "basic":
                tokens = await self._auth.log_in(typed, password)
            else:
                tokens = await self._auth.refresh(credentials)
        except Denied as denied:
            self._metrics.logins.labels(kind, "denied").inc()
            return _refuse(connection, HTTPStatus.UNAUTHORIZED, str(denied), WWW_Authenticate=CHALLENGE)
        except StoreUnavailable as unavailable:
            self._attempts.forget(address, name)
            self._metrics.logins.labels(kind, "unavailable").inc()
            return _refuse(connection, HTTPStatus.SERVICE_UNAVAILABLE, str(unavailable), Retry_After="1")
        self._attempts.forget(address, name)
        self._metrics.logins.labels(kind, "ok").inc()
        body = {
            "access_token": tokens.access_token,
            "token_type": "Bearer",
            "expires_in": ACCESS_TTL,
            "refresh_token": tokens.refresh_token,
            "user": {"name": tokens.user.name, "role": tokens.user.role},
        }
        return _answer(connection, HTTPStatus.OK, body)


def authorization(request: Request) -> tuple[str, str]:
    """Scheme, in lower case, and credentials of the header `Authorization`; empty where there is not exactly one."""
    values = request.headers.get_all("Authorization")
    scheme, _, credentials = values[0].partition(" ") if len(values) == 1 else ("", "", "")
    return scheme.lower(), credentials


def _basic(credentials: str) -> tuple[str, str]:
    """User and password of a Basic header; two empty texts where it is none."""
    try:
        user, _, password = base64.b64decode(credentials, validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return user, password


def _refuse(connection: ServerConnection, status: HTTPStatus, sentence: str, **headers: str) -> Response:
    code: ErrorCode = "storage_unavailable" if status is HTTPStatus.SERVICE_UNAVAILABLE else "not_allowed"
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
