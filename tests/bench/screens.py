"""Screens: what each costs a desk at a gym with the visits of a year, from its key to the painted frame, there and
back, in a terminal of 120x40: the wall, with what the key itself waits for another one, and the processor's time.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final, NamedTuple

from gymtui.sample.people import FIRST_NUMBER
from tests.bench.effort import Effort
from tests.bench.figures import Figure
from tests.bench.machine import cpu
from tests.big_gym import kept_gym
from tests.measured_programs import Tap, desk, found, served

PEOPLE, VISITS = 10_000, 500_000
TIMES: Final = 20
REST: Final = 0.15  # seconds between two keys: what the first has begun is over
# A key waits so long, in ms, where it may be a reader's first; Esc, where it may begin a longer key (25 over no line).
READERS, ESC = 50, 25
FOOT: Final = "F1 help"  # of the line of the keys, the last that is painted
FRONT: Final = f"(?s)AVERAGE STAY.*{FOOT}"
SOMEBODY: Final = str(FIRST_NUMBER)


class Step(NamedTuple):
    """A key, what comes up by it, how long it waits for another, and what is typed before it (until what, is not
    measured)."""

    name: str
    key: str
    shown: str
    waits: int = 0
    before: str = ""
    until: str = ""

    def of(self, number: str) -> Step:
        """With this member's number in the place of `SOMEBODY`."""
        return self._replace(before=self.before.replace(SOMEBODY, number), until=self.until.replace(SOMEBODY, number))


ROUND: Final = (
    Step("F2, the history", "\x1bOQ", rf"(?s)HISTORY.*\d\d:\d\d.*{FOOT}"),
    Step("F3 from there, who is in", "\x1bOR", rf"(?s)WHO IS IN.*\d+ min.*{FOOT}"),
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


async def measure(_: Path, effort: Effort) -> list[Figure]:
    """Each screen of the round, many times; the gym is kept in the temporary folder for the next run."""
    people, visits, times = effort.of(PEOPLE), effort.of(VISITS), effort.of(TIMES)
    folder = kept_gym(people, visits)
    somebody = str(FIRST_NUMBER + people // 2)
    walls: dict[str, list[float]] = {}
    spent: dict[str, list[float]] = {}
    with served(folder / "gym.db") as url:
        async with desk(url, folder / "gym.db", folder, 120, 40) as tap:
            await tap.until_known(FIRST_NUMBER + people - 1)
            for step in [step.of(somebody) for step in ROUND] * times:
                await _get_ready(tap, step)
                before = cpu(tap.process.pid)
                walls.setdefault(step.name, []).append(await tap.seconds_until(step.shown, step.key) * 1e3)
                spent.setdefault(step.name, []).append((cpu(tap.process.pid) - before) * 1e3)
    waits = {step.name: f", {step.waits} ms of it the wait for another key" * bool(step.waits) for step in ROUND}
    return [
        *(Figure(what=name, unit="CPU ms", values=tuple(each)) for name, each in spent.items()),
        *(Figure(what=f"{name}{waits[name]}", unit="ms", values=tuple(each)) for name, each in walls.items()),
    ]


async def _get_ready(tap: Tap, step: Step) -> None:
    await asyncio.sleep(REST)
    if step.before:
        await tap.seconds_until(step.until, step.before)
        await asyncio.sleep(REST)
