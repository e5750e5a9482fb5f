"""One connection: who it is, what it asks, what it is told."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import Final
from urllib.parse import parse_qs

from websockets.exceptions import ConnectionClosed

from gymtui import clock, codec
from gymtui.codec import Unreadable
from gymtui.protocol import (
    AUTHENTICATE_WITHIN,
    MAX_IN_FLIGHT,
    MAX_MESSAGE,
    VERSION,
    Authenticate,
    AuthResponse,
    CheckIn,
    CheckOut,
    Close,
    Command,
    ConnectionStatus,
    ErrorBody,
    ErrorCode,
    GetMember,
    ListPresent,
    Notify,
    Ping,
    Pong,
    Query,
    Request,
    Resume,
    Role,
    SearchMembers,
    SyncMembers,
    Undo,
)
from server.auth import Auth, BadToken, Claims, expiry
from server.commands import Order, perform
from server.connection import Connection, frame
from server.database import Database
from server.http import authorization
from server.hub import Hub
from server.store import Outcome, StoreUnavailable

log = logging.getLogger(__name__)

NAME: Final = 64  # characters of a desk's name


class Session:
    """Reads one client's messages in order, and answers each that has an `id` exactly once."""

    def __init__(self, connection: Connection, auth: Auth, database: Database, hub: Hub, *, now: clock.Clock) -> None:
        self.connection = connection
        self.id = str(connection.id)
        self.claims: Claims | None = None
        self.desk: str | None = None
        self._auth = auth
        self._database = database
        self._hub = hub
        self._now = now
        self._in_flight = 0
        self._ending = False
        self._room = asyncio.Event()

    async def run(self) -> None:
        """From the upgrade to the close."""
        try:
            if await self._enter():
                while True:
                    data = await self.connection.recv(decode=False)
                    if not self._ending:
                        await self._receive(data)
        except ConnectionClosed as closed:
            log.info("session %s of %s ended: %s", self.id, self.claims.user if self.claims else "nobody", closed)
        finally:
            self._hub.leave(self.connection)

    @property
    def role(self) -> Role | None:
        """What this one may do at this moment; None: nothing any more."""
        return None if self.claims is None else self._auth.role(self.claims.user, self.claims.sid)

    async def settled(self) -> None:
        """Takes no more commands, and waits until every one that came has its answer."""
        self._ending = True
        while self._in_flight:
            self._room.clear()
            await self._room.wait()

    # --- coming in ------------------------------------------------------------------------------------------------

    async def _enter(self) -> bool:
        request = self.connection.request
        assert request is not None
        query = parse_qs(request.path.partition("?")[2])
        scheme, bearer = authorization(request)
        token = query["token"][0] if "token" in query else bearer if scheme == "bearer" else None
        self.desk = _name(query.get("desk", [""])[0])
        if token is None and (token := await self._first_message()) is None:
            return False
        try:
            self.claims = self._auth.admit(token)
        except BadToken as bad:
            code = Close.TOKEN_EXPIRED if bad.expired else Close.BAD_TOKEN
            self._send(codec.message(AuthResponse(success=False, message=str(bad))))
            await self.connection.close(code, str(bad))
            return False
        self._welcome(self.claims)
        return True

    async def _first_message(self) -> str | None:
        """The token of the `authenticate` that has to come first where the URL had none."""
        try:
            async with asyncio.timeout(AUTHENTICATE_WITHIN):
                request, _ = codec.read_request(await self.connection.recv(decode=False))
        except (TimeoutError, Unreadable):
            request = None
        if not isinstance(request, Authenticate):
            message = f"The first message is `authenticate`, within {AUTHENTICATE_WITHIN:g} seconds."
            self._send(codec.message(AuthResponse(success=False, message=message)))
            await self.connection.close(Close.NOT_AUTHENTICATED, message)
            return None
        if request.client is not None:
            self.desk = _name(request.client.desk or "") or self.desk
        return request.token

    def _welcome(self, claims: Claims) -> None:
        log.info("session %s: %s at %s", self.id, claims.user, self.desk or "no desk")
        self._send(
            codec.message(AuthResponse(success=True, user=claims.user, role=self.role, expires_at=expiry(claims)))
        )
        status = ConnectionStatus(
            status="connected",
            session_id=self.id,
            protocol=VERSION,
            server_time=clock.to_text(self._now()),
            epoch=self._hub.epoch,
            seq=self._hub.head,
            batch_ms=round(self._hub.window * 1000),
        )
        self._send(codec.message(status))
        self._hub.join(self.connection)

    # --- what is asked --------------------------------------------------------------------------------------------

    async def _receive(self, data: bytes) -> None:
        try:
            request, id = codec.read_request(data)
        except Unreadable as unreadable:
            self._refuse(unreadable.id, unreadable.code, str(unreadable))
        else:
            if len(data) > MAX_MESSAGE:
                self._refuse(id, "too_large", f"A message has at most {MAX_MESSAGE // 1024} KiB.")
            elif self.role not in request.roles:
                self._refuse(id, "not_allowed", f"As {self.role or 'nobody'} you may not send `{request.type}`.")
            else:
                await self._do(request, id)
        if self.connection.is_full:
            await self.connection.drained()
        while self._in_flight >= MAX_IN_FLIGHT:
            self._room.clear()
            await self._room.wait()

    async def _do(self, request: Request, id: str | None) -> None:
        match request:
            case CheckIn() | CheckOut() | Undo() | Notify():
                self._command(request, id)
            case Ping():
                self._send(codec.message(Pong(server_time=clock.to_text(self._now()), sent_at=request.sent_at), id))
            case Resume():
                resumed = await self._hub.resume(self.connection, request)
                if id is not None:
                    self._send(codec.reply(id, codec.encode(resumed)))
            case Authenticate():
                self._renew(request, id)
            case SearchMembers() | GetMember() | ListPresent() | SyncMembers():
                await self._query(request, id)

    def _command(self, payload: Command, id: str | None) -> None:
        assert self.claims is not None
        role = self.role
        assert role is not None
        order = Order(
            id=id or clock.new_id(self._now()), payload=payload, user=self.claims.user, role=role, desk=self.desk
        )
        self._in_flight += 1
        self._database.submit(lambda tx: perform(tx, order), partial(self._answer, id))

    def _answer(self, id: str | None, outcome: Outcome) -> None:
        self._in_flight -= 1
        self._room.set()
        if outcome.error is not None:
            self._send(codec.refuse(id, outcome.error))
        elif id is not None and outcome.result is not None:
            self._send(codec.reply(id, outcome.result))

    async def _query(self, request: Query, id: str | None) -> None:
        try:
            result = await self._look(request)
        except StoreUnavailable as unavailable:
            self._refuse(id, "storage_unavailable", str(unavailable), retryable=True)
        else:
            if result is None:
                self._refuse(id, "unknown_member", "There is no such member: please search by name.")
            elif id is not None:
                self._send(codec.reply(id, result))

    async def _look(self, request: Query) -> bytes | None:
        store, query = self._database.store, self._database.query
        match request:
            case SearchMembers():
                members = await query(store.search_members, request.text, request.limit)
                return b'{"members":' + codec.as_list(members) + b"}"
            case GetMember():
                found = await query(store.get_member, request.member_id)
                return found and b'{"member":' + found[0] + b',"visits":' + codec.as_list(found[1]) + b"}"
            case ListPresent():
                visits, cursor, seq = await query(store.list_present, request.limit, request.cursor)
                rest = codec.encode({"cursor": cursor, "as_of_seq": seq})[1:]
                return b'{"present":' + codec.as_list(visits) + b"," + rest
            case SyncMembers():
                members, after, more, seq = await query(store.sync_members, request.after_seq, request.limit)
                rest = codec.encode({"next_after_seq": after, "more": more, "as_of_seq": seq})[1:]
                return b'{"members":' + codec.as_list(members) + b"," + rest

    def _renew(self, request: Authenticate, id: str | None) -> None:
        """A later `authenticate`: the same person with a newer token."""
        try:
            claims = self._auth.admit(request.token)
        except BadToken as bad:
            self._send(codec.message(AuthResponse(success=False, message=str(bad)), id))
            return
        assert self.claims is not None
        if claims.user != self.claims.user:
            message = f"This connection belongs to {self.claims.user}: please open another."
            self._send(codec.message(AuthResponse(success=False, message=message), id))
            return
        self.claims = claims
        self._send(
            codec.message(AuthResponse(success=True, user=claims.user, role=self.role, expires_at=expiry(claims)), id)
        )

    # --- what is said ---------------------------------------------------------------------------------------------

    def _refuse(self, id: str | None, code: ErrorCode, message: str, *, retryable: bool = False) -> None:
        self._send(codec.refuse(id, ErrorBody(code=code, message=message, retryable=retryable)))

    def _send(self, message: bytes) -> None:
        self.connection.write(frame(message))


def _name(text: str) -> str | None:
    """A desk's name as it may stand in an event: printable, at most 64 characters."""
    return "".join(c for c in text if c.isprintable())[:NAME] or None
