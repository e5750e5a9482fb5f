"""A list as another program exports it, and a played gym that takes half of it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from gymtui.client.mock import MockConnection
from gymtui.protocol import (
    AtTheDoor,
    ImportCompare,
    ImportCompared,
    ImportEnd,
    ImportProgress,
    ImportRequest,
    ImportRows,
    ImportStaged,
    ImportTake,
)

NAMES: Final = "Ana Ben Cem Dea Eva Fay Gus Hal Ida Jan Kim Lea".split()
FAMILIES: Final = "Abt Brunner Cole Demir Egli Frei Gerber Huber Ito Jost Keller Lang Moser Ode Quist Rossi".split()
HEADING: Final = "Client ID,First Name,Last Name,Barcode,Mobile Phone,Status,Expiration Date,Balance"
COUNT: Final = len(NAMES) * len(FAMILIES)
COMPARED: Final = ImportCompared(
    new=COUNT - 31,
    changed=22,
    unchanged=9,
    missing=2,
    missing_names=("Noor Haddad", "Maya Quist"),
    questions=(),
    left_out=(),
    doubts=(),
    untold=0,
    with_it=AtTheDoor(come_in=162, refused={"membership_expired": 18, "membership_frozen": 14}),
    without_it=AtTheDoor(come_in=31, refused={"membership_expired": 2}),
)


class Taking:
    """Answers what the import of the pictures asks; takes 96 people, and then for ever."""

    def __init__(self) -> None:
        self._steps = 0

    def answer(self, connection: MockConnection, request: ImportRequest, id: str | None) -> None:
        match request:
            case ImportRows():
                connection.reply(id, ImportStaged(len(request.rows)))
            case ImportCompare():
                connection.reply(id, COMPARED)
            case ImportTake() if self._steps == 0:
                self._steps += 1
                connection.reply(id, ImportProgress(number=4712, behind=96, of=COUNT - 9, new=90, changed=6))
            case ImportEnd():
                connection.reply(id, ImportProgress(number=None, behind=0, of=0, new=0, changed=0))
            case _:
                return


def write_list(file: Path) -> None:
    """Everybody of it, some of whom have left, and some of whom owe."""
    people = [(first, last) for last in FAMILIES for first in NAMES]
    file.write_text("\n".join([HEADING, *(_row(n, *person) for n, person in enumerate(people))]), encoding="utf-8")


def _row(n: int, first: str, last: str) -> str:
    status = "Grandfathered" if n % 29 == 3 else "Frozen" if n % 15 == 7 else "Active"
    until = f"{n % 28 + 1:02}/0{n % 9 + 1}/{2026 if n % 11 == 5 else 2027}"
    return f"C-{900 + n},{first},{last},{100500 + n},079 555 {n:04},{status},{until},{-25 if n % 17 == 4 else 0}.00"
