"""Whoever scans at a desk: card after card, faster than anybody looks at the screen."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from random import Random
from typing import Final, NamedTuple

from gymtui.sample.people import members
from tests.factories import member_row
from tests.faults.eye import Did

IN_A_ROW: Final = (1, 1, 2, 5)  # codes, as soon behind each other as a desk on a busy machine tells them apart
PAUSE: Final = 0.2  # seconds between rows, at the most
LONGEST: Final = 15  # characters of a name, so that what is said of it has room on the line
FIRST: Final = 4_000_000_000_000
OVERDUE, FROZEN = 6, 9  # every so manieth
CHECK_OUT: Final = "\x1bOS"  # F4
THEN_SCAN: Final = 0.8  # seconds from that key to the code, also on a busy machine: read at once they are one text
APART: Final = 0.35  # seconds from a code to the next, for the same reason; hands are slower
UNDO: Final = "\x1a"  # Ctrl+Z


class Person(NamedTuple):
    """Somebody with a card. Every sixth is let in with a warning, every ninth is not `allowed` in."""

    number: int
    name: str

    @property
    def code(self) -> str:
        """The member's number."""
        return str(FIRST + self.number)

    @property
    def allowed(self) -> bool:
        """Do the rules let this one in?"""
        return self.number % FROZEN != 0

    @property
    def fields(self) -> dict[str, object]:
        """As a row of an import."""
        status = "active" if self.allowed else "frozen"
        return member_row(self.code, self.name, status=status, payment_overdue=self.number % OVERDUE == 0)


def people(random: Random) -> Iterator[Person]:
    """Each with a name that nobody else has."""
    names = (str(fields["full_name"]) for fields in members(20_000, random, date(2026, 11, 18)))
    return (Person(*numbered) for numbered in enumerate((name for name in names if len(name) <= LONGEST), 1))


class Scan(NamedTuple):
    """A card, and what it is scanned for."""

    person: Person
    did: Did = "in"

    @property
    def keys(self) -> tuple[str, ...]:
        """What is typed for it, with a pause behind each."""
        code = f"{self.person.code}\r"
        return (CHECK_OUT, code) if self.did == "out" else (code,)


class Scanner:
    """Types with `type` into whatever console there is; whoever holds `hand` is alone at the desk. `expected` is what
    has to be in the journal for it, `scanned` what was scanned since `turn`."""

    def __init__(self, type: Callable[[str], None], random: Random) -> None:
        self._type = type
        self._random = random
        self.hand = asyncio.Lock()
        self.expected: Counter[tuple[str, Did]] = Counter()
        self.scanned: list[Scan] = []
        self.count = 0

    def turn(self) -> None:
        """Another round: what was scanned before is done."""
        self.scanned.clear()

    async def scan_all(self, scans: list[Scan]) -> None:
        """A few in a row, and again."""
        while scans:
            row = [scans.pop() for _ in range(min(len(scans), self._random.choice(IN_A_ROW)))]
            async with self.hand:
                await self.scan(*row)
            await asyncio.sleep(self._random.uniform(0, PAUSE))

    async def scan(self, *scans: Scan) -> None:
        """One after the other; what the screen must show of them is counted as expected."""
        self.expected.update((scan.person.name, scan.did) for scan in scans if scan.person.allowed)
        self.scanned += scans
        self.count += len(scans)
        await self._read(scans)

    async def scan_again(self, scans: Sequence[Scan] | None = None) -> None:
        """These or all of them once more, as a person does who does not know what was taken; nothing is done twice."""
        again = list(self.scanned if scans is None else scans)
        self.count += len(again)
        await self._read(again)

    async def _read(self, scans: Sequence[Scan]) -> None:
        for keys in (keys for scan in scans for keys in scan.keys):
            self._type(keys)
            await asyncio.sleep(THEN_SCAN if keys == CHECK_OUT else APART)

    def undo(self, person: Person) -> None:
        """Takes back what the last scan did, that of this person."""
        self.expected[person.name, "undone"] += 1
        self._type(UNDO)
