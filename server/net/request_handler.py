"""What each request of a client who has come in leads to: a command, a query, or something about the connection.

A new command or query needs nothing here: which is which follows from the unions of `gymtui.protocol`, what it means is
in `server.gym`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec.structs import replace

from gymtui import clock, codec
from gymtui.protocol import (
    Authenticate,
    AuthResponse,
    CheckIn,
    CheckOut,
    Command,
    Configure,
    Correct,
    ErrorBody,
    ErrorCode,
    HandOver,
    Heartbeat,
    HeartbeatAck,
    ImportCompare,
    ImportEnd,
    ImportRequest,
    ImportRows,
    ImportTake,
    ImportUndo,
    Notify,
    Ping,
    Pong,
    Query,
    Request,
    Resume,
    Role,
    RollCall,
    SaveCard,
    SaveMember,
    ShareReader,
    Undo,
)
from server.auth.auth import BadToken, expiry
from server.gym.queries import Unanswerable, look_up
from server.net.connection import Connection
from server.net.context import ServerContext
from server.net.handshake import Identity
from server.net.importing import Importing
from server.net.in_flight import InFlight
from server.net.sender import Sender
from server.store import StoreUnavailable

DEEDS: Final[Mapping[type[Request], str]] = {
    CheckIn: "check members in",
    CheckOut: "check members out",
    Undo: "take anything back",
    SaveMember: "change members",
    SaveCard: "give out cards",
    Correct: "correct a visit",
    Notify: "send notices to everyone",
    Configure: "change the gym's settings",
    ShareReader: "share a reader",
    ImportRows: "import members",
    ImportCompare: "import members",
    ImportTake: "import members",
    ImportUndo: "take an import back",
    ImportEnd: "import members",
    RollCall: "call the roll",
    HandOver: "hand over",
}


class RequestHandler:
    """Answers one client's requests; each that has an `id` exactly once."""

    def __init__(self, connection: Connection, context: ServerContext, sender: Sender, identity: Identity) -> None:
        self.identity = identity
        self.in_flight = InFlight(context, sender)
        self.importing = Importing(context.database, sender, context.now, identity.claims.user)
        self._connection = connection
        self._context = context
        self._sender = sender
        self.role_at_entry = self.role

    @property
    def role(self) -> Role | None:
        """What this one may do at this moment; None: nothing any more."""
        return self._context.auth.role(self.identity.claims.user, self.identity.claims.sid)

    async def handle(self, request: Request, id: str | None) -> None:
        """Returns once the next request may be read; a command's answer comes later, when it is on disk."""
        role = self.role  # asked anew each time: it may have been taken away since the last request
        if role is None or role not in request.roles:
            self._deny(request, id, _not_allowed(request, role))
        elif isinstance(request, Command):
            await self.in_flight.submit(request, id, self.identity, role)
        elif isinstance(request, Query):
            await self._query(request, id)
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
                self._renew(request, id)

    def _deny(self, request: Request, id: str | None, message: str) -> None:
        if isinstance(request, Command):  # it is counted among the commands, as refused
            error = ErrorBody(code="not_allowed", message=message, retryable=False)
            self.in_flight.refuse(request, id, error)
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
                self._sender.reply(id, result)

    async def _resume(self, request: Resume, id: str | None) -> None:
        try:
            resumed = await self._context.hub.resume(self._connection, request)
        except StoreUnavailable as unavailable:
            self._refuse(id, "storage_unavailable", str(unavailable), retryable=True)
            return
        self._context.metrics.reconnects.labels(self.role_at_entry or "nobody", resumed.resumed).inc()
        self._sender.reply(id, codec.encode(resumed))

    def _renew(self, request: Authenticate, id: str | None) -> None:
        """A later `authenticate`: the same person with a newer token."""
        user = self.identity.claims.user
        try:
            claims = self._context.auth.admit(request.token)
        except BadToken as bad:
            self._sender.send(AuthResponse(success=False, message=str(bad)), id)
            return
        if claims.user != user:
            message = f"This connection belongs to {user}: please open another."
            self._sender.send(AuthResponse(success=False, message=message), id)
            return
        self.identity = replace(self.identity, claims=claims)
        self._sender.send(AuthResponse(success=True, user=user, role=self.role, expires_at=expiry(claims)), id)

    def _refuse(self, id: str | None, code: ErrorCode, message: str, *, retryable: bool = False) -> None:
        self._sender.refuse(id, ErrorBody(code=code, message=message, retryable=retryable))


def _not_allowed(request: Request, role: Role | None) -> str:
    """What the person may not do, in words."""
    deed = DEEDS.get(type(request), "ask anything")
    match role:
        case None:
            return "Your login has ended: please log in again."
        case "operator":
            return f"Operators may look on, not {deed}."
        case "staff" | "manager":
            return f"Only a manager may {deed}: please ask one."
