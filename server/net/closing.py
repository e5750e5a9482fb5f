"""A manager closes a connection: it is noted on disk, then whoever is there is told why, and it is ended."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import Protocol

from gymtui.codec import encode
from gymtui.protocol import CloseConnection, ClosedConnection, ConnectedClient, Role
from server.auth.auth import Claims
from server.net.entitled import by_right
from server.net.peers import PeerServers
from server.store import Access, Outcome, Transaction
from server.store.group_commit import GroupCommit


class Closable(Protocol):
    """What is known of a session; `user` is None before somebody has logged in."""

    @property
    def id(self) -> str: ...
    @property
    def user(self) -> str | None: ...
    @property
    def desk(self) -> str | None: ...
    def turn_out(self, message: str) -> None: ...


class Whose(Protocol):
    """Who is at a connection, wherever it is."""

    @property
    def user(self) -> str | None: ...
    @property
    def desk(self) -> str | None: ...


class Closer:
    """Closes one of the `sessions`, or one of another server's."""

    def __init__(self, sessions: Callable[[], Collection[Closable]], peers: PeerServers, database: GroupCommit) -> None:
        self._sessions = sessions
        self._peers = peers
        self._database = database

    async def close(self, request: CloseConnection, by: Claims, address: str) -> Outcome:
        """For whoever asks, from where; that it had ended already is no error. StoreUnavailable."""
        session = self._here(request.session_id)
        whose: Whose | None = session or await self._elsewhere(request.session_id)
        if whose is None:
            return Outcome(result=encode(ClosedConnection(closed=False)))
        about = f"{whose.user} at {whose.desk or 'no desk'}"
        access = Access(what="close_connection", who=by.user, origin=address, about=about, outcome=request.reason)
        noted = await self._database.write(by_right(by, request, partial(_note, access)))
        message = f"{by.user} has closed this connection: {request.reason}"
        if noted.error is None and session is not None:
            session.turn_out(message)
        elif noted.error is None:
            await self._peers.turn_out(request.session_id, message)
        return noted

    def end(self, session_id: str, message: str) -> None:
        """Another server has been told to close it, and it may be one of these."""
        if (session := self._here(session_id)) is not None:
            session.turn_out(message)

    def _here(self, session_id: str) -> Closable | None:
        return next((one for one in self._sessions() if one.id == session_id and one.user), None)

    async def _elsewhere(self, session_id: str) -> ConnectedClient | None:
        clients = (client for peer in await self._peers.all() for client in peer.connections)
        return next((client for client in clients if client.session_id == session_id), None)


def _note(access: Access, tx: Transaction, _: Role) -> Outcome:
    tx.note_access(access)
    return Outcome(result=encode(ClosedConnection(closed=True)))
