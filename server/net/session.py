"""The life of one connection: the handshake, the welcome, listening within the rate limit, the end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Final, Literal

from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode

from gymtui import clock, codec
from gymtui.codec import Asked, Unreadable
from gymtui.faults import fault
from gymtui.protocol import (
    MAX_MESSAGE,
    STAFF,
    VERSION,
    AuthResponse,
    Batch,
    Close,
    ConnectionStatus,
    ErrorBody,
    ErrorCode,
    Role,
)
from server.auth.auth import expiry
from server.net.connection import Connection
from server.net.context import ServerContext
from server.net.handshake import Identity, enter
from server.net.hearing import NO_TEXT
from server.net.last_minute import LastMinute
from server.net.metrics import Metrics, reason
from server.net.rate_limit import RateLimit
from server.net.request_handler import RequestHandler
from server.net.roster import Presence
from server.net.sender import Sender

log = logging.getLogger(__name__)

OF_OURS: Final = (Close.SILENT, Close.STALLED, Close.ABUSED, Close.TOO_MANY)
FAULTS: Final = (*OF_OURS, CloseCode.MESSAGE_TOO_BIG, CloseCode.INTERNAL_ERROR)  # to look at
RETRY_MS: Final = 5000  # milliseconds after which one who was turned away may come back


class ServerSession:
    """Reads one client's messages in order, one after the other; what each asks for is the `RequestHandler`'s."""

    __slots__ = (
        "_context",
        "_deaf",
        "_ending",
        "_presence",
        "_rate_limit",
        "connection",
        "handler",
        "messages",
        "sender",
        "since",
    )

    def __init__(self, connection: Connection, context: ServerContext) -> None:
        self.connection = connection
        self.sender = Sender(connection, context.metrics)
        self._context = context
        self._rate_limit = RateLimit(context.max_rate, connection.loop.time)
        self.messages = LastMinute(connection.loop.time)
        self.handler: RequestHandler | None = None  # there is none until it is known who has come
        self._ending: asyncio.Task[None] | None = None
        self._deaf = False
        self._presence: Presence | None = None
        self.since = context.now()

    async def run(self, over: Callable[[ServerSession], None]) -> None:
        """From the upgrade to the close, and tells `over`."""
        metrics, began = self._context.metrics, self.connection.loop.time()
        try:
            identity = await enter(self.connection, self._context)
            if identity is not None and len(self._context.hub.connections) >= self._context.max_connections:
                await self._turn_away()
            elif identity is not None:
                await self._listen(self._welcome(identity))
        except ConnectionClosed:
            pass  # however it ended, `_log_end` says it
        except Exception:  # a fault in one session is logged, and ends no other
            log.exception("session %s failed", self.id)
            await self.connection.close(CloseCode.INTERNAL_ERROR, "Something failed in the server.")
        finally:
            over(self)
            self._context.hub.leave(self.connection)
            metrics.closed(self.connection.close_code, self.connection.ended_by_us)
            self._log_end(self.connection.loop.time() - began)
            if self.handler is not None and (role := self.handler.role_at_entry) is not None:
                metrics.connections.labels(role).dec()
                metrics.lives.labels(role).observe(self.connection.loop.time() - began)
            if self._presence is not None:
                self._context.roster.go(self._presence, said_goodbye=self.connection.has_left)
            if self.handler is not None:
                if not self.connection.has_left:
                    self._context.lookout.cut(self)
                await self.handler.importing.over()

    def _log_end(self, seconds: float) -> None:
        """Why it is over, whose it was, at which desk, and where it came from."""
        by_us, code = self.connection.ended_by_us, self.connection.close_code or CloseCode.ABNORMAL_CLOSURE
        why = f"{code} by the client or the network" if by_us is None else f"{reason(by_us)} ({by_us}) by the server"
        self._context.logbook.write(
            self.user,
            logging.WARNING if by_us in FAULTS else logging.INFO,
            "session %s of %s at %s from %s ended after %.0f s: %s",
            *(self.id, self.user or "nobody", self.desk or "no desk", self.connection.address, seconds, why),
        )

    # --- for whoever looks after sessions -------------------------------------------------------------------------

    @property
    def id(self) -> str:
        return str(self.connection.id)

    @property
    def user(self) -> str | None:
        """Who has come in; None before."""
        return None if self.handler is None else self.handler.who.claims.user

    @property
    def desk(self) -> str | None:
        return None if self.handler is None else self.handler.who.identity.desk

    @property
    def device(self) -> bytes | None:
        """What it has proven to be; None where that is nothing."""
        return None if self.handler is None else self.handler.who.claims.device

    @property
    def role(self) -> Role | None:
        return None if self.handler is None else self.handler.who.role

    @property
    def commands(self) -> int:
        """Of the last minute."""
        return 0 if self.handler is None else self.handler.in_flight.lately

    @property
    def expires_at(self) -> float | None:
        return None if self.handler is None else self.handler.who.claims.expires_at

    @property
    def is_welcome(self) -> bool:
        return self.handler is None or self.handler.who.role == self.handler.role_at_entry

    def end(self, code: Close, reason: str) -> None:
        if self._ending is None:
            self._ending = asyncio.create_task(self.connection.close(code, reason))

    def turn_out(self, message: str) -> None:
        """Says why somebody has closed it, and ends it without waiting."""
        self.sender.refuse(None, ErrorBody(code="closed", message=message, retryable=True))
        self.end(Close.CLOSED, "A manager has closed this connection.")

    def announce(self, status: Literal["connected", "draining"], *, retry_after_ms: int | None = None) -> None:
        """Says how it is with the server, and where its journal stands."""
        now, hub = self._context.now(), self._context.hub
        self.sender.send(
            ConnectionStatus(
                status=status,
                session_id=self.id,
                protocol=VERSION,
                server_time=clock.to_text(now),
                epoch=hub.epoch,
                seq=hub.head,
                batch_ms=round(hub.window * 1000),
                retry_after_ms=retry_after_ms,
                gym_id=hub.gym_id,
            )
        )

    async def settled(self) -> None:
        """Takes no more commands, and waits until every one that came has its answer."""
        self._deaf = True
        if self.handler is not None:
            await self.handler.in_flight.settled()
            await self.handler.importing.over()

    # --- coming in, and listening ---------------------------------------------------------------------------------

    async def _turn_away(self) -> None:
        """The server is full: says so, and when to come back."""
        message = "Too many are connected: please try again in a while."
        body = ErrorBody(code="rate_limited", message=message, retryable=True, retry_after_ms=RETRY_MS)
        self._context.metrics.attempts.labels("nobody", Close.OVERLOADED.name.lower()).inc()
        self.sender.refuse(None, body)
        await self.connection.close(Close.OVERLOADED, message)

    def _welcome(self, identity: Identity) -> RequestHandler:
        context, claims = self._context, identity.claims
        self.handler = RequestHandler(self.connection, context, self.sender, identity)
        role = self.handler.role_at_entry
        self.connection.welcome(claims.user, role)
        who = claims.user, identity.desk or "no desk", self.connection.address
        context.logbook.write(claims.user, logging.INFO, "session %s: %s at %s from %s", self.id, *who)
        if role is not None:
            context.metrics.attempts.labels(role, "accepted").inc()
            context.metrics.connections.labels(role).inc()
        self.sender.send(AuthResponse(success=True, user=claims.user, role=role, expires_at=expiry(claims)))
        self.announce("connected")
        if identity.desk and role in STAFF:
            self._presence = context.roster.come(identity.desk, claims.device, claims.user, lambda: self.heard)
        context.hub.join(self.connection)
        return self.handler

    @property
    def heard(self) -> int:
        """When something came from it last (ms)."""
        return self._context.now() - round((self.connection.loop.time() - self.connection.heard_at) * 1000)

    async def _listen(self, handler: RequestHandler) -> None:
        while True:
            data = await self.connection.recv(decode=False)
            fault("after_request")
            if self._deaf:
                continue
            found = _read(data, self._context.metrics)
            self.messages.add(len(found))
            if self._rate_limit.is_flood(len(found)):
                await self._stop(Close.TOO_MANY, "rate_limited", "That is too much at once: please send less.")
                return
            for asked in found:
                if isinstance(asked, Asked):
                    await handler.handle(asked.request, asked.id)
                    continue
                self._refuse(asked.id, asked.code, str(asked))
                if self._rate_limit.is_abuse():
                    await self._stop(Close.ABUSED, "invalid", "Too many messages could not be read.")
                    return
            if self.connection.is_full:  # whoever does not read what it is told is not listened to either
                await self.connection.drained()
            await handler.in_flight.room()

    async def _stop(self, code: Close, error: ErrorCode, message: str) -> None:
        """Says what was wrong, and ends the connection."""
        self._refuse(None, error, message)
        await self.connection.close(code, message)

    def _refuse(self, id: str | None, code: ErrorCode, message: str) -> None:
        self.sender.refuse(id, ErrorBody(code=code, message=message, retryable=False))


def _read(data: bytes, metrics: Metrics) -> Sequence[Asked | Unreadable]:
    """What one frame asks, counted."""
    found = _requests(data)
    kind = Batch.type
    if len(found) == 1:
        kind = found[0].request.type if isinstance(found[0], Asked) else "unreadable"
    metrics.count(kind, "in", len(data))
    for asked in found:
        for way in asked.ways if isinstance(asked, Asked) else ():
            metrics.lenient.labels(way).inc()
    return found


def _requests(data: bytes) -> Sequence[Asked | Unreadable]:
    if len(data) > MAX_MESSAGE:
        return [Unreadable("too_large", f"A message has at most {MAX_MESSAGE // 1024} KiB.", codec.id_of(data))]
    if data.startswith(NO_TEXT):
        return [Unreadable("invalid", "A message is a text frame, and that was a binary one.")]
    try:
        return codec.read_requests(data)
    except Unreadable as unreadable:
        return [unreadable]
