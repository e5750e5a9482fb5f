"""What the server answers to plain HTTP on the same port: a token for a password; anything else is not here."""

from __future__ import annotations

import base64
from collections import OrderedDict
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from gymtui import clock
from gymtui.codec import encode
from gymtui.protocol import ACCESS_TTL, PATH, ErrorCode
from server.auth import Auth, Denied
from server.store import StoreUnavailable

TRIES: Final = 5  # wrong passwords by one address for one user before it has to wait
PAUSE: Final = 30_000  # milliseconds it then waits
REMEMBERED: Final = 10_000  # pairs of address and user
CHALLENGE: Final = 'Basic realm="gymtui", charset="UTF-8"'


class Front:
    """Decides, before the upgrade, what a request is: the WebSocket's path goes through, the rest is answered here."""

    def __init__(self, auth: Auth, *, now: clock.Clock = clock.now) -> None:
        self._auth = auth
        self._tries = _Tries(now)

    async def __call__(self, connection: ServerConnection, request: Request) -> Response | None:
        path = request.path.partition("?")[0]
        if path.rstrip("/") == PATH.rstrip("/"):
            return None
        if path == "/auth/token":
            return await self._token(connection, request)
        return connection.respond(HTTPStatus.NOT_FOUND, f"Nothing is here: the front desk's WebSocket is at {PATH}\n")

    async def _token(self, connection: ServerConnection, request: Request) -> Response:
        if request.method != "POST":
            return _refuse(connection, HTTPStatus.METHOD_NOT_ALLOWED, "Please POST to /auth/token.", Allow="POST")
        scheme, credentials = authorization(request)
        name, password = _basic(credentials) if scheme == "basic" else (credentials.partition(".")[0], "")
        address = (connection.remote_address or ("",))[0]
        if (wait := self._tries.wait(address, name)) > 0:
            sentence = f"Too many tries: please wait {wait} seconds."
            return _refuse(connection, HTTPStatus.TOO_MANY_REQUESTS, sentence, Retry_After=str(wait))
        self._tries.failed(address, name)  # until it is known better: of many tries at once only the first are heard
        try:
            if scheme == "basic":
                tokens = await self._auth.log_in(name, password)
            else:
                tokens = await self._auth.refresh(credentials)
        except Denied as denied:
            return _refuse(connection, HTTPStatus.UNAUTHORIZED, str(denied), WWW_Authenticate=CHALLENGE)
        except StoreUnavailable as unavailable:
            self._tries.forget(address, name)
            return _refuse(connection, HTTPStatus.SERVICE_UNAVAILABLE, str(unavailable), Retry_After="1")
        self._tries.forget(address, name)
        body = {
            "access_token": tokens.access_token,
            "token_type": "Bearer",
            "expires_in": ACCESS_TTL,
            "refresh_token": tokens.refresh_token,
            "user": {"name": tokens.user.name, "role": tokens.user.role},
        }
        return _answer(connection, HTTPStatus.OK, body)


class _Tries:
    """Counts wrong passwords by address and user together, so that nobody can lock out another."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._failures: OrderedDict[tuple[str, str], tuple[int, int]] = OrderedDict()

    def wait(self, address: str, user: str) -> int:
        """Seconds until the next try is heard; 0 for now."""
        count, last = self._failures.get((address, user), (0, 0))
        left = last + PAUSE - self._now() if count >= TRIES else 0
        return -(-left // 1000) if left > 0 else 0

    def failed(self, address: str, user: str) -> None:
        count, last = self._failures.pop((address, user), (0, 0))
        fresh = self._now() - last > 10 * PAUSE
        self._failures[address, user] = (1 if fresh else count + 1, self._now())
        if len(self._failures) > REMEMBERED:
            self._failures.popitem(last=False)

    def forget(self, address: str, user: str) -> None:
        self._failures.pop((address, user), None)


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
