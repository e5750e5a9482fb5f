"""What tests of networks share: a gym full of people, a desk behind a line, a server that is looked at from later."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from msgspec import Struct, json

from gymtui import clock
from gymtui.client import Login, Replica, WebSocketService
from gymtui.client.connection.heartbeat import BEAT
from gymtui.client.connection.silence import PATIENCE
from gymtui.protocol import PATH, CheckIn
from server.app import Server
from server.gym.commands import perform
from server.gym.orders import Order
from server.net.watchdog import Watchdog
from server.store import SnapshotData, Work
from server.store.opening import open_store, opened
from tests.client_kit import running
from tests.factories import member_row
from tests.faults.proxy import HOST, Proxy
from tests.gym_kit import make_gym, token


class _Id(Struct):
    id: str


def full_house(path: Path, people: int) -> Path:
    """A gym in which so many are in: members 0 and up."""
    make_gym(path, *(member_row(str(n), f"Name {n}") for n in range(people)))
    store = open_store(path)
    store.write([_check_in(n) for n in range(people)])
    store.close()
    return path


def _check_in(number: int) -> Work:
    order = Order(id=f"c{number}", payload=CheckIn(code=str(number)), user="ana", role="staff", desk="Front")
    return lambda tx: perform(tx, order)


def behind(proxy: Proxy) -> str:
    """The server's address, through the line."""
    return f"ws://{HOST}:{proxy.port}{PATH}"


async def in_a_hurry(seconds: float) -> None:
    """A pause of the service; between two tries there is none."""
    await asyncio.sleep(seconds if seconds in (BEAT, PATIENCE) else 0)


@asynccontextmanager
async def desk(path: Path, url: str, **options: Any) -> AsyncIterator[tuple[WebSocketService, Replica]]:
    """A desk of the gym at `path`, which runs."""
    replica = Replica(":memory:")
    login = Login(url, token=token(path, "ana"))
    service = WebSocketService(url, login, replica, desk="Front", sleep=in_a_hurry, **options)
    async with running(service.run, service.close):
        yield service, replica
    replica.close()


def ids(visits: list[bytes]) -> list[str]:
    """The ids of visits as the store gives them, in bytes."""
    return [json.decode(visit, type=_Id).id for visit in visits]


def equal(server: Server, replica: Replica) -> bool:
    """Does the desk stand where the server does, with the same people in?"""
    if replica.position != (server.hub.epoch, server.hub.head):
        return False
    there = snapshot_of(server)
    mine = [visit.id for visit in replica.visits.present()]
    return replica.position == (there.epoch, there.seq) and sorted(mine) == sorted(ids(list(there.present)))


def snapshot_of(server: Server) -> SnapshotData:
    """What is on disk now, read past the server's own reader: that belongs to its thread."""
    with opened(server._location, found=True) as store:
        return store.snapshot()


def figure(server: Server, name: str, **labels: str) -> float:
    """A counter of the server's `/metrics`; 0 where it has not counted yet."""
    return server.metrics.registry.get_sample_value(f"gymtui_{name}", labels) or 0.0


class Later:
    """A server's connections, as a watchdog sees them that comes so many seconds later."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._began = asyncio.get_running_loop().time()
        self._seconds = 0.0
        self._dog = Watchdog(lambda: server._sessions, server.metrics, timer=self._time, now=clock.now, rights=object)

    def look(self, seconds: float) -> None:
        """The watchdog comes by, so many seconds after the beginning."""
        self._seconds = seconds
        self._dog.look()

    def _time(self) -> float:
        return self._began + self._seconds
