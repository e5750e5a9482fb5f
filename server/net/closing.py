"""A manager closes a connection: it is noted on disk, then whoever is there is told why, and it is ended."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import Protocol

from gymtui.codec import encode
from gymtui.protocol import CloseConnection, ClosedConnection, Role
from server.auth.auth import Claims
from server.net.entitled import by_right
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


class Closer:
    """Closes one of the `sessions`."""

    def __init__(self, sessions: Callable[[], Collection[Closable]], database: GroupCommit) -> None:
        self._sessions = sessions
        self._database = database

    async def close(self, request: CloseConnection, by: Claims, address: str) -> Outcome:
        """For whoever asks, from where; that it had ended already is no error."""
        session = next((one for one in self._sessions() if one.id == request.session_id and one.user), None)
        if session is None:
            return Outcome(result=encode(ClosedConnection(closed=False)))
        about = f"{session.user} at {session.desk or 'no desk'}"
        access = Access(what="close_connection", who=by.user, origin=address, about=about, outcome=request.reason)
        noted = await self._database.write(by_right(by, request, partial(_note, access)))
        if noted.error is None:
            session.turn_out(f"{by.user} has closed this connection: {request.reason}")
        return noted


def _note(access: Access, tx: Transaction, _: Role) -> Outcome:
    tx.note_access(access)
    return Outcome(result=encode(ClosedConnection(closed=True)))
