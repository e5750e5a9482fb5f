"""One desk of the gym that is broken at will."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from gymtui.client.connection.service import WebSocketService
from gymtui.client.desk.desk import Desk
from gymtui.client.desk.desk_clock import DeskClock
from gymtui.client.login.login import Login
from gymtui.client.replica.replica import Replica
from gymtui.client.state import Verdict
from tests.faults.deaths import Killed, acting
from tests.faults.proxy import Proxy

if TYPE_CHECKING:
    from tests.faults.world import World

GREEN: Final = frozenset({"checked_in", "checked_out", "undone", "warned"})
NAP: Final = 0.02  # seconds: the longest that anybody here waits for time to pass


async def nap(seconds: float) -> None:
    """A pause of the client, cut short: the schedules have no time to wait in."""
    await asyncio.sleep(min(seconds, NAP))


class Seat:
    """One desk at the gym: its program may come and go, its files and its line stay."""

    def __init__(self, world: World, name: str, ticket: str) -> None:
        self.name = name
        self.line: Proxy
        self.shift = 0  # milliseconds that its clock is wrong
        self.queued: list[str] = []  # the commands that it has said are queued
        self.desk: Desk | None = None
        self._world = world
        self._ticket = ticket
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Opens the replica and connects, unless the desk is there already."""
        if self.desk is not None:
            return
        self._world.deaths.revive(self.name)
        with acting(self.name):
            self._replica = Replica(self._world.folder / f"{self.name}.db")
            service = WebSocketService(
                f"ws://127.0.0.1:{self.line.port}/ws/checkins/",
                Login("ws://127.0.0.1/", token=self._ticket),
                self._replica,
                desk=self.name,
                clock=self._now,
                sleep=nap,
                random=lambda: 0.5,
                new_id=self._world.new_id,
            )
            desk_clock = DeskClock(self._replica, self._now)
            self.desk = Desk(
                service, self._replica, name=self.name, clock=desk_clock, new_id=self._world.new_id, sleep=nap
            )
            self.desk.subscribe("verdict", self._told)
            self._running = asyncio.get_running_loop().create_task(self.desk.run())

    async def do(self, command: Callable[[Desk], Verdict | None]) -> None:
        """What the person at the desk does; nobody is there while it is dead."""
        if self.desk is None:
            return
        with acting(self.name), suppress(Killed):
            verdict = command(self.desk)
            if verdict is not None and verdict.kind == "queued" and verdict.member is not None:
                self.queued.append(verdict.command_id)

    async def bury(self) -> None:
        """It is killed, if it is not yet; what it had on disk is what there is."""
        self._world.deaths.dead.add(self.name)
        self.line.cut(reset=True)
        if self._running is not None:
            self._running.cancel()
            await self._world.end_of(self._running)
        if self.desk is not None:
            self._replica.close()
        self._running = self.desk = None

    @property
    def is_even(self) -> bool:
        """Has it told everything, and heard everything?"""
        desk = self.desk
        return (
            desk is not None
            and not desk.queued
            and desk.service.in_step
            and desk.replica.directory[1]
            and desk.replica.position == self._world.position
        )

    def _now(self) -> int:
        return self._world.now + self.shift

    def _told(self, verdict: Verdict) -> None:
        """Nothing is green before it is on disk at the server: whoever reads the file finds it."""
        if verdict.kind in GREEN:
            self._world.look_up(verdict.command_id)
