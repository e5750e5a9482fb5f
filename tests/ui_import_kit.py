"""What tests of the import's screen share: a connection behind which there is a gym that takes lists."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from msgspec import Raw
from msgspec.structs import replace
from textual.pilot import Pilot

from gymtui.client.errors import Disconnected
from gymtui.codec import encode
from gymtui.protocol import (
    AtTheDoor,
    ImportCleared,
    ImportCompare,
    ImportCompared,
    ImportEnd,
    ImportNote,
    ImportProgress,
    ImportRows,
    ImportStaged,
    ImportTake,
    ImportUndo,
    Request,
)
from gymtui.ui import GymApp
from tests.settled import until_shown
from tests.ui_fakes import LIVE, FakeDesk, FakeService, make_app
from tests.ui_front_desk_kit import ANA, BEN, screen_text

PEOPLE = 100  # of the list, as the gym counts
STEP = 50
OF_IT = "Wed 18 Nov 2026 09:12: clients, by mia: 100 new, 0 changed. It is import 7."
COMPARED = ImportCompared(
    new=98,
    changed=2,
    unchanged=3,
    missing=0,
    missing_names=(),
    questions=(),
    left_out=(ImportNote(9, "has no name"),),
    doubts=(),
    untold=0,
    with_it=AtTheDoor(come_in=90, refused={"membership_expired": 13}),
    without_it=AtTheDoor(come_in=4, refused={}),
    cleared=(ImportCleared(field="valid_until", count=2, name="Ana Silva", value="2027-01-31"),),
)


class ImportService(FakeService):
    """`compared` is what it says of each list; a step waits for `goes_on`, and `breaks` once `breaks_at` are done;
    `told` is all that it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.state = replace(LIVE, user="mia", role="manager")
        self.compared = COMPARED
        self.goes_on = asyncio.Event()
        self.goes_on.set()
        self.told: list[Request] = []
        self.breaks: Exception = Disconnected("The connection has gone.")
        self.breaks_at = 0
        self._behind = 0
        self._is_undoing = False

    async def request(self, request: Request) -> Raw:
        if self.state.phase != "live":
            raise Disconnected("There is no connection to the server.")
        self.told.append(request)
        match request:
            case ImportRows():
                return Raw(encode(ImportStaged(len(request.rows))))
            case ImportCompare():
                self._behind = 0
                return Raw(encode(self.compared))
            case ImportUndo() if not self._is_undoing:
                self._is_undoing = True
                about = ImportProgress(number=7, behind=0, of=PEOPLE, new=0, changed=0, notes=(ImportNote(0, OF_IT),))
                return Raw(encode(about))
            case ImportTake() | ImportUndo():
                await self.goes_on.wait()
                if 0 < self.breaks_at <= self._behind:
                    raise self.breaks
                self._behind = min(PEOPLE, self._behind + STEP)
                return Raw(encode(self._progress))
            case ImportEnd():
                progress, self._behind, self._is_undoing = self._progress, 0, False
                return Raw(encode(progress))
            case _:
                return await super().request(request)

    @property
    def _progress(self) -> ImportProgress:
        new, changed = (0, self._behind) if self._is_undoing else (self._behind, 0)
        return ImportProgress(number=7, behind=self._behind, of=PEOPLE, new=new, changed=changed)

    @property
    def kinds(self) -> list[str]:
        """What it was asked, but for the ends of nothing."""
        return [request.type for request in self.told if not isinstance(request, ImportEnd)]


@asynccontextmanager
async def at_the_import(
    size: tuple[int, int] = (80, 24), role: str = "manager"
) -> AsyncIterator[tuple[GymApp, FakeDesk, ImportService, Pilot[Any]]]:
    """The screen, and what is behind it."""
    desk, service = FakeDesk([ANA, BEN]), ImportService()
    service.role = role  # type: ignore[assignment]  # a word of the test's
    desk.service = service
    app = make_app(desk)
    async with app.run_test(size=size) as pilot:
        await pilot.press(*":import", "enter")
        await until_shown(pilot, lambda: "IMPORT MEMBERS" in screen_text(app))
        yield app, desk, service, pilot
