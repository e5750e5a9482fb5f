"""An evening at a desk of the played gym, as a scene plays it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from textual.pilot import Pilot

from gymtui.client.connection.heartbeat import BEAT
from gymtui.client.mock import MockConnection
from gymtui.protocol import Role
from gymtui.ui import GymApp
from gymtui.ui.widgets.counters import Counters
from gymtui.ui.widgets.feed import Feed
from gymtui.ui.widgets.header import WallClock
from tests.pictures import Camera
from tests.played_gym import Clock, Server, console
from tests.played_people import LAST
from tests.readers import scan
from tests.waiting import until


class Evening(NamedTuple):
    """A desk that is live, and all that is around it."""

    server: Server
    clock: Clock
    line: MockConnection
    app: GymApp
    pilot: Pilot[None]
    camera: Camera

    async def scan(self, code: str, *words: str) -> None:
        """As a reader does, once nobody types."""
        scan(self.app, *code, "enter")
        await self.camera.until(*words)

    async def beat(self) -> None:
        """One more round trip is measured."""
        trips = len(self.app.history.latencies) + 1
        self.clock.sleep.end(BEAT)
        await self.measured(trips)

    async def measured(self, trips: int) -> None:
        """So many round trips have been measured."""
        await until(lambda: len(self.app.history.latencies) >= trips)

    async def draw(self, name: str, *sizes: tuple[int, int]) -> None:
        """Once all that has come is on the screen."""
        await self.camera.until_so(self._is_settled, "all that has come")
        await self.pilot.pause()
        await self.camera.draw(name, *sizes)

    def _is_settled(self) -> bool:
        paced = [*self.app.screen.query(Counters), *self.app.screen.query(Feed)]
        has_come = self.app.desk.replica.position[1] == self.server.wire.seq
        return has_come and not any(part._throttle._asked for part in paced)

    def lose_the_server(self) -> None:
        """The line is cut, and nobody answers when the desk calls again."""
        self.server.wire.refuse(*[ConnectionRefusedError()] * 50)
        self.line.cut()

    def pass_by(self, minutes: int) -> None:
        """So many minutes go by."""
        self.clock.now += minutes * 60_000
        self.app.screen.query_one(WallClock).refresh()


@asynccontextmanager
async def evening(
    pictures: dict[str, str], size: tuple[int, int], *, role: Role = "staff", **options: Any
) -> AsyncIterator[Evening]:
    """A desk that is live, has the counters and the directory, and shows the last that happened."""
    server, clock = Server(), Clock()
    server.wire.role = role
    async with console(server, clock, "a.b.c", size, **options) as (app, pilot):
        camera = Camera(app, pilot, pictures)
        line = await server.wire.accepted()
        await camera.until("live 12 ms", "148|67 % of", LAST)
        await camera.until_so(lambda: app.desk.replica.members.by_code("100042") is not None, "the directory")
        yield Evening(server, clock, line, app, pilot, camera)
