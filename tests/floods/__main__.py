"""What floods cost the others: `python -m tests.floods logins --rate 50`; without a name, each of them alone.

A server in a process of its own; a desk that is known logs in, a new one too, another lets somebody in by F8, a third
checks in 20 times a second, and somebody is disabled over and over: half of the time in quiet before, then beside the
flood, then in quiet again. All come from one address. The exit status is 1 where something promised does not hold.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import AsyncExitStack
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import msgspec

from tests.bench.machine import cpu
from tests.floods import insiders, strangers
from tests.floods.figures import Figures, Memory
from tests.floods.gym import Gym, made, served
from tests.floods.honest import Honest
from tests.floods.pouring import Answers, Flood, Numbers, poured

FLOODS: Final = strangers.FLOODS | insiders.FLOODS
LOOK_EVERY: Final = 0.1  # seconds between two looks at the memory
RESTS: Final = 3.0  # seconds after a flood before it is quiet


async def measured(gym: Gym, flood: Flood, numbers: Numbers) -> Figures:
    """One flood."""
    async with AsyncExitStack() as stack:
        honest = await Honest.at(gym, stack)
        await honest.work(1.0)  # all that is there once is there
        looking = asyncio.create_task(_highest(gym))
        quiet = await honest.work(numbers.seconds / 2)
        looking.cancel()
        [before] = await asyncio.gather(looking)
        looking = asyncio.create_task(_highest(gym))
        began, used = time.monotonic(), cpu(gym.pid)
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            flooding = asyncio.get_running_loop().run_in_executor(pool, poured, flood, gym.target, numbers)
            beside = await honest.work(numbers.seconds)
            answers: Answers = await flooding
        busy = (cpu(gym.pid) - used) / (time.monotonic() - began)
        await asyncio.sleep(RESTS)
        for what, waits in (await honest.work(numbers.seconds / 2)).items():
            quiet[what].add(waits)
        looking.cancel()
        memory = Memory(before, max(before, *await asyncio.gather(looking)), gym.memory)
    return Figures(
        flood=flood,
        numbers=numbers,
        poured=answers,
        quiet=quiet,
        beside=beside,
        memory=memory,
        processor=busy,
        said=gym.said(),
    )


async def _highest(gym: Gym) -> float:
    """MiB at the most, until it is cancelled."""
    most = 0.0
    try:
        while True:
            most = max(most, gym.memory)
            await asyncio.sleep(LOOK_EVERY)
    except asyncio.CancelledError:
        return most


def main() -> None:
    """Measures, and prints."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("floods", nargs="*", choices=[[], *FLOODS], metavar="FLOOD", help=", ".join(FLOODS))
    options.add_argument("--rate", type=int, help="so many a second")
    options.add_argument("--connections", type=int, help="on so many connections")
    options.add_argument("--seconds", type=int, default=20, help="for so long (20), and as long in quiet")
    options.add_argument("--files", type=int, help="the server may open so many (as the system says)")
    options.add_argument("--json", action="store_true", help="one line of JSON a flood")
    given = options.parse_args()
    holds = True
    with TemporaryDirectory(prefix="gymtui-floods-") as temporary:
        folder = Path(temporary)
        database = made(folder)
        for name in given.floods or FLOODS:
            flood = FLOODS[name]
            numbers = Numbers(
                rate=given.rate or flood.rate, connections=given.connections or flood.connections, seconds=given.seconds
            )
            shutil.copy(database, folder / "gym.db")
            with served(folder, folder / "gym.db", flood.door, given.files) as gym:
                figures = asyncio.run(measured(gym, flood, numbers))
            print(msgspec.json.encode(figures.record(name)).decode() if given.json else "\n".join(figures.lines()))
            sys.stdout.flush()
            holds &= all(each for _, each in figures.verdicts().values())
            for each in folder.glob("gym.db*"):
                each.unlink()
    sys.exit(not holds)


if __name__ == "__main__":
    main()
