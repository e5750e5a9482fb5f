"""Ends a server politely, again and again, while desks give commands: nothing is lost, and it ends in time.

python -m tests.faults.drain --times 50 --seed 1

Exit code 1 where an answered command is not in the journal, or where the server ended in another way or too late.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from statistics import median
from typing import Final

from tests.faults.crew import Crew
from tests.faults.program import Program

RATE: Final = 150.0  # commands a second of one desk
WORK: Final = (0.2, 0.6)  # seconds from the server's start to its end
IN_TIME: Final = 10.0  # seconds in which it should have ended


class Drain:
    """One gym whose server is told to end while there is work."""

    def __init__(self, folder: Path, *, seed: int) -> None:
        self._random = Random(seed)
        self._ended = asyncio.Event()
        self.took: list[float] = []  # seconds from SIGTERM to the end, each time
        self.crew = Crew(folder, rate=RATE, random=self._random, prepare=lambda _: {}, ended=self._has_ended)

    async def run(self, *, times: int, say: Callable[[str], None]) -> None:
        """So many times; `say` hears how it goes after each."""
        async with self.crew as crew:
            await crew.rest()
            while len(self.took) < times and not crew.failures:
                crew.go()
                await crew.serving.wait()
                await asyncio.sleep(self._random.uniform(*WORK))
                await self._drain()
                crew.audit.look()
                say(f"{len(self.took):4} times  {self.took[-1]:5.2f} s  {crew.audit.acks:7,} answered")
            await crew.rest()
        self.crew.compare()

    async def _drain(self) -> None:
        began = time.monotonic()
        self._ended.clear()
        self.crew.server.terminate()
        await self._ended.wait()
        self.took.append(time.monotonic() - began)

    def _has_ended(self, program: Program, code: int) -> None:
        if program is not self.crew.server or code != 0:
            self.crew.failed(f"{program.name} ended with {code}: see {program.log}")
        self._ended.set()

    def page(self) -> str:
        """The verdict."""
        audit, failures = self.crew.audit, self.crew.failures
        return "\n".join(
            [
                f"drain: SIGTERM under load, {len(self.took)} times",
                f"  seconds to the end    {median(self.took):.2f} in the middle, {max(self.took):.2f} at the most, "
                f"{IN_TIME:.0f} promised",
                f"  shown as queued       {audit.queued:,}",
                f"  shown as answered     {audit.acks:,}",
                f"  lost                  {len(audit.lost)}",
                f"  doubled               {len(audit.doubled)}",
                *(f"    {failure}" for failure in failures[:20]),
                "  " + ("FAILED" if failures else "every promise was kept"),
            ]
        )


def main() -> None:
    """Ends it as often as wanted; 1 where anything was lost, or it took too long."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults.drain", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--times", type=int, default=50, help="how often the server is ended")
    parser.add_argument("--seed", type=int, default=1, help="of the moments and the commands")
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="drain-"))
    drain = Drain(folder, seed=chosen.seed)
    asyncio.run(drain.run(times=chosen.times, say=print))
    print(drain.page())
    if drain.crew.failures or max(drain.took) > IN_TIME:
        sys.exit(f"Everything is in {folder}.")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
