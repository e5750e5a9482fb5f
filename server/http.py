"""What the server answers to plain HTTP on the same port: a token for a password; anything else is not here."""

from __future__ import annotations

import base64
import binascii
from collections import OrderedDict
from collections.abc import Callable
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from gymtui import clock
from gymtui.codec import encode
from gymtui.protocol import ACCESS_TTL, PATH
from server.auth import Auth, Denied

TRIES: Final = 5  # wrong passwords by one address for one user before it has to wait
PAUSE: Final = 30_000  # milliseconds it then waits
REMEMBERED: Final = 10_000  # pairs of address and user


class Front:
    """Decides, before the upgrade, what a request is: the WebSocket's path goes through, the rest is answered here."""

    def __init__(self, auth: Auth, *, now: clock.Clock = clock.now) -> None:
        self._auth = auth
        self._tries = _Tries(now)

    async def __call__(self, connection: ServerConnection, request: Request) -> Response | None:
        path = urlsplit(request.path).path
        if path.rstrip("/") == PATH.rstrip("/"):
            return None
        if path == "/auth/token":
            return await self._token(connection, request)
        return connection.respond(HTTPStatus.NOT_FOUND, f"Nothing is here: the front desk's WebSocket is at {PATH}\n")

    async def _token(self, connection: ServerConnection, request: Request) -> Response:
        if request.method != "POST":
            return _answer(connection, HTTPStatus.METHOD_NOT_ALLOWED, _error("Please POST to /auth/token."))
        scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
        name, password = _basic(credentials) if scheme.lower() == "basic" else (credentials.partition(".")[0], "")
        address = (connection.remote_address or ("",))[0]
        if (wait := self._tries.wait(address, name)) > 0:
            response = _answer(
                connection, HTTPStatus.TOO_MANY_REQUESTS, _error(f"Too many tries: please wait {wait} seconds.")
            )
            response.headers["Retry-After"] = str(wait)
            return response
        try:
            if scheme.lower() == "basic":
                tokens = await self._auth.log_in(name, password)
            else:
                tokens = await self._auth.refresh(credentials)
        except Denied as denied:
            self._tries.failed(address, name)
            response = _answer(connection, HTTPStatus.UNAUTHORIZED, _error(str(denied)))
            response.headers["WWW-Authenticate"] = 'Basic realm="gymtui", charset="UTF-8"'
            return response
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


def _basic(credentials: str) -> tuple[str, str]:
    """User and password of a Basic header; two empty texts where it is none."""
    try:
        user, _, password = base64.b64decode(credentials, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return user, password


def _error(message: str) -> dict[str, object]:
    return {"error": {"code": "not_allowed", "message": message}}


def _answer(connection: ServerConnection, status: HTTPStatus, body: dict[str, object]) -> Response:
    response = connection.respond(status, encode(body).decode())
    del response.headers["Content-Type"]
    response.headers["Content-Type"] = "application/json"
    response.headers["Cache-Control"] = "no-store"
    return response
