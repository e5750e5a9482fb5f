"""Kills a server and its desks again and again, and counts what was lost or done twice.

python -m tests.faults.soak --kills 600 --minutes 10 --seed 1

Real processes on this machine: `gymtui serve`, and desks that give commands. Each dies at the N-th passage of a fault
point, or of SIGKILL at a random moment, alone or with another, and is started again. Rounds of work and death end with
an audit: when all desks are quiet every promise is compared with the journal, and every desk with the server. Exit code
1 where anything was lost, doubled or wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from http.client import HTTPException
from pathlib import Path
from random import Random
from typing import Final

from gymtui.faults import DESK_POINTS, KILLED, SERVER_POINTS, VARIABLE
from tests.faults.crew import Crew
from tests.faults.law import law
from tests.faults.program import Program

RATE: Final = 200.0  # commands a second of one desk
WORK: Final = (1.0, 3.0)  # seconds of a round's work
LATEST: Final = 40  # passages of a point after which a process has died there, if it passes it so often
SPAN: Final = 1.0  # seconds of work after which one that is to die at a random moment has
TOGETHER: Final = 0.3  # of the random moments take a desk and the server
ALONE: Final = "a random moment"
BOTH: Final = "a random moment, server and desk at once"


class Soak:
    """One gym, and the deaths that its server and its desks die."""

    def __init__(self, folder: Path, *, seed: int) -> None:
        self.seed = seed
        self.killed: Counter[str] = Counter()  # by who
        self.places: Counter[str] = Counter()  # by where
        self.received = self.rounds = 0
        self.outcomes: Counter[str] = Counter()  # of commands, by the servers that lived to tell
        self._told: tuple[int, Counter[str]] = (0, Counter())  # what the one that lives has told already
        self._random = random = Random(seed)
        self._fates = {"server": _fates(tuple(SERVER_POINTS), random), "desk": _fates(tuple(DESK_POINTS), random)}
        self._planned: dict[Program, str] = {}  # where each is to die
        self._killers: dict[Program, asyncio.Task[None]] = {}
        self._began = time.monotonic()
        self.crew = Crew(folder, rate=RATE, random=random, prepare=self._prepare, ended=self._died)

    async def run(self, *, kills: int, seconds: float, say: Callable[[str], None]) -> None:
        """Until there were so many deaths or so many seconds; `say` hears how it goes after every round."""
        async with self.crew:
            await self.crew.rest()
            while self.killed.total() < kills and self._seconds < seconds and not self.crew.failures:
                self.crew.go()
                await asyncio.sleep(self._random.uniform(*WORK))
                self.crew.audit.look()
                await self.crew.rest()
                await self._look_at_the_law()
                self.rounds += 1
                say(self._line())
        self.crew.compare()

    # --- deaths ---------------------------------------------------------------------------------------------------

    def _prepare(self, program: Program) -> Mapping[str, str]:
        """Where it is to die: at a fault point, or some time at work."""
        point = next(self._fates[_who(program)])
        if point is not None:
            self._planned[program] = point
            return {VARIABLE: f"{point}:{self._random.randint(1, LATEST)}:die"}
        self._planned.pop(program, None)
        self._killers[program] = asyncio.create_task(self._kill_at_random(program))
        return {}

    async def _kill_at_random(self, program: Program) -> None:
        while True:
            await self.crew.working.wait()
            await asyncio.sleep(self._random.uniform(0, SPAN))
            if self.crew.working.is_set() and program.is_running:
                break
        other = self._random.choice(self.crew.desks) if program is self.crew.server else self.crew.server
        together = self._random.random() < TOGETHER and other.is_running
        for victim in (program, other) if together else (program,):
            self._planned[victim] = BOTH if together else ALONE
            victim.kill()

    def _died(self, program: Program, code: int) -> None:
        if (killer := self._killers.pop(program, None)) is not None:
            killer.cancel()
        place = self._planned.get(program)
        if place is None or code not in (KILLED, -signal.SIGKILL):
            self.crew.failed(f"{program.name} ended by itself with {code}: see {program.log}")
            return
        self.killed[_who(program)] += 1
        self.places[place] += 1
        if program is self.crew.server:
            self._told = (0, Counter())

    async def _look_at_the_law(self) -> None:
        try:
            received, outcomes = await asyncio.to_thread(law, self.crew.gym.port)
        except (OSError, HTTPException):
            return  # the server has died just now, and its figures with it
        if received != outcomes.total():
            self.crew.failed(f"{received} commands were received, and became {dict(outcomes)}")
        before, self._told = self._told, (received, outcomes)
        self.received += received - before[0]
        self.outcomes.update(outcomes - before[1])

    # --- what came of it ------------------------------------------------------------------------------------------

    @property
    def _seconds(self) -> float:
        return time.monotonic() - self._began

    def _line(self) -> str:
        """How far it is."""
        audit = self.crew.audit
        return (
            f"{self._seconds:5.0f} s  {self.killed.total():5} kills  {audit.queued:7,} queued  "
            f"{audit.acks:7,} answered  {len(audit.lost)} lost  {len(audit.doubled)} doubled"
        )

    def page(self) -> str:
        """The verdict."""
        audit, failures = self.crew.audit, self.crew.failures
        other = len(failures) - len(audit.lost) - len(audit.doubled)
        killed = ", ".join(f"{who} {count:,}" for who, count in sorted(self.killed.items()))
        became = " + ".join(f"{self.outcomes[name]:,} {name}" for name in ("applied", "duplicate", "refused", "failed"))
        run = f"{self.killed.total():,} kills in {self._seconds:.0f} s and {self.rounds:,} rounds, seed {self.seed}"
        return "\n".join(
            [
                f"soak: {run}",
                f"  killed                {killed}",
                *(f"    at {place:41} {count:6,}" for place, count in sorted(self.places.items())),
                f"  shown as queued       {audit.queued:,}",
                f"  shown as answered     {audit.acks:,}",
                f"  law of the counters   {self.received:,} received = {became}",
                f"  lost                  {len(audit.lost)}",
                f"  doubled               {len(audit.doubled)}",
                f"  wrong in another way  {other}",
                *(f"    {failure}" for failure in failures[:20]),
                "  " + ("FAILED" if failures else "every promise was kept"),
            ]
        )


def _who(program: Program) -> str:
    return "server" if program.name == "server" else "desk"


def _fates(points: Sequence[str], random: Random) -> Iterator[str | None]:
    """Where each one is to die: at every point in turn, and between them at random moments (None)."""
    while True:
        deck = [*points, *[None] * (len(points) // 2)]
        random.shuffle(deck)
        yield from deck


def main() -> None:
    """Kills until it is enough; 1 where anything was lost or done twice."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.soak", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--kills", type=int, default=100, help="end after so many deaths")
    parser.add_argument("--minutes", type=float, default=10, help="or after so many minutes")
    parser.add_argument("--seed", type=int, default=1, help="of deaths and commands")
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="soak-"))
    soak = Soak(folder, seed=chosen.seed)
    asyncio.run(soak.run(kills=chosen.kills, seconds=chosen.minutes * 60, say=print))
    print(soak.page())
    if soak.crew.failures:
        sys.exit(f"Everything is in {folder}.")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
