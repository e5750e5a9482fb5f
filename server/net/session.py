"""One connection: who it is, what it asks, what it is told."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Final, Literal

from msgspec.structs import replace
from websockets.exceptions import ConnectionClosed

from gymtui import clock, codec
from gymtui.codec import Asked, Unreadable
from gymtui.faults import fault
from gymtui.protocol import (
    MAX_MESSAGE,
    VERSION,
    Authenticate,
    AuthResponse,
    Batch,
    CheckIn,
    CheckOut,
    Close,
    Command,
    ConnectionStatus,
    ErrorBody,
    ErrorCode,
    GetMember,
    Heartbeat,
    HeartbeatAck,
    ListCheckIns,
    ListConflicts,
    ListPresent,
    Notify,
    Ping,
    Pong,
    Query,
    Request,
    Resume,
    Role,
    SaveMember,
    SearchMembers,
    SyncMembers,
    Undo,
)
from server.auth.auth import BadToken, expiry
from server.gym.queries import Unanswerable, look_up
from server.net.connection import Connection
from server.net.context import ServerContext
from server.net.handshake import Identity, enter
from server.net.in_flight import InFlight
from server.net.rate_limit import RateLimit
from server.net.sender import Sender
from server.store import StoreUnavailable

log = logging.getLogger(__name__)

RETRY_MS: Final = 5000  # milliseconds after which one who was turned away may come back


class Session:
    """Reads one client's messages in order, and answers each that has an `id` exactly once."""

    def __init__(self, connection: Connection, context: ServerContext) -> None:
        self.connection = connection
        self.id = str(connection.id)
        self.sender = Sender(connection, context.metrics)
        self._context = context
        self._rate_limit = RateLimit(context.max_rate, connection.loop.time)
        self._identity: Identity | None = None
        self._role: Role | None = None
        self._in_flight = InFlight(context, self.sender)
        self._ending: asyncio.Task[None] | None = None
        self._deaf = False

    async def run(self) -> None:
        """From the upgrade to the close."""
        metrics, began = self._context.metrics, self.connection.loop.time()
        try:
            self._identity = await enter(self.connection, self._context)
            if self._identity is not None:
                self._welcome(self._identity)
                await self._listen()
        except ConnectionClosed as closed:
            log.info(
                "session %s of %s ended: %s",
                self.id,
                self._identity.claims.user if self._identity else "nobody",
                closed,
            )
        finally:
            self._context.hub.leave(self.connection)
            metrics.closed(self.connection.close_code)
            if self._role is not None:
                metrics.connections.labels(self._role).dec()
                metrics.lives.labels(self._role).observe(self.connection.loop.time() - began)

    # --- for whoever looks after sessions -------------------------------------------------------------------------

    @property
    def role(self) -> Role | None:
        """What this one may do at this moment; None: nothing any more."""
        if self._identity is None:
            return None
        return self._context.auth.role(self._identity.claims.user, self._identity.claims.sid)

    @property
    def expires_at(self) -> float | None:
        return None if self._identity is None else self._identity.claims.expires_at

    @property
    def is_welcome(self) -> bool:
        return self._identity is None or self.role == self._role

    def end(self, code: Close, reason: str) -> None:
        if self._ending is None:
            self._ending = asyncio.create_task(self.connection.close(code, reason))

    async def turn_away(self) -> None:
        """The server is full: says so, and when to come back."""
        message = "Too many are connected: please try again in a while."
        body = ErrorBody(code="rate_limited", message=message, retryable=True, retry_after_ms=RETRY_MS)
        self._context.metrics.attempts.labels("nobody", Close.OVERLOADED.name.lower()).inc()
        self.sender.refuse(None, body)
        await self.connection.close(Close.OVERLOADED, message)

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
            )
        )

    async def settled(self) -> None:
        """Takes no more commands, and waits until every one that came has its answer."""
        self._deaf = True
        await self._in_flight.settled()

    # --- coming in ------------------------------------------------------------------------------------------------

    def _welcome(self, identity: Identity) -> None:
        context, claims = self._context, identity.claims
        self._role = self.role
        log.info("session %s: %s at %s", self.id, claims.user, identity.desk or "no desk")
        if self._role is not None:
            context.metrics.attempts.labels(self._role, "accepted").inc()
            context.metrics.connections.labels(self._role).inc()
        self.sender.send(AuthResponse(success=True, user=claims.user, role=self._role, expires_at=expiry(claims)))
        self.announce("connected")
        context.hub.join(self.connection)

    # --- what is asked --------------------------------------------------------------------------------------------

    async def _listen(self) -> None:
        while True:
            data = await self.connection.recv(decode=False)
            fault("after_request")
            if self._deaf:
                continue
            found = self._read(data)
            if self._rate_limit.is_flood(len(found)):
                await self._stop(Close.TOO_MANY, "rate_limited", "That is too much at once: please send less.")
                return
            for asked in found:
                if isinstance(asked, Asked):
                    await self._answer(asked.request, asked.id)
                    continue
                self._refuse(asked.id, asked.code, str(asked))
                if self._rate_limit.is_abuse():
                    await self._stop(Close.ABUSED, "invalid", "Too many messages could not be read.")
                    return
            if self.connection.is_full:  # whoever does not read what it is told is not listened to either
                await self.connection.drained()
            await self._in_flight.room()

    def _read(self, data: bytes) -> Sequence[Asked | Unreadable]:
        """What one frame asks, counted."""
        found = _requests(data)
        kind = Batch.type
        if len(found) == 1:
            kind = found[0].request.type if isinstance(found[0], Asked) else "unreadable"
        self._context.metrics.count(kind, "in", len(data))
        for asked in found:
            for way in asked.ways if isinstance(asked, Asked) else ():
                self._context.metrics.lenient.labels(way).inc()
        return found

    async def _answer(self, request: Request, id: str | None) -> None:
        role = self.role
        if role is None or role not in request.roles:
            self._deny(request, id, f"As {role or 'nobody'} you may not send `{request.type}`.")
            return
        match request:
            case CheckIn() | CheckOut() | Undo() | SaveMember() | Notify():
                assert self._identity is not None
                await self._in_flight.submit(request, id, self._identity, role)
            case Ping():
                self.sender.send(Pong(server_time=clock.to_text(self._context.now()), sent_at=request.sent_at), id)
            case Heartbeat():
                self.sender.send(HeartbeatAck(server_time=clock.to_text(self._context.now())), id)
            case Resume():
                await self._resume(request, id)
            case Authenticate():
                self._renew(request, id)
            case SearchMembers() | GetMember() | ListPresent() | ListCheckIns() | ListConflicts() | SyncMembers():
                await self._query(request, id)

    def _deny(self, request: Request, id: str | None, message: str) -> None:
        if isinstance(request, Command):
            error = ErrorBody(code="not_allowed", message=message, retryable=False)
            self._in_flight.refuse(request, id, error)
        else:
            self._refuse(id, "not_allowed", message)

    async def _query(self, request: Query, id: str | None) -> None:
        try:
            result = await look_up(self._context.database, request, self._context.now())
        except StoreUnavailable as unavailable:
            self._refuse(id, "storage_unavailable", str(unavailable), retryable=True)
        except Unanswerable as unanswerable:
            self._refuse(id, "invalid", str(unanswerable))
        else:
            if result is None:
                self._refuse(id, "unknown_member", "There is no such member: please search by name.")
            else:
                self.sender.reply(id, result)

    async def _resume(self, request: Resume, id: str | None) -> None:
        try:
            resumed = await self._context.hub.resume(self.connection, request)
        except StoreUnavailable as unavailable:
            self._refuse(id, "storage_unavailable", str(unavailable), retryable=True)
            return
        self._context.metrics.reconnects.labels(self._role or "nobody", resumed.resumed).inc()
        self.sender.reply(id, codec.encode(resumed))

    def _renew(self, request: Authenticate, id: str | None) -> None:
        """A later `authenticate`: the same person with a newer token."""
        identity = self._identity
        assert identity is not None
        try:
            claims = self._context.auth.admit(request.token)
        except BadToken as bad:
            self.sender.send(AuthResponse(success=False, message=str(bad)), id)
            return
        if claims.user != identity.claims.user:
            message = f"This connection belongs to {identity.claims.user}: please open another."
            self.sender.send(AuthResponse(success=False, message=message), id)
            return
        self._identity = replace(identity, claims=claims)
        self.sender.send(AuthResponse(success=True, user=claims.user, role=self.role, expires_at=expiry(claims)), id)

    async def _stop(self, code: Close, error: ErrorCode, message: str) -> None:
        """Says what was wrong, and ends the connection."""
        self._refuse(None, error, message)
        await self.connection.close(code, message)

    def _refuse(self, id: str | None, code: ErrorCode, message: str, *, retryable: bool = False) -> None:
        self.sender.refuse(id, ErrorBody(code=code, message=message, retryable=retryable))


def _requests(data: bytes) -> Sequence[Asked | Unreadable]:
    if len(data) > MAX_MESSAGE:
        return [Unreadable("too_large", f"A message has at most {MAX_MESSAGE // 1024} KiB.", codec.id_of(data))]
    try:
        return codec.read_requests(data)
    except Unreadable as unreadable:
        return [unreadable]
