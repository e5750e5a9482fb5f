"""A gym at work: its server and its desks in processes of their own, each started again whenever it has ended."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Final, Self

from gymtui.client import Replica
from gymtui.faults import KILLED
from server.store.opening import open_store
from tests.faults.audit import Audit, reading
from tests.faults.hashes import of_replica, of_store
from tests.faults.program import Gym, Program

MEMBERS: Final = 60
DESKS: Final = ("desk1", "desk2", "desk3")
QUIET_WITHIN: Final = 60.0  # seconds from the end of work until all desks are quiet

Prepare = Callable[[Program], Mapping[str, str]]
Ended = Callable[[Program, int], None]


class Crew:
    """Runs while its block lasts, and works from `go` to `rest`. `prepare` gives what a program that starts has in its
    environment, `ended` hears who has ended, and with which exit code. What has gone wrong is in `failures`."""

    def __init__(self, folder: Path, *, rate: float, random: Random, prepare: Prepare, ended: Ended) -> None:
        self.gym = gym = Gym(folder, MEMBERS)
        self.server = gym.server()
        self.desks = [gym.desk(name, rate=rate, seed=random.getrandbits(32)) for name in DESKS]
        self.audit = Audit(gym.database, folder, DESKS)
        self.working = asyncio.Event()
        self.serving = asyncio.Event()
        self.wrong: list[str] = []
        self._prepare = prepare
        self._ended = ended
        self._quiet: dict[str, tuple[int, str]] = {}  # position and hash of the desks that have said so
        self._changed = asyncio.Event()
        self._ending = asyncio.Event()
        self._lives = asyncio.TaskGroup()

    async def __aenter__(self) -> Self:
        await self._lives.__aenter__()
        for program in (self.server, *self.desks):
            self._lives.create_task(self._live(program))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.set()
        for program in (*self.desks, self.server):
            program.end()
        await self._lives.__aexit__(kind, error, trace)

    @property
    def failures(self) -> list[str]:
        """What the audit found, and what else went wrong."""
        return [*self.audit.failures, *self.wrong]

    def failed(self, sentence: str) -> None:
        """Something went wrong: there is nothing to wait for."""
        self.wrong.append(sentence)
        self._changed.set()

    def go(self) -> None:
        """The desks give commands from here on."""
        self.working.set()
        for desk in self.desks:
            desk.tell("go")

    async def rest(self) -> None:
        """The desks stop; once all is quiet, every promise is compared with the journal, every desk with the server."""
        self.working.clear()
        self._quiet.clear()
        for desk in self.desks:
            desk.tell("stop")
        try:
            async with asyncio.timeout(QUIET_WITHIN):
                await self._until_all_are_quiet()
        except TimeoutError:
            self.failed(f"not quiet within {QUIET_WITHIN:.0f} s: {self._quiet}")
        if not self.failures:
            self.audit.look_when_quiet()

    async def _until_all_are_quiet(self) -> None:
        """All desks have said that they are where the server is, and are the same."""
        while not self.failures:
            self._changed.clear()
            places = {seq for seq, _ in self._quiet.values()}
            if len(self._quiet) == len(self.desks) and len(places) == 1:
                with closing(open_store(self.gym.database)) as store:
                    seq, truth = store.head().seq, of_store(store)
                if places == {seq}:
                    self.wrong += [f"{name} differs at {seq}" for name, (_, h) in self._quiet.items() if h != truth]
                    return
            await self._changed.wait()

    # --- processes ------------------------------------------------------------------------------------------------

    async def _live(self, program: Program) -> None:
        while not self._ending.is_set():
            code = await program.live(lambda line: self._heard(program, line), **self._prepare(program))
            self._quiet.pop(program.name, None)
            if program is self.server:
                self.serving.clear()
            if not self._ending.is_set():
                self._ended(program, code)
            elif code not in (0, KILLED, -signal.SIGTERM):  # the last: told to end before it could listen to that
                self.failed(f"{program.name} ended with {code}: see {program.log}")

    def _heard(self, program: Program, line: str) -> None:
        word, *rest = line.split()
        if self._ending.is_set():
            program.end()
        elif word == "listening":
            self.serving.set()
        elif word == "hello" and self.working.is_set():
            program.tell("go")
        elif word == "quiet":
            self._quiet[program.name] = int(rest[0]), rest[1]
            self._changed.set()

    # --- the end --------------------------------------------------------------------------------------------------

    def compare(self) -> None:
        """Once nobody has the files any more: nothing waits, everybody has the same, no file is damaged."""
        with closing(open_store(self.gym.database)) as store:
            truth = of_store(store)
        for name in DESKS:
            with closing(Replica(self.gym.folder / f"{name}.db")) as replica:
                if of_replica(replica) != truth:
                    self.failed(f"{name} differs from the server at the end")
                self.wrong += [f"{row.id} is in an outbox at the end" for row in replica.outbox.rows()]
        for name in ("gym", *DESKS):
            with reading(self.gym.folder / f"{name}.db") as db:
                if (found := db.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
                    self.failed(f"{name}.db is damaged: {found}")
