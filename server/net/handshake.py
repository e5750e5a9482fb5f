"""The handshake: authenticates by a token in the URL, in the header `Authorization`, or in the first message."""

from __future__ import annotations

import asyncio
import logging
from typing import Final
from urllib.parse import parse_qs

from msgspec import Struct

from gymtui import codec
from gymtui.codec import Asked, Unreadable
from gymtui.protocol import AUTHENTICATE_WITHIN, MAX_MESSAGE, Authenticate, AuthResponse, Close
from server.auth.auth import BadToken, Claims
from server.net.connection import Connection
from server.net.context import ServerContext
from server.net.login_routes import authorization
from server.net.metrics import Metrics
from server.net.sender import Sender

log = logging.getLogger(__name__)

NAME: Final = 64  # characters of a desk's name


class Identity(Struct, frozen=True):
    """Who has authenticated, and at which desk."""

    claims: Claims
    desk: str | None


async def enter(connection: Connection, context: ServerContext) -> Identity | None:
    """Lets in who has a good token; tells anybody else why not, and closes."""
    request = connection.request
    assert request is not None
    query = parse_qs(request.path.partition("?")[2])
    scheme, bearer = authorization(request)
    tokens = [*query.get("token", ()), *([bearer] if scheme == "bearer" else ())]
    desk = _name(query.get("desk", [""])[0])
    if len(tokens) > 1:
        await _turn_away(connection, context, Close.BAD_TOKEN, "More than one token came: please send one.")
        return None
    if not tokens:
        first = await _first_message(connection, context.metrics)
        if first is None:
            message = f"The first message is `authenticate`, within {AUTHENTICATE_WITHIN:g} seconds."
            await _turn_away(connection, context, Close.NOT_AUTHENTICATED, message)
            return None
        tokens = [first.token]
        desk = _name((first.client and first.client.desk) or "") or desk
    try:
        return Identity(await context.auth.admitted(tokens[0]), desk)
    except BadToken as bad:
        code = Close.TOKEN_EXPIRED if bad.expired else Close.BAD_TOKEN
        await _turn_away(connection, context, code, str(bad))
        return None


async def _first_message(connection: Connection, metrics: Metrics) -> Authenticate | None:
    """The `authenticate` that has to come first where there was no token."""
    try:
        async with asyncio.timeout(AUTHENTICATE_WITHIN):
            data = await connection.recv(decode=False)
            first = next(iter(codec.read_requests(data)), None)
    except (TimeoutError, Unreadable):
        return None
    if not isinstance(first, Asked) or not isinstance(first.request, Authenticate) or len(data) > MAX_MESSAGE:
        return None
    metrics.count(Authenticate.type, "in", len(data))
    for way in first.ways:
        metrics.lenient.labels(way).inc()
    return first.request


async def _turn_away(connection: Connection, context: ServerContext, code: Close, message: str) -> None:
    context.metrics.attempts.labels("nobody", code.name.lower()).inc()
    Sender(connection, context.metrics).send(AuthResponse(success=False, message=message))
    await connection.close(code, message)


def _name(text: str) -> str | None:
    """A desk's name as it may stand in an event: printable, at most 64 characters."""
    return "".join(c for c in text if c.isprintable())[:NAME] or None
