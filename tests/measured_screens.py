"""`python -m tests.measured_screens 10000 500000`: what a screen costs a desk at a gym of so many members and so many
visits in a year: from its key to the painted frame, there and back, a hundred times each, in a terminal of 120x40.
Beside the wall stands the processor's time to the frame, and how long the key itself waits for another one."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path
from typing import Final, NamedTuple

from gymtui.sample.people import FIRST_NUMBER
from tests.big_gym import kept_gym
from tests.measured_programs import desk, found, ms, running

TIMES: Final = 100
REST: Final = 0.15  # seconds between two keys: what the first has begun is over
# A key waits so long, in ms, where it may be a reader's first; Esc, where it may begin a longer key (25 over no line).
READERS, ESC = 50, 25
FOOT: Final = "F1 help"  # of the line of the keys, the last that is painted
FRONT: Final = f"(?s)AVERAGE STAY.*{FOOT}"
SOMEBODY: Final = str(FIRST_NUMBER + 4711)


class Step(NamedTuple):
    """A key, what comes up by it, how long it waits for another, and what is typed before it (until what, is not
    measured)."""

    name: str
    key: str
    shown: str
    waits: int = 0
    before: str = ""
    until: str = ""


ROUND: Final = (
    Step("F2, the history", "\x1bOQ", rf"(?s)HISTORY.*\d\d:\d\d.*{FOOT}"),
    Step("F3 from there, who is in", "\x1bOR", rf"(?s)WHO IS IN.*\d+ min.*{FOOT}", READERS),
    Step(":policy from there", "\r", f"(?s)THE GYM'S SETTINGS.*{FOOT}", before=":policy", until="shows the gym's set"),
    Step("Esc, the front desk", "\x1b", FRONT, ESC),
    Step("Ctrl+G, a member", "\x07", f"(?s)Waiver signed.*{FOOT}", before=SOMEBODY, until=found(SOMEBODY)),
    Step("Esc, the front desk", "\x1b", FRONT, ESC),
    Step("Ctrl+N, the notices", "\x0e", f"(?s)NOTICES.*{FOOT}"),
    Step("Esc, the front desk", "\x1b", FRONT, ESC),
    Step("F6, the conflicts", "\x1b[17~", f"(?s)CONFLICTS.*{FOOT}"),
    Step("F9 from there, the connection", "\x1b[20~", f"(?s)CONNECTION AND QUEUE.*{FOOT}"),
    Step("F9, the front desk", "\x1b[20~", FRONT),
    Step("F1, the help", "\x1bOP", "Front desk"),
    Step("Esc, the front desk", "\x1b", FRONT, ESC),
)
Row = tuple[str, str]


def used(pid: int) -> float:
    """Seconds of processor time that a process has taken so far, to the microsecond."""
    return time.clock_gettime(~pid << 3 | 2)  # as clock_getcpuclockid(3) makes it


async def switches(folder: Path, people: int, times: int) -> list[Row]:
    """Each screen of the round, so many times."""
    walls: dict[str, list[float]] = {}
    spent: dict[str, list[float]] = {}
    database = folder / "gym.db"
    with running("serve", "--port", "0", "--database", str(database), "--max-rate", "100000") as server:
        assert server.stdout is not None
        url = server.stdout.readline().split()[-1]
        async with desk(url, database, folder, 120, 40) as tap:
            await tap.until_known(FIRST_NUMBER + people - 1)
            for _ in range(times):
                for step in ROUND:
                    await asyncio.sleep(REST)
                    if step.before:
                        await tap.seconds_until(step.until, step.before)
                        await asyncio.sleep(REST)
                    before = used(tap.process.pid)
                    walls.setdefault(step.name, []).append(await tap.seconds_until(step.shown, step.key))
                    spent.setdefault(step.name, []).append(used(tap.process.pid) - before)
    waits = {step.name: step.waits for step in ROUND}
    return [
        (
            name,
            f"{ms(walls[name])}, the longest {max(walls[name]) * 1000:.0f} ms, {waits[name]} ms of it the wait for"
            f" another key; of the processor {ms(spent[name])}",
        )
        for name in walls
    ]


def main(people: int, visits: int, times: int = TIMES) -> None:
    folder = kept_gym(people, visits)
    for what, figure in asyncio.run(switches(folder, people, times)):
        print(f"{what}: {figure}")
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:4]))
