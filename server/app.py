"""The server as a whole: builds the parts, listens, follows what other programs write, drains before it stops."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

from gymtui import cleartext, clock
from gymtui.errors import GymError
from gymtui.protocol import BATCH_MS, MAX_CONNECTIONS, MAX_RATE, Close
from server.auth.auth import Auth
from server.auth.logins import Logins
from server.auth.pins import Pins
from server.gym.auto_check_out import AutoCheckOut
from server.gym.house import HouseNotices, LastBackup
from server.gym.importing.indexing import index_members
from server.net.bind_errors import reason
from server.net.change_limit import ChangeLimit
from server.net.connection import Connection
from server.net.context import ServerContext
from server.net.door import Door
from server.net.entrance import Entrance
from server.net.following import Following
from server.net.http import HttpRoutes
from server.net.hub import Hub
from server.net.lobby import Lobby
from server.net.logbook import Logbook
from server.net.login_routes import LoginRoutes
from server.net.lookout import Lookout
from server.net.metrics import Metrics
from server.net.origins import Origins
from server.net.peers import Telling
from server.net.refusal_limit import RefusalLimit
from server.net.roster import Roster
from server.net.session import ServerSession
from server.net.supervisor import Supervisor
from server.net.vitals import Vitals
from server.net.watchdog import Watchdog
from server.store import Committed, Outcome, Work
from server.store.group_commit import GroupCommit
from server.store.opening import copies_itself, hints, last_backup, open_store
from server.store.peers import Peers

log = logging.getLogger(__name__)

DRAIN: Final = 8.0  # seconds that commands and connections have to end
RESTART: Final = 2000  # milliseconds after which the next server may be there


class ServerError(GymError):
    """The server cannot start, or cannot go on."""


class Server:
    """A gym's server on one port: `async with Server(...) as server` serves until the block ends, then drains.

    `port` 0 picks one; `url` says where it listens. `listen` is the database itself, where `database` is a pooler's.
    """

    def __init__(
        self,
        database: str | Path,
        *,
        listen: str | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        batch_ms: int = BATCH_MS,
        max_rate: int = MAX_RATE,
        max_connections: int = MAX_CONNECTIONS,
        entrance: Entrance | None = None,
        now: clock.Clock = clock.now,
    ) -> None:
        self._location = database
        self._listen = listen or database
        self._host = host
        self._port = port
        self._window = batch_ms / 1000
        self._max_rate = max_rate
        self._max_connections = max_connections
        self.entrance = entrance or Entrance(origins=Origins())
        self._now = now
        self._sessions: set[ServerSession] = set()
        self._ring: Callable[[], None] = lambda: None

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as started:
            await self._start(started)
            self._started = started.pop_all()
        return self

    async def _start(self, started: AsyncExitStack) -> None:
        """Builds the parts and listens; `started` has what must be closed, whether all of it comes about or not."""
        store = open_store(self._location, now=self._now)
        started.callback(store.close)
        store.write([lambda tx: tx.begin_epoch()])
        index_members(store)  # of an import that was killed
        self.metrics = Metrics()
        self._database = GroupCommit(store, self._committed, timed=self.metrics.committed)
        started.push_async_callback(self._database.close)
        self.hub = Hub(self._database, self.metrics, window=self._window)
        self.auth = Auth(self._database, now=self._now)
        self.logins = Logins(self.auth, self._database, now=self._now)
        self._login_routes = LoginRoutes(self.auth, self.logins, self._database, self.metrics, now=self._now)
        started.callback(self.auth.close)
        timer = asyncio.get_running_loop().time
        self._context = self._shared(timer)
        certificate, registry = self.entrance.certificate, self.metrics.registry
        try:
            routes = HttpRoutes(
                self._login_routes,
                self.auth,
                self._database,
                self.metrics,
                Vitals(self._database, self._context.roster, certificate, registry, now=self._now),
                origins=self.entrance.origins,
                proxies=self.entrance.proxies,
            )
            door = Door(Lobby(timer, proxies=self.entrance.proxies), certificate, self.entrance.listening)
            self._door = await door.open(self._serve, routes, self._host, self._port)
        except (OSError, UnicodeError) as error:
            raise ServerError(reason(self._host, self._port, error)) from error
        self._run(started, timer)

    def _run(self, started: AsyncExitStack, timer: Callable[[], float]) -> None:
        """The parts that never end by themselves."""
        self.parts = Supervisor()
        self.parts.start("what tells everyone", self.hub.run())
        following = Following(self._database, self.hub, self.auth, self._send_away)
        self._ring = started.enter_context(hints(self._listen, following.hint))
        self.parts.start("what follows other programs", following.run())
        watchdog = Watchdog(
            self._sessions.copy, self.metrics, timer=timer, now=self._now, rights=lambda: self.auth.known
        )
        self.parts.start("the watchdog", watchdog.run())
        self.parts.start("what hears of desks", self._context.roster.run())
        self.parts.start("what tells of refusals", self._context.refusals.run())
        self.parts.start("automatic check-out", AutoCheckOut(self._database, now=self._now).run())
        backup = None
        if copies_itself(self._location):
            backup = LastBackup(lambda: last_backup(self._location), self.metrics.backed_up)
        notices = HouseNotices(self._database, lambda: self._context.roster.desks, backup, now=self._now)
        self.parts.start("the house's notices", notices.run())
        self.parts.start("what is told of wrong passwords", self._login_routes.watch.run())
        self.parts.start("the database's threads", self._database.watch())
        if (peers := self._database.store.peers) is not None:
            self.parts.start("what other servers are told", self._telling(peers).run())

    def _telling(self, peers: Peers) -> Telling:
        lookout, roster = self._context.lookout, self._context.roster
        return Telling(
            peers,
            self._database,
            self.name,
            served=lambda: roster.served,
            here=lookout.here,
            end=lookout.closer.end,
            now=self._now,
        )

    def _shared(self, timer: Callable[[], float]) -> ServerContext:
        """What the sessions have in common."""
        return ServerContext(
            auth=self.auth,
            pins=Pins(self.auth, self._database),
            database=self._database,
            hub=self.hub,
            metrics=self.metrics,
            roster=Roster(self._database, now=self._now),
            refusals=RefusalLimit(self._database, timer=timer),
            changes=ChangeLimit(timer=timer),
            lookout=Lookout(
                self._sessions.copy, self._database, self.hub, self.metrics, name=lambda: self.name, now=self._now
            ),
            logbook=Logbook(timer),
            now=self._now,
            max_rate=self._max_rate,
            max_connections=self._max_connections,
        )

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._drain()
        await self.parts.stop()
        await self._started.aclose()

    @property
    def url(self) -> str:
        return self._door.url

    @property
    def name(self) -> str:
        """What it is called among the servers of the gym: its machine, and the port there."""
        return f"{socket.gethostname()}:{urlsplit(self.url).port}"

    @property
    def is_loopback(self) -> bool:
        """Does it listen to this machine alone?"""
        return cleartext.is_here(self.url)

    async def change(self, work: Work) -> Outcome:
        """Does this to the gym, as any command: on disk, and told to everyone."""
        return await self._database.write(work)

    def _serve(self, connection: Connection) -> Awaitable[None]:
        session = ServerSession(connection, self._context)
        self._sessions.add(session)
        return session.run(self._sessions.discard)

    def _committed(self, committed: Committed) -> None:
        if committed.rows:  # where they follow another program's, the next look at the journal reads all of them
            self.hub.feed(committed)
            self._ring()

    def _send_away(self) -> None:
        """Everybody comes back, to the gym as it is now."""
        for session in list(self._sessions):
            session.end(Close.DRAINING, "The gym is to be taken up anew.")

    # --- the end --------------------------------------------------------------------------------------------------

    async def _drain(self) -> None:
        """Graceful shutdown: no new connections or commands; what has come in is committed, answered and fanned out."""
        log.info("draining, sessions: %d", len(self._sessions))
        self._door.close()
        sessions = list(self._sessions)
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN):
                await asyncio.gather(*(session.settled() for session in sessions))
                await self._flush()
                for session in sessions:
                    session.announce("draining", retry_after_ms=RESTART)
                await asyncio.gather(
                    *(session.connection.close(Close.DRAINING, "The server stops.") for session in sessions)
                )
        self._door.hang_up()
        await self._door.closed()

    async def _flush(self) -> None:
        """The last window; where this is the part that has died, the next server tells it."""
        try:
            await self.hub.flush()
        except Exception:  # whatever it is: the rest of the shutdown must come about, and the trace is in the log
            log.exception("what was committed last could not be told to everyone")
