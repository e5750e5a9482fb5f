"""`python -m tests.slow_line`: how old is what stands at the end of a slow line, and how long does a key take?

A real server, real programs in a pseudo-terminal, and between it and the terminal a line of so many bytes a second that
takes whatever it is given, as sshd does.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

import msgspec

from gymtui import clock
from gymtui.gym_zone import zone_of
from gymtui.protocol import CheckInEvent, Notification, Refusal
from gymtui.ui.feed_rows import row_of
from gymtui.ui.wall import hours_minutes_seconds
from server.store.opening import open_store
from tests.gym_kit import token
from tests.measured_programs import gym, ms, running
from tests.narrow_terminal import AWAY, NarrowTerminal
from tests.terminal import Terminal

KINDS: Final[dict[str, type[CheckInEvent | Refusal | Notification]]] = {
    kind.type: kind for kind in (CheckInEvent, Refusal, Notification)
}
SECONDS: Final = 15.0
BETWEEN: Final = 2.0  # seconds between two keys
LOOK: Final = 0.05  # seconds between two looks
ROW: Final = re.compile(r"^ *(\d\d:\d\d:\d\d) +[▲▽✗↩!◆] +(.+?)(?:…|  )", re.MULTILINE)
STOPPED: Final = 60.0  # seconds
TRUE_AGAIN: Final = 1.0  # seconds that the newest row may be late once a stop is over
SCREENS: Final = {"F2": ("\x1bOQ", "HISTORY"), "F3": ("\x1bOR", "WHO IS IN"), "F1": ("\x1bOP", "HELP")}
TIMES: Final = 3  # that each of them is opened
FRONT: Final = r"(?s)● live.*AVERAGE STAY.*F1 help"


class Look(NamedTuple):
    """The rows that stand there at a time (ms), the newest first."""

    at: int
    rows: list[tuple[str, str]]


class Stop(NamedTuple):
    """A client that stood still: bytes that waited for it, seconds until it showed what is true (None: not in the first
    `SECONDS`), and bytes in these."""

    waiting: int
    seconds: float | None
    bytes: int


class Line:
    """One program at the end of a line, and the gym that it shows."""

    def __init__(self, terminal: NarrowTerminal, database: Path, url: str) -> None:
        self.terminal = terminal
        self.database = database
        self._url = url

    @classmethod
    @asynccontextmanager
    async def run(cls, folder: Path, rate: int, *program: str) -> AsyncIterator[Line]:
        with gym(folder, 400) as (database, url):
            environment = {"GYMTUI_TOKEN": token(database, "mia"), "XDG_DATA_HOME": str(folder)}
            arguments = (*program, "--url", url)
            async with NarrowTerminal.run(*arguments, columns=80, rows=24, environment=environment) as terminal:
                terminal.rate = rate
                yield cls(terminal, database, url)

    @asynccontextmanager
    async def traffic(self, rate: int) -> AsyncIterator[None]:
        simulate = ("simulate", "--url", self._url, "--rate", str(rate), "--desks", "4")
        with running(*simulate, GYMTUI_TOKEN=token(self.database, "ben")):
            await self.terminal.seconds_until("▲")
            await asyncio.sleep(5)
            yield

    async def keys(self, seconds: float) -> list[float]:
        """What a letter in the box takes to stand there."""
        loop = asyncio.get_running_loop()
        end, taken = loop.time() + seconds, []
        while loop.time() < end:
            await asyncio.sleep(BETWEEN)
            taken.append(await self.terminal.seconds_until("CHECK IN   x", "x"))
            await asyncio.sleep(BETWEEN)
            self.terminal.type("\x7f")
        return taken

    async def screen(self, key: str, title: str) -> list[float]:
        """What a screen takes until its title stands there."""
        taken = []
        for _ in range(TIMES):
            taken.append(await self.terminal.seconds_until(title, key))
            await asyncio.sleep(BETWEEN)
            await self.terminal.seconds_until("CHECK IN", "\x1b")
            await asyncio.sleep(BETWEEN)
        return taken

    async def stop(self) -> Stop:
        """The client stands still, and goes on."""
        terminal = self.terminal
        rate, terminal.rate = terminal.rate, 0
        await asyncio.sleep(STOPPED)
        waiting, before, terminal.rate = terminal.late, terminal.bytes, rate
        seen = await looks(terminal, SECONDS)
        came = next(
            (look.at for look, age in zip(seen, ages(self.database, seen), strict=True) if age <= TRUE_AGAIN), None
        )
        return Stop(waiting, None if came is None else (came - seen[0].at) / 1000, terminal.bytes - before)


async def looks(terminal: Terminal, seconds: float) -> list[Look]:
    """At the feed that a terminal shows."""
    loop = asyncio.get_running_loop()
    end, found = loop.time() + seconds, []
    while loop.time() < end:
        found.append(Look(clock.now(), ROW.findall(terminal.text)))
        await asyncio.sleep(LOOK)
    return found


def ages(database: Path, looks: list[Look]) -> list[float]:
    """How long ago the first event was that does not stand there yet, in seconds, at each look; 0: all do."""
    with closing(open_store(database)) as store:
        zone, rows = zone_of(store.gym()), store.read(0, 1_000_000)
    times: dict[tuple[str, str], int] = {}
    for row in rows:
        if row.type in KINDS:
            told = row_of(msgspec.json.decode(row.payload, type=KINDS[row.type]))
            times[hours_minutes_seconds(told.at, zone), told.who] = clock.to_ms(told.at)
    return [_age(look, times) for look in looks]


def _age(look: Look, times: dict[tuple[str, str], int]) -> float:
    newest = next((times[row] for row in look.rows if row in times), 0)
    missing = min((at for at in times.values() if newest < at <= look.at), default=look.at)
    return (look.at - missing) / 1000


async def try_it(folder: Path, rate: int, events: int) -> None:
    """A desk of 80x24."""
    async with Line.run(folder, rate) as line:
        began = asyncio.get_running_loop().time()
        await line.terminal.seconds_until(FRONT)
        first = asyncio.get_running_loop().time() - began
        async with line.traffic(events):
            before = line.terminal.bytes
            seen = await looks(line.terminal, SECONDS)
            bytes = (line.terminal.bytes - before) / SECONDS
            keys = await line.keys(SECONDS)
            await asyncio.sleep(2 * AWAY)
            screens = {name: await line.screen(*screen) for name, screen in SCREENS.items()}
            stop = await line.stop()
        late = ages(line.database, seen)
    print(f"{rate:,} bytes/s, {events} events/s: the first screen after {first:.1f} s")
    print(f"  newest row late by {ms(late)}, at most {max(late):.1f} s; {bytes:.0f} bytes/s of it used")
    print(f"  a letter after {ms(keys)}, at most {max(keys):.1f} s")
    print("  " + "; ".join(f"{name} after {max(taken):.1f} s at most" for name, taken in screens.items()))
    true_again = "not" if stop.seconds is None else f"{stop.seconds:.1f} s later"
    print(f"  stopped for {STOPPED:.0f} s: {stop.waiting:,} bytes waited; true again {true_again}", end="")
    print(f", and {stop.bytes:,} bytes came in {SECONDS:.0f} s")


if __name__ == "__main__":
    for rate, events in ((960, 1), (10_000, 100)):
        with TemporaryDirectory(prefix="gymtui-slow-line-") as name:
            asyncio.run(try_it(Path(name), rate, events))
