"""`gymtui simulate`: a gym's day against a server, through as many desks as wanted."""

from __future__ import annotations

import asyncio
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import cycle
from random import Random
from typing import Final

from gymtui import codec
from gymtui.client.errors import AuthenticationProblem, Disconnected, Problem, Refused
from gymtui.client.follow import Bookmark
from gymtui.client.service import WebSocketService
from gymtui.day import Step, steps
from gymtui.errors import GymError
from gymtui.prompt import sign_in
from gymtui.protocol import CheckIn, CheckOut, MembersPage, SyncMembers

DOORS: Final = ("Main door", "Pool gate", "Side door", "Garage")
IN_FLIGHT: Final = 256  # scans that wait for their answer


class NobodyToSimulate(GymError):
    """The gym has no members."""


class Simulation:
    """Scans of a made-up day, sent in turn through `services`, `rate` of them a second on average."""

    def __init__(self, services: Sequence[WebSocketService], random: Random, *, rate: float) -> None:
        self._services = services
        self._random = random
        self._rate = rate
        self._room = asyncio.Semaphore(IN_FLIGHT)
        self.outcomes: Counter[str] = Counter()

    async def run(self) -> None:
        """Until cancelled."""
        codes = await self._codes()
        if not codes:
            raise NobodyToSimulate("This gym has no members yet: import some with `gymtui admin members import`.")
        doors = cycle(zip(self._services, cycle(DOORS), strict=False))
        async with asyncio.TaskGroup() as scans:
            async for step in self._in_time(steps(codes, self._random)):
                await self._room.acquire()
                scans.create_task(self._scan(step, *next(doors)))

    async def _codes(self) -> list[str]:
        """The membership numbers of everyone."""
        codes: list[str] = []
        after, more = 0, True
        while more:
            page = codec.convert(await self._services[0].request(SyncMembers(after_seq=after)), MembersPage)
            codes += [m.membership_number for m in page.members if m.membership_number and not m.deleted]
            after, more = page.next_after_seq, page.more
        return codes

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
        except Refused as refused:
            self.outcomes[refused.body.code] += 1
        except Disconnected:
            self.outcomes["disconnected"] += 1
        finally:
            self._room.release()


def run(*, url: str, user: str | None, desk: str, token: str | None, rate: float, desks: int, seed: int) -> None:
    """Until interrupted; says what became of the scans."""
    asyncio.run(_run(url, user, token, rate=rate, desks=desks, seed=seed))


async def _run(url: str, user: str | None, token: str | None, *, rate: float, desks: int, seed: int) -> None:
    login = await sign_in(url, user=user, token=token)
    services = [WebSocketService(url, login, Bookmark(), desk=f"door {number}") for number in range(1, desks + 1)]
    simulation = Simulation(services, Random(seed), rate=rate)
    try:
        async with asyncio.TaskGroup() as group:
            for service in services:
                group.create_task(service.run())
            await asyncio.gather(*(_live(service) for service in services))
            await simulation.run()
    except* GymError as errors:
        raise errors.exceptions[0] from None
    finally:
        done = ", ".join(f"{count} {what}" for what, count in simulation.outcomes.most_common())
        print(f"gymtui: {done or 'nothing happened'}", file=sys.stderr)


async def _live(service: WebSocketService) -> None:
    """Waits until the service is connected; raises what a person has to see to."""
    there: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def changed(_: object) -> None:
        if service.state.phase == "live" and not there.done():
            there.set_result(None)

    def problem(problem: Problem) -> None:
        if isinstance(problem, AuthenticationProblem) and not there.done():
            there.set_exception(problem)

    forget = service.subscribe("connection", changed), service.subscribe("problem", problem)
    changed(None)
    try:
        await there
    finally:
        for unsubscribe in forget:
            unsubscribe()
