"""The lookout: what an operator is told of the server itself, on the wire, whoever asks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from typing import Final, Protocol

from gymtui import __version__, clock
from gymtui.codec import encode
from gymtui.protocol import (
    AbsentDesk,
    CommandCount,
    ConnectedClient,
    Connections,
    ListConnections,
    Role,
    ServerFigures,
    ServerStats,
)
from server.net.breaks import Breaks, Client
from server.net.closing import Closable, Closer
from server.net.connection import Connection
from server.net.hub import Hub
from server.net.last_minute import LastMinute
from server.net.metrics import Metrics
from server.net.peers import PeerServers, at
from server.store.group_commit import GroupCommit

NAME: Final = 64  # characters of what a program calls itself
AT_ONCE: Final = 200  # connections, some two milliseconds of work
KNOWN: Final = 7 * clock.DAY  # milliseconds that a desk is missed


class Seen(Closable, Protocol):
    """What is told of a session."""

    @property
    def connection(self) -> Connection: ...
    @property
    def role(self) -> Role | None: ...
    @property
    def device(self) -> bytes | None: ...
    @property
    def since(self) -> int: ...
    @property
    def heard(self) -> int: ...
    @property
    def messages(self) -> LastMinute: ...
    @property
    def commands(self) -> int: ...


class Lookout:
    """Looks at the `sessions`, the hub, the database and the other servers; what is to be closed is its `closer`'s.
    `name` says what this server is called."""

    def __init__(
        self,
        sessions: Callable[[], Collection[Seen]],
        database: GroupCommit,
        hub: Hub,
        metrics: Metrics,
        *,
        name: Callable[[], str],
        now: clock.Clock,
    ) -> None:
        self._sessions = sessions
        self._peers = PeerServers(database, now=now)
        self.closer = Closer(sessions, self._peers, database)
        self._database = database
        self._hub = hub
        self._metrics = metrics
        self._name = name
        self._now = now
        self._started = now()
        self._breaks = Breaks(now=now)

    def cut(self, session: Seen) -> None:
        """It has ended without a goodbye."""
        self._breaks.add(_client(session))

    async def answer(self, request: ListConnections | ServerStats) -> bytes:
        """The result, encoded. StoreUnavailable."""
        if isinstance(request, ListConnections):
            return encode(await self._connections())
        return encode(await self._figures())

    async def _connections(self) -> Connections:
        now = self._now()
        known = await self._database.query(self._database.store.last_heard, now - KNOWN)
        others = await self._peers.all()
        clients = await self.here()
        if others:
            clients = [*at(self._name(), clients), *(client for other in others for client in other.connections)]
        there, served = {client.desk for client in clients}, {other.served for other in others}
        return Connections(
            connections=tuple(sorted(clients, key=lambda client: (client.desk or "", client.user, client.since))),
            absent=tuple(
                AbsentDesk(desk=last.desk, user=last.user, heard=clock.to_text(last.at), said_goodbye=last.said_goodbye)
                for last in known
                if last.desk not in there and last.served not in served
            ),
            as_of=clock.to_text(now),
        )

    async def here(self) -> list[ConnectedClient]:
        """Who is connected to this server. Between some of them others have their turn."""
        clients = []
        for number, session in enumerate(self._sessions(), 1):
            if session.user is not None:
                clients.append(self._told(session))
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)
        return clients

    def _told(self, session: Seen) -> ConnectedClient:
        connection = session.connection
        return ConnectedClient(
            session_id=session.id,
            user=session.user or "",
            role=session.role,
            desk=session.desk,
            address=connection.address,
            client=_program(connection),
            since=clock.to_text(session.since),
            heard=clock.to_text(max(session.heard, session.since)),
            round_trip_ms=None if connection.round_trip is None else round(connection.round_trip * 1000),
            behind=max(0, self._hub.head - connection.cursor),
            waiting=connection.transport.get_write_buffer_size(),
            reconnects=self._breaks.count(_client(session)),
            messages=session.messages.total,
            commands=session.commands,
        )

    async def _figures(self) -> ServerFigures:
        room, age = await self._database.query(self._database.store.room), self._metrics.backup_age_seconds
        return ServerFigures(
            version=__version__,
            started=clock.to_text(self._started),
            as_of=clock.to_text(self._now()),
            seq=self._hub.head,
            commands=tuple(
                CommandCount(command=type, outcome=outcome, code=code, count=count)
                for (type, outcome, code), count in self._metrics.outcomes()
            ),
            database_bytes=room.data,
            log_bytes=room.log,
            free_bytes=room.free,
            backup_age_seconds=None if age is None else round(age),
        )


def _client(session: Seen) -> Client:
    """By what it is known when it comes back."""
    return session.device or session.connection.address, session.desk or "", session.user or ""


def _program(connection: Connection) -> str | None:
    """What it calls itself: printable, and not long."""
    return "".join(c for c in connection.program if c.isprintable())[:NAME] or None
