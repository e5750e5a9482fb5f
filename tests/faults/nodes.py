"""Kills one of several servers of a gym in PostgreSQL again and again, and counts what was lost or done twice.

python -m tests.faults.nodes --kills 200 --seed 1

Real processes on this machine, and clients that check members in and out: whoever loses its server takes the next one
and sends what had no answer once more. `--same` has every command go to all servers at once; `--paused 60` stops a
server for so many seconds (SIGSTOP) in the place of killing it. Exit code 1 where anything was lost, doubled or wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import time
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from random import Random
from typing import Any, Final

from websockets.exceptions import WebSocketException

from server.admin.verify import check
from server.store.opening import audit, opened
from tests.factories import member_row
from tests.gym_kit import make_gym, token
from tests.kit import Wire
from tests.postgres_kit import new_database
from tests.postgres_kit import served as database_server
from tests.serve_kit import served

MEMBERS: Final = 20
CLIENTS: Final = 8
WORK: Final = (0.5, 2.0)  # seconds between two deaths
PATIENCE: Final = 10.0  # seconds after which a server that says nothing is left
GONE: Final = (OSError, WebSocketException, TimeoutError)
AGAIN: Final = ("storage_unavailable", "rate_limited")  # codes of commands of which nothing is known yet


class Node:
    """A server, and where it is just now."""

    def __init__(self, database: str) -> None:
        self._database = database
        self.url: str | None = None
        self.ready = asyncio.Event()
        self.process: asyncio.subprocess.Process | None = None

    async def run(self) -> None:
        """Started again whenever it dies."""
        while True:
            # On a busy machine one is not there in time, and is started once more.
            with suppress(TimeoutError):
                async with served(self._database) as (self.process, self.url):
                    self.ready.set()
                    assert self.process.stderr is not None
                    while await self.process.stderr.read(1 << 16):
                        pass
                    await self.process.wait()
            self.ready.clear()

    def kill(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.kill()

    async def stop_for(self, seconds: float) -> None:
        """Paused, and woken."""
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(signal.SIGSTOP)
            await asyncio.sleep(seconds)
            self.process.send_signal(signal.SIGCONT)


class Line:
    """A client's connection to a server, made when it is needed."""

    def __init__(self, node: Node, token: str) -> None:
        self.node = node
        self._token = token
        self._opened = AsyncExitStack()
        self._wire: Wire | None = None

    async def ask(self, what: tuple[str, dict[str, str]], id: str) -> dict[str, Any]:
        """The answer; whatever keeps it from coming ends the connection."""
        try:
            async with asyncio.timeout(PATIENCE):
                await self.node.ready.wait()
                if self._wire is None:
                    assert self.node.url is not None
                    self._wire = await self._opened.enter_async_context(Wire.open(self.node.url, self._token))
                return await self._wire.ask(*what, id=id)
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        self._wire = None
        with suppress(*GONE):
            await self._opened.aclose()


class Nodes:
    """One gym, its servers and its clients."""

    def __init__(self, database: str, servers: int, *, seed: int) -> None:
        self._random = Random(seed)
        self._database = database
        make_gym(database, *(member_row(str(n), f"Member {n}") for n in range(MEMBERS)))
        self._token = token(database, "ana")
        self.nodes = [Node(database) for _ in range(servers)]
        self.answers: dict[str, list[dict[str, Any]]] = {}
        self.moves = self.deaths = 0
        self.longest = 0.0  # seconds that a command waited for its answer
        self._ended = False

    async def run(self, kills: int, *, paused: float, is_same: bool, say: Callable[[str], None]) -> list[str]:
        """The sentences on what is wrong after so many deaths."""
        async with AsyncExitStack() as stack:
            runs = [asyncio.create_task(node.run()) for node in self.nodes]
            stack.push_async_callback(_cancelled, runs)
            await asyncio.gather(*(node.ready.wait() for node in self.nodes))
            clients = [asyncio.create_task(self._work(number, is_same)) for number in range(CLIENTS)]
            while self.deaths < kills:
                await asyncio.sleep(self._random.uniform(*WORK))
                node = self._random.choice(self.nodes)
                await node.ready.wait()
                if paused:
                    await node.stop_for(paused)
                else:
                    node.kill()
                self.deaths += 1
                if self.deaths % 10 == 0:
                    say(f"{self.deaths} deaths, {len(self.answers)} answered, {self.moves} moves")
            self._ended = True
            await asyncio.gather(*clients)
        return self._wrong()

    async def _work(self, number: int, is_same: bool) -> None:
        lines = [Line(node, self._token) for node in self.nodes]
        count = 0
        while not self._ended:
            count += 1
            what = ("check_in" if count % 2 else "check_out", {"code": str(self._random.randrange(MEMBERS))})
            id, at = f"{number}-{count}", time.monotonic()
            if count % 50 == 0:  # one that was lost has others again
                lines.append(lines.pop(0))
            ways = [[line] for line in lines] if is_same else [lines]
            self.answers[id] = await asyncio.gather(*(self._give(what, id, way) for way in ways))
            self.longest = max(self.longest, time.monotonic() - at)
        for line in lines:
            await line.close()

    async def _give(self, what: tuple[str, dict[str, str]], id: str, lines: list[Line]) -> dict[str, Any]:
        """Until one of these answers: where the first one fails, the next is the first."""
        while True:
            with suppress(*GONE):
                answer = await lines[0].ask(what, id)
                if answer["ok"] or answer["error"]["code"] not in AGAIN:
                    return answer
            self.moves += 1
            lines.append(lines.pop(0))
            await asyncio.sleep(0.02)

    def _wrong(self) -> list[str]:
        """What the database says otherwise than the clients were told."""
        wrong = []
        with opened(self._database, found=True) as store:
            rows, after = [], 0
            while page := store.read(after, 10_000):
                rows += page
                after = page[-1].seq
            if [row.seq for row in rows] != list(range(1, len(rows) + 1)):
                wrong.append("the journal has a gap")
            kept: dict[str, int] = {}
            for (id,) in store._all("SELECT command_id FROM journal WHERE command_id IS NOT NULL"):  # type: ignore[attr-defined]
                kept[id] = kept.get(id, 0) + 1
        for id, told in self.answers.items():
            if any(answer != told[0] for answer in told):
                wrong.append(f"{id} has two answers: {told}")
            if told[0]["ok"] and kept.get(id) != 1:
                wrong.append(f"{id} was answered, and is there {kept.get(id, 0)} times")
        with audit(self._database) as tables:
            wrong += check(tables).wrong
        return wrong


async def _cancelled(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def main() -> None:
    """Plays the deaths; 1 where a promise was broken."""
    assert __doc__ is not None
    parser = argparse.ArgumentParser(prog="python -m tests.faults.nodes", description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--servers", type=int, default=2)
    parser.add_argument("--paused", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--same", action="store_true", help="each command to every server at once")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with database_server() as url:
        nodes = Nodes(new_database(url), options.servers, seed=options.seed)
        run = nodes.run(options.kills, paused=options.paused, is_same=options.same, say=print)
        wrong = asyncio.run(run)
    for sentence in wrong[:20]:
        print(sentence)
    told = f"{nodes.deaths} deaths, {len(nodes.answers)} commands answered, {nodes.moves} moves to another server"
    print(f"{told}, the longest wait {nodes.longest:.1f} s: {len(wrong)} wrong")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
