"""What each request of a client who has come in leads to: a command, a query, or something about the connection.

A new command or query needs nothing here: which is which follows from the unions of `gymtui.protocol`, what it means is
in `server.gym`.
"""

from __future__ import annotations

from msgspec.structs import replace

from gymtui import clock, codec
from gymtui.protocol import (
    Authenticate,
    AuthResponse,
    CloseConnection,
    Command,
    ErrorBody,
    ErrorCode,
    Heartbeat,
    HeartbeatAck,
    ImportRequest,
    ListConnections,
    Ping,
    Pong,
    Query,
    Request,
    Resume,
    ServerStats,
)
from server.auth.auth import BadToken, expiry
from server.gym.queries import Unanswerable, look_up
from server.net.admitted import Admitted
from server.net.connection import Connection
from server.net.context import ServerContext
from server.net.entitled import not_allowed
from server.net.handshake import Identity
from server.net.importing import Importing
from server.net.in_flight import InFlight
from server.net.sender import Sender
from server.store import StoreUnavailable


class RequestHandler:
    """Answers one client's requests; each that has an `id` exactly once."""

    __slots__ = ("_connection", "_context", "_sender", "importing", "in_flight", "role_at_entry", "who")

    def __init__(self, connection: Connection, context: ServerContext, sender: Sender, identity: Identity) -> None:
        self.who = Admitted(identity, context.auth, context.hub)
        self.in_flight = InFlight(context, sender, self.who)
        self.importing = Importing(context.database, sender, context.now, self.who)
        self._connection = connection
        self._context = context
        self._sender = sender
        self.role_at_entry = self.who.role

    async def handle(self, request: Request, id: str | None) -> None:
        """Returns once the next request may be read; a command's answer comes later, when it is on disk."""
        role = self.who.role  # asked anew each time: it may have been taken away since the last request
        if role is None or role not in request.roles:
            self._deny(request, id, not_allowed(request, role))
        elif isinstance(request, Command):
            await self.in_flight.submit(request, id)
        elif isinstance(request, Query):
            await self._query(request, id)
        elif isinstance(request, CloseConnection):
            await self._close(request, id)
        elif isinstance(request, ListConnections | ServerStats):
            await self._look_out(request, id)
        elif isinstance(request, ImportRequest):
            self.importing.ask(request, id)
        else:
            await self._handle_own(request, id)

    async def _handle_own(self, request: Authenticate | Resume | Ping | Heartbeat, id: str | None) -> None:
        """What is about the connection itself, and not about the gym."""
        match request:
            case Ping():
                self._sender.send(Pong(server_time=clock.to_text(self._context.now()), sent_at=request.sent_at), id)
            case Heartbeat():
                self._sender.send(HeartbeatAck(server_time=clock.to_text(self._context.now())), id)
            case Resume():
                await self._resume(request, id)
            case Authenticate():
                await self._renew(request, id)

    def _deny(self, request: Request, id: str | None, error: ErrorBody) -> None:
        if isinstance(request, Command):  # it is counted among the commands, as refused
            self.in_flight.refuse(request, id, error)
        else:
            self._sender.refuse(id, error)

    async def _query(self, request: Query, id: str | None) -> None:
        try:
            context, user = self._context, self._connection.user
            result = await look_up(context.database, user, request, context.now(), self.who.sight)
        except StoreUnavailable as unavailable:
            self._refuse(id, "storage_unavailable", str(unavailable), retryable=True)
        except Unanswerable as unanswerable:
            self._refuse(id, "invalid", str(unanswerable))
        else:
            if result is None:
                self._refuse(id, "unknown_member", "There is no such member: please search by name.")
            else:
                self._sender.reply(id, result)

    async def _look_out(self, request: ListConnections | ServerStats, id: str | None) -> None:
        try:
            self._sender.reply(id, await self._context.lookout.answer(request))
        except StoreUnavailable as unavailable:
            self._refuse(id, "storage_unavailable", str(unavailable), retryable=True)

    async def _close(self, request: CloseConnection, id: str | None) -> None:
        try:
            closed = await self._context.lookout.closer.close(request, self.who.claims, self._connection.address)
        except StoreUnavailable as unavailable:
            self._refuse(id, "storage_unavailable", str(unavailable), retryable=True)
            return
        if closed.error is not None:
            self._sender.refuse(id, closed.error)
        elif closed.result is not None:
            self._sender.reply(id, closed.result)

    async def _resume(self, request: Resume, id: str | None) -> None:
        try:
            resumed = await self._context.hub.resume(self._connection, request)
        except StoreUnavailable as unavailable:
            self._refuse(id, "storage_unavailable", str(unavailable), retryable=True)
            return
        self._context.metrics.reconnects.labels(self.role_at_entry or "nobody", resumed.resumed).inc()
        self._sender.reply(id, codec.encode(resumed))

    async def _renew(self, request: Authenticate, id: str | None) -> None:
        """A later `authenticate`: the same person with a newer token. A login that was opened somewhere else does not
        make this connection another desk's: then it is none's that is known."""
        user = self.who.claims.user
        try:
            claims = await self._context.auth.admitted(request.token)
        except BadToken as bad:
            self._sender.send(AuthResponse(success=False, message=str(bad)), id)
            return
        if claims.user != user:
            message = f"This connection belongs to {user}: please open another."
            self._sender.send(AuthResponse(success=False, message=message), id)
            return
        if claims.device != self.who.claims.device:
            claims = replace(claims, device=None)
        self.who.identity = replace(self.who.identity, claims=claims)
        self._sender.send(AuthResponse(success=True, user=user, role=self.who.role, expires_at=expiry(claims)), id)

    def _refuse(self, id: str | None, code: ErrorCode, message: str, *, retryable: bool = False) -> None:
        self._sender.refuse(id, ErrorBody(code=code, message=message, retryable=retryable))
