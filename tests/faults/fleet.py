"""A gym of several servers on one PostgreSQL, and clients that work while something breaks: they check members in and
out, and as many as there are servers listen. Whoever loses its server takes the next one and sends what had no answer
once more."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, suppress
from itertools import count, cycle
from random import Random
from typing import Any, Final
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect

from gymtui.client import Login, WebSocketService
from gymtui.client.connection.follower import Journal
from server.admin.verify import check
from server.store.opening import audit, opened
from tests.client_kit import running
from tests.factories import member_row
from tests.faults.audit import Said, read_row
from tests.faults.node import GONE, Asked, Line, Node
from tests.faults.witness import Witness
from tests.gym_kit import make_gym, token
from tests.postgres_kit import Database

CLIENTS: Final = 8  # each of whom has a member to itself
SHARED: Final = range(8, 20)  # the members of everybody
RARELY: Final = 0.05  # of the commands are about one of them: more refusals are not answered to one user
LONER: Final = "20"  # whom nobody checks in but a race
AGAIN: Final = ("storage_unavailable", "rate_limited")  # codes of commands of which nothing is known yet
BACK_WITHIN: Final = 30.0  # seconds until every server takes commands again, and every client has seen all
URL: Final = "ws://gym.test/ws/checkins/"  # whichever server has it just now


class Nodes:
    """One gym, its servers and its clients. What was not as promised are sentences: `lost`, `doubled`, `disorder`, and
    `wrong` in another way."""

    def __init__(
        self, database: str, servers: int, *, seed: int, is_same: bool = False, postgres: Database | None = None
    ) -> None:
        self.random = Random(seed)
        self.postgres = postgres  # where it may be killed
        self.database = database
        make_gym(database, *(member_row(str(n), f"Member {n}") for n in range(int(LONER) + 1)))
        self.token = token(database, "ana")
        self.nodes = [Node(f"server {number}", database) for number in range(1, servers + 1)]
        self.witnesses = [Witness(f"witness {n}", self, heard=self._seen, random=lambda: 0.1) for n in range(servers)]
        self.answers: dict[str, list[dict[str, Any]]] = {}
        self.told: Counter[str] = Counter()  # codes by which clients were told to ask again
        self.lost: list[str] = []
        self.doubled: list[str] = []
        self.disorder: list[str] = []
        self.wrong: list[str] = []
        self.moves = 0
        self.longest = 0.0  # seconds that a command waited for its answer
        self.back = 0.0  # the same from when the blow was over until each server took a command
        self.delays: list[float] = []  # seconds from each command to each witness that saw its event
        self._is_same = is_same
        self._given: dict[str, float] = {}  # when each command was first given
        self._straight = {node: Line(node, self.token) for node in self.nodes}
        self._numbers = {node: count(1) for node in self.nodes}  # of what went straight to each
        self._doors = count()
        self._ended = False

    async def run(self, breakage: Callable[[Nodes], Awaitable[None]]) -> None:
        """While everybody works, until this has ended; then everything is compared."""
        async with AsyncExitStack() as stack:
            runs = [asyncio.create_task(node.run()) for node in self.nodes]
            stack.push_async_callback(_cancelled, runs)
            await asyncio.gather(*(node.ready.wait() for node in self.nodes))
            for witness in self.witnesses:
                await stack.enter_async_context(running(witness.service.run, witness.service.close))
            await asyncio.gather(*(witness.begin() for witness in self.witnesses))
            clients = [asyncio.create_task(self._work(number)) for number in range(CLIENTS)]
            try:
                await breakage(self)
            finally:
                self._ended = True
                await asyncio.gather(*clients)
            await self.all_serve()
            await self._until_all_have_seen()
            for line in self._straight.values():
                await line.close()
        self.compare()

    def service(self, journal: Journal, **options: Any) -> WebSocketService:
        """A client that takes the next server with each connection, as behind a plain TCP proxy."""
        return WebSocketService(URL, Login(URL, token=self.token), journal, connect=self._connect, **options)

    async def _connect(self, url: str, **options: Any) -> ClientConnection:
        there = [node.url for node in self.nodes if node.ready.is_set() and node.url is not None]
        if not there:
            raise ConnectionRefusedError
        place = urlsplit(there[next(self._doors) % len(there)]).netloc
        return await connect(urlsplit(url)._replace(netloc=place).geturl(), **options)

    # --- commands -----------------------------------------------------------------------------------------------------

    async def all_serve(self) -> None:
        """Each server takes a command, or it is wrong that it does not."""
        began = time.monotonic()
        await asyncio.gather(*(self._serves(node) for node in self.nodes))
        self.back = max(self.back, time.monotonic() - began)

    async def _serves(self, node: Node) -> None:
        try:
            async with asyncio.timeout(BACK_WITHIN):
                await self.told_by(node, "check_in", str(SHARED[0]))
        except TimeoutError:
            self.wrong.append(f"{node.name} takes no commands any more")

    async def told_by(self, node: Node, type: str, code: str) -> str:
        """What this server says to that: the code of its refusal, or nothing."""
        id = f"{node.name}-{next(self._numbers[node])}"
        await self._do((type, {"code": code}), id, [[self._straight[node]]])
        (answer,) = self.answers[id]
        return "" if answer["ok"] else str(answer["error"]["code"])

    async def _work(self, number: int) -> None:
        lines = [Line(node, self.token) for node in self.nodes]
        own = cycle(("check_in", "check_out"))
        for turn in count(1):
            if self._ended:
                break
            if turn % 50 == 0:  # one that was lost has others again
                lines.append(lines.pop(0))
            if self.random.random() < RARELY:
                type, code = self.random.choice(("check_in", "check_out")), self.random.choice(SHARED)
            else:
                type, code = next(own), number
            ways = [[line] for line in lines] if self._is_same else [lines]
            await self._do((type, {"code": str(code)}), f"{number}-{turn}", ways)
        for line in lines:
            await line.close()

    async def _do(self, what: Asked, id: str, ways: list[list[Line]]) -> None:
        """By each of these ways at once."""
        self._given[id] = time.monotonic()
        self.answers[id] = await asyncio.gather(*(self._give(what, id, way) for way in ways))
        self.longest = max(self.longest, time.monotonic() - self._given[id])

    async def _give(self, what: Asked, id: str, lines: list[Line]) -> dict[str, Any]:
        """Until one of these answers: where the first one fails, the next is the first."""
        while True:
            with suppress(*GONE):
                answer = await lines[0].ask(what, id)
                if answer["ok"] or answer["error"]["code"] not in AGAIN:
                    return answer
                self.told[answer["error"]["code"]] += 1
            self.moves += 1
            lines.append(lines.pop(0))
            await asyncio.sleep(0.02)

    # --- what came of it ----------------------------------------------------------------------------------------------

    def _seen(self, id: str) -> None:
        self.delays.append(time.monotonic() - self._given[id])

    async def _until_all_have_seen(self) -> None:
        commands = len(self.answers)
        try:
            async with asyncio.timeout(BACK_WITHIN):
                while any(witness.seen < commands for witness in self.witnesses):
                    await asyncio.sleep(0.05)
        except TimeoutError:
            self.disorder += [f"{w.name} saw {w.seen} events of {commands}" for w in self.witnesses]

    def compare(self) -> None:
        """What the database and the witnesses say otherwise than the clients were told."""
        self.wrong += [f"{node.name} ended by itself {node.ended} times" for node in self.nodes if node.ended]
        for witness in self.witnesses:
            self.disorder += witness.failures
        if len({witness.digest for witness in self.witnesses}) > 1:
            self.disorder.append("not everybody has seen the same")
        rows: dict[str, list[bool]] = {}  # of each command, whether each of its rows is a refusal
        for seq, (type, said) in enumerate(self._journal(), 1):
            if said.seq != seq:
                self.disorder.append(f"the journal has {said.seq} where {seq} should be")
            rows.setdefault(said.command_id, []).append(type == "refusal")
        rows.pop("", None)
        for id, told in self.answers.items():
            found = rows.get(id, [])
            if not found:
                self.lost.append(f"{id} was answered, and has no row in the journal")
            elif found != [not told[0]["ok"]] * len(found) or any(answer != told[0] for answer in told):
                self.wrong.append(f"{id} has {len(found)} rows, and was told {told}")
        self.doubled += [f"{id} has {len(found)} rows in the journal" for id, found in rows.items() if len(found) > 1]
        with audit(self.database) as tables:
            self.wrong += check(tables).wrong

    def _journal(self) -> Iterator[tuple[str, Said]]:
        """Row by row, by what each says."""
        with opened(self.database, found=True) as store:
            after = 0
            while page := store.read(after, 10_000):
                yield from ((row.type, read_row(row.payload)) for row in page)
                after = page[-1].seq

    @property
    def failures(self) -> list[str]:
        """All of them."""
        return [*self.lost, *self.doubled, *self.disorder, *self.wrong]

    def page(self) -> str:
        """The verdict."""
        told = ", ".join(f"{times:,} {code}" for code, times in sorted(self.told.items())) or "nobody"
        delays = sorted(self.delays) or [0.0]
        late = f"p99 {delays[len(delays) * 99 // 100]:.2f} s, at most {delays[-1]:.1f} s after the command"
        return "\n".join(
            [
                f"  commands answered     {len(self.answers):,}, {self.moves:,} moves to another server",
                f"  told to ask again     {told}",
                f"  the longest wait      {self.longest:.1f} s; every server is back {self.back:.1f} s after a blow",
                f"  events seen           {len(self.delays):,}, {late}",
                f"  lost                  {len(self.lost)}",
                f"  doubled               {len(self.doubled)}",
                f"  in another order      {len(self.disorder)}",
                f"  wrong in another way  {len(self.wrong)}",
                *(f"    {failure}" for failure in self.failures[:20]),
                "  " + ("FAILED" if self.failures else "every promise was kept"),
            ]
        )


async def _cancelled(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
