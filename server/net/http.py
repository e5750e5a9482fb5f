"""Plain HTTP on the WebSocket's port: `/healthz`, `/readyz`, `/metrics`, and those of `login_routes`."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from http import HTTPStatus
from typing import Final, cast

from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from gymtui.cleartext import is_loopback
from gymtui.protocol import PATH
from server.auth.auth import Auth, BadToken
from server.net.connection import Connection
from server.net.login_routes import LoginRoutes, authorization
from server.net.metrics import Metrics
from server.net.origins import Origins
from server.net.proxies import HEADER, client_of
from server.net.vitals import Vitals
from server.store.group_commit import GroupCommit

READY_WITHIN: Final = 2.0  # seconds


class HttpRoutes:
    """The routes, asked before the upgrade: the WebSocket's path goes through (None), the rest is answered here."""

    def __init__(
        self,
        login_routes: LoginRoutes,
        auth: Auth,
        database: GroupCommit,
        metrics: Metrics,
        vitals: Vitals,
        *,
        origins: Origins,
        proxies: Collection[str],
    ) -> None:
        self._login_routes = login_routes
        self._auth = auth
        self._origins = origins
        self._proxies = proxies
        self._database = database
        self._metrics = metrics
        self._vitals = vitals

    async def __call__(self, connection: ServerConnection, request: Request) -> Response | None:
        asker = cast("Connection", connection)
        asker.address = client_of(asker.peer, request, self._proxies)
        if not self._is_known_by_name(asker) and (refusal := self._origins.misdirected(request)) is not None:
            return connection.respond(HTTPStatus.MISDIRECTED_REQUEST, refusal)
        if (refusal := self._origins.refusal(request)) is not None:
            return connection.respond(HTTPStatus.FORBIDDEN, refusal)
        if (answer := await self._login_routes(connection, request)) is not None:
            return answer
        path = request.path.partition("?")[0]
        if path.rstrip("/") == PATH.rstrip("/"):
            return self._hasty(connection) if asker.is_hasty else None
        match path:
            case "/healthz":
                return connection.respond(HTTPStatus.OK, "alive\n")
            case "/readyz":
                return await self._ready(connection)
            case "/metrics":
                return await self._figures(asker, request)
            case _:
                sentence = f"Nothing is here: the front desk's WebSocket is at {PATH}\n"
                return connection.respond(HTTPStatus.NOT_FOUND, sentence)

    def _is_known_by_name(self, asker: Connection) -> bool:
        """Has whoever asks seen a certificate with the name, of this server or of a proxy that is believed?"""
        return asker.peer in self._proxies or asker.transport.get_extra_info("sslcontext") is not None

    async def _figures(self, asker: Connection, request: Request) -> Response:
        """`/metrics`: for whoever asks from this machine itself, and for whoever has a token."""
        is_forwarded = asker.address == asker.peer and HEADER in request.headers
        if is_forwarded or not is_loopback(asker.address):
            scheme, token = authorization(request)
            try:
                self._auth.admit(token if scheme == "bearer" else "")
            except BadToken:
                sentence = "The figures need a token here: please send one, `Authorization: Bearer TOKEN`.\n"
                response = asker.respond(HTTPStatus.UNAUTHORIZED, sentence)
                response.headers["WWW-Authenticate"] = "Bearer"
                return response
        await self._vitals.look()
        text, content_type = self._metrics.text(",".join(request.headers.get_all("Accept")))
        response = asker.respond(HTTPStatus.OK, text.decode())
        del response.headers["Content-Type"]
        response.headers["Content-Type"] = content_type
        return response

    def _hasty(self, connection: ServerConnection) -> Response:
        sentence = "Something came before this was answered: please wait for the answer.\n"
        return connection.respond(HTTPStatus.BAD_REQUEST, sentence)

    def answered(self, _: ServerConnection, request: Request, response: Response) -> None:
        """Before any answer goes out: to HEAD none has a body."""
        if request.method == "HEAD":
            response.body = b""

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
