"""`gymtui simulate`, a load generator: a gym's day against a server, through as many desks as wanted."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from itertools import cycle
from random import Random
from typing import Final, TypeVar

from gymtui.client.connection.follower import Bookmark
from gymtui.client.connection.service import WebSocketService
from gymtui.client.errors import ConnectionProblem, Disconnected, Problem, RequestRefused
from gymtui.client.login.login import Login
from gymtui.client.tasks import until_first
from gymtui.client.unattended import AGAIN, ask, needs_a_person, run_unattended, until_live
from gymtui.errors import GymError
from gymtui.output import complain
from gymtui.programs.login_prompt import sign_in
from gymtui.protocol import CheckIn, CheckOut, ListPresent, MembersPage, Present, SyncMembers
from gymtui.sample.day import Step, steps

DOORS: Final = ("Main door", "Pool gate", "Side door", "Garage")
IN_FLIGHT: Final = 256  # scans that wait for their answer
LONGEST: Final = 40  # characters of an outcome as the server names it,
KINDS: Final = 40  # and so many kinds of them: they are for one line

T = TypeVar("T")


class NothingToSimulate(GymError):
    """There are no members to be had."""


class Simulation:
    """Scans of a made-up day, sent in turn through `services`, `rate` of them a second on average."""

    def __init__(self, services: Sequence[WebSocketService], random: Random, *, rate: float) -> None:
        self._services = services
        self._random = random
        self._rate = rate
        self._room = asyncio.Semaphore(IN_FLIGHT)
        self.outcomes: Counter[str] = Counter()

    def report(self) -> str:
        """What became of the scans: `12 scans: 9 check in, 2 check out, 1 unknown member`."""
        total = self.outcomes.total()
        parts = ", ".join(f"{count:,} {what.replace('_', ' ')}" for what, count in self.outcomes.most_common())
        return f"{total:,} scan{'' if total == 1 else 's'}" + (f": {parts}" if parts else "")

    async def run(self) -> None:
        """Until cancelled."""
        await asyncio.gather(*(until_live(service) for service in self._services))
        codes = await self._codes()
        if not codes:
            raise NothingToSimulate("This gym has no members yet: import some with `gymtui admin members import`.")
        doors = cycle(zip(self._services, cycle(DOORS), strict=False))
        async with asyncio.TaskGroup() as scans:
            day = steps(codes, self._random, inside=await self._present())
            async for step in self._in_time(day):
                await self._room.acquire()
                scans.create_task(self._scan(step, *next(doors)))

    async def _codes(self) -> list[str]:
        """The membership numbers of everyone."""
        codes: list[str] = []
        after, more = 0, True
        while more:
            page = await self._ask(SyncMembers(after_seq=after), MembersPage)
            if page.more and page.next_after_seq <= after:
                raise NothingToSimulate("The server gives the same page of members again and again: please look there.")
            codes += [m.membership_number for m in page.members if m.membership_number and not m.deleted]
            after, more = page.next_after_seq, page.more
        return codes

    async def _present(self) -> list[str]:
        """The membership numbers of those who are in."""
        found: dict[str, str | None] = {}  # by their ids
        cursor: str | None = None
        while True:
            page, before = await self._ask(ListPresent(cursor=cursor), Present), len(found)
            found |= {visit.member.id: visit.member.membership_number for visit in page.present}
            cursor = page.cursor
            if cursor is None or len(found) == before:  # the last page; or one that has nobody new
                return [code for code in found.values() if code]

    async def _ask(self, request: SyncMembers | ListPresent, kind: type[T]) -> T:
        """The answer, however often the connection goes meanwhile."""
        while True:
            await until_live(self._services[0])
            try:
                return await ask(self._services[0], request, kind)
            except Disconnected:
                await asyncio.sleep(AGAIN)

    async def _in_time(self, day: Iterator[Step]) -> AsyncIterator[Step]:
        """Each step when it is due: a minute of the day takes `1 / rate` seconds."""
        first, began = None, time.monotonic()
        for step in day:
            first = step.minute if first is None else first
            due = began + (step.minute - first) / self._rate
            await asyncio.sleep(max(due - time.monotonic(), 0))
            yield step

    async def _scan(self, step: Step, service: WebSocketService, door: str) -> None:
        request = CheckIn(code=step.code, location=door) if step.way == "in" else CheckOut(code=step.code)
        try:
            await service.request(request)
            self.outcomes[request.type] += 1
        except RequestRefused as refused:
            code = refused.body.code[:LONGEST]
            self.outcomes[code if code in self.outcomes or len(self.outcomes) < KINDS else "something else"] += 1
        except Disconnected:
            self.outcomes["disconnected"] += 1
        finally:
            self._room.release()


def run(*, url: str, user: str | None, desk: str, token: str | None, rate: float, desks: int, seed: int) -> None:
    """Until interrupted; says what became of the scans."""
    run_unattended(_run(url, sign_in(url, user=user, token=token), rate=rate, desks=desks, seed=seed))


async def _run(url: str, login: Login, *, rate: float, desks: int, seed: int) -> None:
    services = [WebSocketService(url, login, Bookmark(), desk=f"door {number}") for number in range(1, desks + 1)]
    simulation = Simulation(services, Random(seed), rate=rate)
    services[0].subscribe("problem", _said_once())
    connections = [work for service in services for work in (service.run(), needs_a_person(service))]
    try:
        await until_first(simulation.run(), *connections)
    finally:
        complain(simulation.report())


def _said_once() -> Callable[[Problem], None]:
    """Says why there is no connection, each reason once; any other problem is how it ends."""
    said: set[str] = set()

    def say(problem: Problem) -> None:
        if isinstance(problem, ConnectionProblem) and (text := str(problem)) not in said:
            said.add(text)
            complain(text)

    return say
