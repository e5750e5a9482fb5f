"""Many clients see many events: all of them the same ones in the same order, each client's commands in its order.

python -m tests.faults.order --events 1000000 --writers 4 --readers 4

Writers check members in and out, notify, and are refused, so that the order of the journal goes across the types of its
events; each event carries the number that its command had at its writer. Readers only listen, and their connections are
cut again and again. Exit code 1 where a client saw an event twice, late, or not at all.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, Final

import uvloop
from websockets.asyncio.client import ClientConnection, connect

from gymtui.client import WebSocketService
from gymtui.client.errors import RequestRefused
from gymtui.protocol import CheckIn, CheckOut, Command, Notify
from tests.client_kit import running
from tests.faults.program import Gym, serving
from tests.faults.witness import Witness

IN_FLIGHT: Final = 100  # commands of one writer that wait for their answer
RARELY: Final = 500  # commands of one writer, an even number
CUTS: Final = 50  # of every reader's connection, at the least if there is time for them
SAY_EVERY: Final = 5.0  # seconds
QUIET_WITHIN: Final = 60.0  # seconds from the last command until all have seen it


class Cut:
    """Opens connections, and cuts the one that is open."""

    def __init__(self) -> None:
        self._open: ClientConnection | None = None
        self.times = 0

    async def __call__(self, *args: Any, **kwargs: Any) -> ClientConnection:
        self._open = await connect(*args, **kwargs)
        return self._open

    def now(self) -> None:
        """Breaks the connection that is open, without a goodbye."""
        if self._open is not None:
            self._open.transport.abort()
            self.times += 1


class Order:
    """One gym, its writers and its readers."""

    def __init__(self, folder: Path, *, writers: int, readers: int) -> None:
        self.gym = Gym(folder, writers)
        self.cuts = [Cut() for _ in range(readers)]
        self.writers = [Witness(f"writer {n}", self.gym) for n in range(writers)]
        self.readers = [
            Witness(f"reader {n}", self.gym, connect=cut, random=lambda: 0.1) for n, cut in enumerate(self.cuts)
        ]
        self.outcomes: Counter[str] = Counter()
        self._missing: list[str] = []

    @property
    def failures(self) -> list[str]:
        """Sentences, and none where everybody has seen the same."""
        found = [*self._missing, *(failure for witness in self.witnesses for failure in witness.failures)]
        same = len({witness.digest for witness in self.witnesses}) == 1
        return found if same else [*found, "not everybody has seen the same"]

    @property
    def witnesses(self) -> list[Witness]:
        """Everyone who sees the events."""
        return [*self.writers, *self.readers]

    async def run(self, *, events: int, say: Callable[[str], None]) -> None:
        """Until so many events are in the journal and everybody has seen them; `say` hears how it goes."""
        async with serving(self.gym), AsyncExitStack() as stack:
            for witness in self.witnesses:
                await stack.enter_async_context(running(witness.service.run, witness.service.close))
            await asyncio.gather(*(witness.begin() for witness in self.witnesses))
            others = [asyncio.create_task(work) for work in (self._cut(events // CUTS), self._tell(say))]
            each = events // len(self.writers)
            await asyncio.gather(*(self._write(n, witness, each) for n, witness in enumerate(self.writers)))
            await self._until_all_have_seen(each * len(self.writers))
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

    async def _write(self, writer: int, witness: Witness, commands: int) -> None:
        numbers = iter(range(1, commands + 1))
        lanes = (self._lane(writer, witness.service, numbers) for _ in range(IN_FLIGHT))
        await asyncio.gather(*lanes)

    async def _lane(self, writer: int, service: WebSocketService, numbers: Iterator[int]) -> None:
        """One command after the other, each the writer's next."""
        for number in numbers:
            id = f"{writer}-{number}"
            try:
                await service.request(_command(writer, number, id), id=id)
                self.outcomes["applied"] += 1
            except RequestRefused:
                self.outcomes["refused"] += 1

    async def _cut(self, every: int) -> None:
        """Cuts every reader again and again, each time that it has seen up to so many more."""
        random = Random(1)
        due = {witness.name: random.randint(1, every) for witness in self.readers}
        while True:
            for witness, cut in zip(self.readers, self.cuts, strict=True):
                if witness.seen >= due[witness.name]:
                    due[witness.name] = witness.seen + random.randint(1, every)
                    cut.now()
            await asyncio.sleep(0.05)

    async def _tell(self, say: Callable[[str], None]) -> None:
        for turn in count(1):
            await asyncio.sleep(SAY_EVERY)
            say(f"{turn * SAY_EVERY:5.0f} s  {self.outcomes.total():9,} events  {self._cuts} cuts")

    async def _until_all_have_seen(self, events: int) -> None:
        try:
            async with asyncio.timeout(QUIET_WITHIN):
                while any(witness.seen < events for witness in self.witnesses):
                    await asyncio.sleep(0.05)
        except TimeoutError:
            self._missing += [f"{w.name} saw {w.seen:,} events only" for w in self.witnesses if w.seen < events]

    @property
    def _cuts(self) -> int:
        return sum(cut.times for cut in self.cuts)

    def page(self) -> str:
        """The verdict."""
        failures = self.failures
        return "\n".join(
            [
                f"order: {self.outcomes.total():,} events of {len(self.writers)} writers",
                f"  applied, refused      {self.outcomes['applied']:,}, {self.outcomes['refused']:,}",
                f"  clients               {len(self.witnesses)}, who have seen {sum(w.seen for w in self.witnesses):,}",
                f"  connections cut       {self._cuts:,}",
                f"  out of order          {len(failures)}",
                *(f"    {failure}" for failure in failures[:20]),
                "  " + ("FAILED" if failures else "one order for all, and each client's own"),
            ]
        )


def _command(writer: int, number: int, id: str) -> Command:
    """A check-in and a check-out by turns; no more often than one user may, a notification and one that is refused."""
    match number % RARELY:
        case 0:
            return Notify(level="info", title="Order", message=id)
        case 1:
            return CheckOut(code=str(writer))
        case turn:
            return CheckIn(code=str(writer)) if turn % 2 == 0 else CheckOut(code=str(writer))


def main() -> None:
    """Plays it; 1 where anybody saw anything else than the others."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults.order", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--writers", type=int, default=4)
    parser.add_argument("--readers", type=int, default=4)
    chosen = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="order-") as folder:
        order = Order(Path(folder), writers=chosen.writers, readers=chosen.readers)
        uvloop.run(order.run(events=chosen.events, say=print))
    print(order.page())
    print(f"  in {time.monotonic() - began:.0f} s")
    sys.exit(bool(order.failures))


if __name__ == "__main__":
    main()
