"""The other servers of the gym, where its database lets several serve it: who is connected there, and what each asks of
the others."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from itertools import count
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from gymtui import clock
from gymtui.codec import encode
from gymtui.protocol import ConnectedClient, Connections
from server.store import StoreUnavailable
from server.store.group_commit import GroupCommit
from server.store.peers import Peer, Peers

log = logging.getLogger(__name__)

EVERY: Final = 1.0  # seconds between two looks at which connections others want ended
TELLS: Final = 3  # of these from one time to the next that this server says who is here

_told = msgspec.json.Decoder(Connections)


class PeerServer(Struct, frozen=True):
    """One of them: when it began (ms), and who is connected to it."""

    served: int
    connections: Sequence[ConnectedClient]


class PeerServers:
    """What is asked of them; StoreUnavailable. Where the engine knows of no other servers there are none."""

    def __init__(self, database: GroupCommit, *, now: clock.Clock) -> None:
        self._peers = database.store.peers
        self._query = database.query
        self._now = now

    async def all(self) -> list[PeerServer]:
        """Those that are there."""
        found = [] if self._peers is None else await self._query(self._peers.others)
        return [PeerServer(peer.served, self._as_of_now(peer)) for peer in found]

    def _as_of_now(self, peer: Peer) -> list[ConnectedClient]:
        """By the clock here: how long each has been silent, and there, when that was told."""
        told = _told.decode(peer.connections)
        behind = self._now() - clock.to_ms(told.as_of)

        def here(text: str) -> str:
            return clock.to_text(clock.to_ms(text) + behind)

        clients = at(peer.name, told.connections)
        return [replace(client, since=here(client.since), heard=here(client.heard)) for client in clients]

    async def turn_out(self, session_id: str, message: str) -> None:
        """Whichever has that session ends it, within a second or two."""
        if self._peers is not None:
            await self._query(self._peers.turn_out, session_id, message)


def at(server: str, connections: Iterable[ConnectedClient]) -> list[ConnectedClient]:
    """They are connected to that one."""
    return [replace(client, server=server) for client in connections]


class Telling:
    """Says to the others who is `here`, and has ended what they want to be (`end`). `name` is what this server is
    called, `served` says when it began (ms)."""

    def __init__(
        self,
        peers: Peers,
        database: GroupCommit,
        name: str,
        *,
        served: Callable[[], int],
        here: Callable[[], Awaitable[Sequence[ConnectedClient]]],
        end: Callable[[str, str], object],
        now: clock.Clock,
    ) -> None:
        self._peers = peers
        self._query = database.query
        self._name = name
        self._served = served
        self._here = here
        self._end = end
        self._now = now

    async def run(self) -> None:
        """For ever."""
        logged = ""
        for number in count():
            try:
                if number % TELLS == 0:
                    await self.tell()
                await self.look()
                logged = ""
            except StoreUnavailable as unavailable:
                if logged != (logged := str(unavailable)):
                    log.warning("The other servers of the gym are not told who is connected here: %s", logged)
            await asyncio.sleep(EVERY)

    async def tell(self) -> None:
        """Once."""
        clients, now = tuple(await self._here()), clock.to_text(self._now())
        told = encode(Connections(connections=clients, absent=(), as_of=now))
        await self._query(self._peers.tell, self._name, self._served(), told)

    async def look(self) -> None:
        """Once."""
        for session_id, message in await self._query(self._peers.turned_out):
            self._end(session_id, message)
