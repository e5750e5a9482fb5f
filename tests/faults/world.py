"""A gym in one process that can be broken at will: two desks, a server, a line each, and a clock."""

from __future__ import annotations

import asyncio
import time
import traceback
from collections import Counter
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any, Final

from prometheus_client.metrics import MetricWrapperBase

from server.admin.verify import check
from server.app import Server
from server.store import opening
from server.store.opening import open_store
from tests.factories import member_row
from tests.faults.audit import broken_rules, read_row
from tests.faults.deaths import SERVER, Deaths, Killed, acting, but_deaths
from tests.faults.hashes import of_replica, of_store
from tests.faults.keeping import Kept
from tests.faults.proxy import Proxy
from tests.faults.seat import Seat
from tests.gym_kit import make_gym, token
from tests.kit import port_of
from tests.till import NINE

MANAGER: Final = "manager"  # at the command line, and never killed
USERS: Final = {"desk 1": "ana", "desk 2": "ben"}
WITHIN: Final = 30.0  # seconds until everything must have come right
BREATH: Final = 0.005  # seconds that everybody has between two things that are done
WINDOW: Final = 5  # milliseconds
TEN_YEARS: Final = 10 * 366 * 24 * 3600  # seconds: what is tried here is not the end of a login


class World:
    """Begins with a gym of a few members, everybody connected; `problems` are what should never be."""

    def __init__(self, folder: Path, kept: Kept) -> None:
        self.folder = folder
        self.database = kept.database
        self._kept = kept
        self.now = NINE
        self.deaths = Deaths()
        self.problems: list[str] = []
        self.server: Server | None = None
        self._has_copy = False
        self._port = 0
        self._gone: Counter[str] = Counter()  # rows of commands that the journal has forgotten
        self._ids = count(1)
        make_gym(
            self.database, *(member_row(str(n), f"Member {n}", visits_left=3 if n > 4 else None) for n in range(1, 7))
        )
        self.seats = [Seat(self, name, token(self.database, user, ttl=TEN_YEARS)) for name, user in USERS.items()]
        with closing(open_store(self.database)) as store:
            self.members = list(store.all_members())

    async def open(self) -> None:
        """Starts the server and both desks, and waits until all is even."""
        asyncio.get_running_loop().set_exception_handler(self._uncaught)
        await self.start_server()
        for seat in self.seats:
            seat.line = await Proxy(self._port).__aenter__()
            await seat.start()
        await self.come_right()

    async def close(self) -> None:
        """Ends everybody."""
        for seat in self.seats:
            await seat.bury()
            await seat.line.__aexit__(None, None, None)
        await self.kill_server()

    def new_id(self) -> str:
        """Ids in order, so that a schedule is the same each time."""
        return f"{next(self._ids):08}"

    async def end_of(self, *tasks: asyncio.Task[None]) -> None:
        """Waits until they have ended, as those do that were killed: any other end is a problem."""
        for ended in await asyncio.gather(*tasks, return_exceptions=True):
            if ended is not None:
                self._failed(ended)

    def _uncaught(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if (error := context.get("exception")) is None:
            loop.default_exception_handler(context)
        else:
            self._failed(error)

    def _failed(self, error: BaseException) -> None:
        if (rest := but_deaths(error)) is not None:
            self.problems.append("".join(traceback.format_exception(rest)))

    # --- the server ---------------------------------------------------------------------------------------------------

    async def start_server(self) -> None:
        """On the port it had before; nothing where it runs."""
        if self.server is None:
            self.deaths.revive(SERVER)
            server = Server(self.database, port=self._port, batch_ms=WINDOW, now=lambda: self.now)
            self.server = await server.__aenter__()
            self._port = port_of(self.server.url)

    async def stop_server(self) -> None:
        """As SIGTERM does; it may die on the way."""
        if self.server is not None:
            try:
                await self.server.__aexit__(None, None, None)
            except Killed:
                await self.kill_server()
            self.server = None

    async def kill_server(self) -> None:
        """What it had on disk is what there is; `Server` has no such end, hence its inside."""
        if self.server is None:
            return
        server, self.server = self.server, None
        self.deaths.dead.add(SERVER)
        server._door.close()
        server._door.hang_up()
        server.parts.death.cancel()
        for task in server.parts.tasks:
            task.cancel()
        await self.end_of(*server.parts.tasks)
        await server._door.closed()
        await server._started.aclose()

    async def look_after(self) -> None:
        """Who has died at a fault point is buried."""
        await asyncio.sleep(BREATH)
        if SERVER in self.deaths.dead:
            await self.kill_server()
        for seat in self.seats:
            if seat.name in self.deaths.dead:
                await seat.bury()

    def back_up(self) -> None:
        """A copy as `admin backup` makes it."""
        self._kept.back_up()
        self._has_copy = True

    async def restore(self) -> None:
        """Nothing of the server before is on its way any more when the backup takes its place."""
        if self._has_copy:
            await self.kill_server()
            for seat in self.seats:
                seat.line.cut(reset=True)
            await asyncio.sleep(BREATH)
            self._kept.put_back()
            await self.start_server()

    def trim(self, kept: int) -> None:
        """The journal keeps its last rows; a backup from before is too old to be put back."""
        self._has_copy = False
        self._gone.update(self._commands())
        with acting(MANAGER), closing(open_store(self.database)) as store:
            last = store.head().seq - kept
            store.write([lambda tx: tx.forget(last)])
        self._gone.subtract(self._commands())

    @property
    def position(self) -> tuple[str, int]:
        """Where the journal ends: its epoch and `seq`, on its disk."""
        epoch, seq = self._ask("SELECT epoch, last_seq FROM gym")
        return epoch, seq

    def look_up(self, command_id: str) -> None:
        """A desk shows this command in green: it has its row."""
        if self._ask("SELECT count(*) FROM journal WHERE command_id = ?", command_id) != (1,):
            self.problems.append(f"{command_id} was green before it was on disk")

    def _commands(self) -> Counter[str]:
        """How many rows each command has, by what the rows say."""
        with self._kept.reading() as db:
            found = Counter(read_row(payload).command_id for (payload,) in db.execute("SELECT payload FROM journal"))
        del found[""]
        return found

    @property
    def _law_holds(self) -> bool:
        """What the server has received is what it has applied, found done already, refused or failed."""
        if self.server is None:
            return False
        metrics = self.server.metrics
        return _total(metrics.received) == _total(metrics.commands)

    def _ask(self, sql: str, *values: object) -> Any:
        with self._kept.reading() as db:
            return db.execute(sql, values).fetchone()

    # --- the end ------------------------------------------------------------------------------------------------------

    async def come_right(self) -> None:
        """Everything is mended, and goes on until nothing is left to be told."""
        for seat in self.seats:
            seat.line.heal()
        await self.until_even(*self.seats)

    async def until_even(self, *seats: Seat) -> None:
        """These desks and the server live on until nothing is left to be told between them."""
        try:
            async with asyncio.timeout(WITHIN):
                while not (all(seat.is_even for seat in seats) and self._law_holds):
                    self.deaths.spare()
                    await self.look_after()
                    await self.start_server()
                    for seat in seats:
                        await seat.start()
                        if seat.desk is not None:
                            seat.desk.service.retry_now()
        except TimeoutError:
            for seat in seats:
                waits = "dead" if seat.desk is None else f"{seat.desk.service.state}, {seat.desk.queued} queued"
                self.problems.append(f"{seat.name} never came right: {waits}, law {self._law_holds}")

    def audit(self) -> None:
        """What was promised, against what there is."""
        with self._kept.reading() as db:
            self.problems += broken_rules(db)
        with opening.audit(self.database) as tables:
            self.problems += check(tables).wrong
        rows = self._commands() + self._gone
        self.problems += [f"{id} has {number} rows" for id, number in rows.items() if number > 1]
        with closing(open_store(self.database)) as store:
            expected = of_store(store)
        for seat in self.seats:
            self.problems += [f"{id} of {seat.name} is lost" for id in seat.queued if id not in rows]
            if seat.desk is not None:
                self.problems += [f"{row.id} was set aside: {row.reason}" for row in seat.desk.set_aside]
                if of_replica(seat.desk.replica) != expected:
                    self.problems.append(f"{seat.name} is not what the server is")


def has_written(server: Server | None) -> None:
    """Waits until its writer, which needs nobody's turn, has done what waits. It says so nowhere, hence its inside."""
    while server is not None and (server._database._taken or len(server._database._waiting)):
        time.sleep(BREATH)


def _total(counter: MetricWrapperBase) -> float:
    return sum(s.value for family in counter.collect() for s in family.samples if s.name.endswith("_total"))
