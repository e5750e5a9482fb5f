"""What can go while somebody scans, and what a person sees at the desk until it comes back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from random import Random
from typing import Final, Literal, get_args

from tests.faults.house import House
from tests.faults.scanner import Person, Scan, Scanner

Plug = Literal[
    "kill -9 the server",
    "kill -9 the console",
    "kill -9 both",
    "black hole",
    "black hole on the way back",
    "freeze the server",
    "fill the server's disk",
    "fill the desk's disk",
]
PLUGS: Final[tuple[Plug, ...]] = get_args(Plug)
DISKS: Final[tuple[Plug, ...]] = ("fill the server's disk", "fill the desk's disk")
GONE: Final = 1.0  # seconds that something is gone, at the most
ON_ITS_WAY: Final = 0.15  # seconds that the last answer may take to the screen
FLASH: Final = 0.1  # seconds from a burst to the end of the console, at the most
WITHIN: Final = 60.0  # seconds until all has come right
BREATH: Final = 0.02  # seconds between two looks at a file
AGAIN: Final = "\x12"  # Ctrl+R
OFTEN: Final = 0.5  # of those who came while something was gone are taken back


class Outages:
    """In a house with a scanner; `wrong` are sentences."""

    def __init__(self, house: House, scanner: Scanner, random: Random) -> None:
        self._house = house
        self._scanner = scanner
        self._random = random
        self.wrong: list[str] = []

    async def until(self, is_so: Callable[[], bool], otherwise: str) -> None:
        """Looks again and again; it is wrong where it does not come to be so."""
        try:
            async with asyncio.timeout(WITHIN):
                while not is_so():
                    await asyncio.sleep(BREATH)
        except TimeoutError:
            self.wrong.append(f"{otherwise}:\n{self._house.console.terminal.text}")

    async def pull(self, plug: Plug, others: Iterator[Person]) -> None:
        """It goes, `others` come to the desk meanwhile, and it comes back."""
        house = self._house
        match plug:
            case "fill the desk's disk":
                await self._fill_the_desk(others)
            case "kill -9 the console":
                await self._kill_the_console(others)
            case "kill -9 both":
                await house.server.kill()
                await self._kill_the_console(others)
                await self._wait(next(others))
                await house.server.start()
            case "kill -9 the server":
                await house.server.kill()
                await self._wait(next(others))
                await house.server.start()
            case "freeze the server":
                house.server.freeze()
                await self._wait(next(others))
                house.server.thaw()
            case "black hole":
                house.line.black_hole()
                await self._wait(next(others))
                house.line.heal()
            case "black hole on the way back":
                house.line.black_hole("back")
                await self._wait(next(others), arrives=True)
                house.line.heal()
            case "fill the server's disk":
                await self._fill_the_server(others)

    def look_at_promises(self) -> None:
        """Whoever was called queued is in the desk's queue, or on disk at the server; in this order, nobody moves
        unseen."""
        queue = self._house.console.queue()
        for name, did in self._house.eye.queued - queue:
            if not self._house.journal.has(name, did):
                self.wrong.append(f"{name} ({did}) was queued on the screen, and is neither there nor at the server")

    def look_at_refusals(self) -> None:
        """Whoever was refused for want of room at the desk is not in its queue, and was not sent."""
        queue = self._house.console.queue()
        for name, did in {(scan.person.name, scan.did) for scan in self._scanner.scanned}:
            if name in self._house.eye.refused and ((name, did) in queue or self._house.journal.has(name, did)):
                self.wrong.append(f"{name} ({did}) was refused for want of room, and yet done")

    # --- while it is gone -----------------------------------------------------------------------------------------

    async def _wait(self, person: Person, *, arrives: bool = False) -> None:
        """Somebody comes, is amber and stays it; now and then that is taken back, which waits just so."""
        async with self._alone():
            await self._come(person, "… {} queued")
            if self._random.random() < OFTEN:
                self._scanner.undo(person)
                await self._house.console.terminal.until("… .* queued.*undo")
            await asyncio.sleep(self._random.uniform(0, GONE))
            if not arrives and self._house.journal.has(person.name, "in"):
                self.wrong.append(f"{person.name} came to the server, which was gone")

    async def _come(self, person: Person, words: str) -> None:
        """Somebody comes, and this is said of them; what is on its way still would be said over it."""
        await asyncio.sleep(ON_ITS_WAY)
        await self._scanner.scan(Scan(person))
        await self._house.console.terminal.until(words.format(person.name))

    async def _kill_the_console(self, others: Iterator[Person]) -> None:
        """In the middle of a burst; then it is started again, and the same person scans again."""
        async with self._alone():
            await self._scanner.scan(*(Scan(next(others)) for _ in range(3)))
            await asyncio.sleep(self._random.uniform(0, FLASH))
            await self._house.console.kill()
            self.look_at_promises()
            await self._house.console.start()
            await self._scanner.scan_again()

    async def _fill_the_server(self, others: Iterator[Person]) -> None:
        """What was begun may have its room yet; then nobody is let in, and the last one is as soon as there is room."""
        house, disk = self._house, self._house.server_disk
        assert disk is not None
        async with self._alone():
            house.fill(disk, house.gym.database)
            for person in others:
                await self._come(person, "(…|✓|!) {}")
                if await house.server.ready() == 503:
                    break
            person = next(others)
            await self._come(person, "… {} queued")
            await asyncio.sleep(self._random.uniform(0, GONE))
            if house.journal.has(person.name, "in") or await house.server.ready() != 503:
                self.wrong.append(f"{person.name} was scanned, and the server's full disk has room")
            disk.empty()
            await house.console.terminal.until(f"[✓!] {person.name} checked in|▲ {person.name} +in")
        async with asyncio.timeout(WITHIN):
            while await house.server.ready() != 200:
                await asyncio.sleep(BREATH)

    async def _fill_the_desk(self, others: Iterator[Person]) -> None:
        """What was begun may have its room yet; then everybody is refused, in red, and nothing is done for them."""
        house, disk = self._house, self._house.desk_disk
        assert disk is not None
        async with self._alone():
            house.fill(disk, house.console.file)
            for person in others:
                await self._come(person, "(…|✗|✓|!) {}")
                if person.name in house.eye.refused:
                    break
            await self._come(next(others), "✗ {} refused: this desk cannot write to its disk")
        await asyncio.sleep(self._random.uniform(0, GONE))  # the one with the bursts goes on
        self.look_at_refusals()
        disk.empty()
        house.type(AGAIN)
        await self.until(lambda: "● live" in house.console.terminal.text, "the desk never came back")
        async with self._alone():  # what the disk did not take of an answer is asked for at the next start
            await house.console.kill()
            await house.console.start()

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """Nobody else scans; what was promised until the end of it is there."""
        async with self._scanner.hand:
            yield
            self.look_at_promises()
